import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import type { Abort } from './abort.ts';
import type { InjectedFault } from './inject.ts';
import { waitUntil } from './observe.ts';
import { drivingContext, type Scope } from './scope.ts';
import { whyAbort } from './why-abort.ts';

/** How the time with one fault in came to its end. */
export type FaultEnd =
  /** It was in for as long as planned. `vanished`: at the end its targets showed nothing of it. */
  | { readonly how: 'held'; readonly vanished: boolean }
  /** It ended by itself, and was held for as long as planned. */
  | { readonly how: 'replaced'; readonly at: number }
  | { readonly how: 'not-replaced'; readonly reason: string }
  /** Nobody waited for its end. */
  | { readonly how: 'cut-short' };

export interface Held {
  readonly ends: ReadonlyMap<InjectedFault, FaultEnd>;
  readonly abort?: Abort;
}

const LOOK_WITHIN_MS = 3_000;

/**
 * Keeps faults in until their time is over, and all that end by themselves were replaced; or until the abort
 * condition holds. `besides`: what is in from before. While something lasts, what was killed may not come back, and
 * is not waited for: it is when that is healed. Rejects when it is interrupted.
 */
export async function holdFaults(
  scope: Scope,
  steady: Span,
  faults: readonly InjectedFault[],
  besides: readonly InjectedFault[],
): Promise<Held> {
  const { clock, signal } = scope.context;
  const until = Math.max(...faults.map(({ from }) => from)) + scope.phase.hold * 1000;
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  const replacements = new Map<InjectedFault, FaultEnd | undefined>();
  for (const fault of faults) {
    if (!endsByItself(fault)) continue;
    replacements.set(fault, undefined);
    void replacementOf(scope, fault, ending).then((end) => replacements.set(fault, end));
  }
  let abort: Abort | undefined;
  try {
    const lasts = [...faults, ...besides].some((fault) => !endsByItself(fault));
    const latest = lasts ? until : Number.POSITIVE_INFINITY;
    await waitUntil(latest, clock, signal, () => {
      abort = whyAbort(scope, steady);
      if (abort !== undefined) return abort.reason;
      const replaced = [...replacements.values()].every((end) => end !== undefined);
      return replacements.size > 0 && replaced && clock.now() >= until ? 'held' : undefined;
    });
    const ends = await Promise.all(
      faults.map(async (fault): Promise<readonly [InjectedFault, FaultEnd]> => {
        if (abort !== undefined) return [fault, replacements.get(fault) ?? { how: 'cut-short' }];
        if (replacements.has(fault)) return [fault, replacements.get(fault) ?? { how: 'cut-short' }];
        return [fault, { how: 'held', vanished: await hasVanished(scope, fault) }];
      }),
    );
    return { ends: new Map(ends), ...(abort === undefined ? {} : { abort }) };
  } finally {
    over.abort(new Error('nobody waits for the replacement any more'));
  }
}

function endsByItself({ driver, config, before }: InjectedFault): boolean {
  return before !== null && driver.endsByItself?.(config) === true;
}

async function replacementOf(scope: Scope, fault: InjectedFault, ending: AbortSignal): Promise<FaultEnd> {
  const { driver, config, before } = fault;
  try {
    const at = await within(
      scope.context.clock,
      scope.phase.recoverWithin * 1000,
      'The replacement of what was killed',
      ending,
      async (signal) => driver.replaced?.(config, before ?? {}, drivingContext(scope, signal)),
    );
    return at === undefined
      ? { how: 'not-replaced', reason: `the driver "${driver.kind}" cannot tell of a replacement` }
      : { how: 'replaced', at };
  } catch (error) {
    return { how: 'not-replaced', reason: reasonOf(error) };
  }
}

async function hasVanished(scope: Scope, { driver, config }: InjectedFault): Promise<boolean> {
  const { clock, signal } = scope.context;
  try {
    const status = await within(clock, LOOK_WITHIN_MS, 'Looking at the fault', signal, (ending) =>
      driver.status(config, drivingContext(scope, ending)),
    );
    return status.state === 'absent';
  } catch {
    signal.throwIfAborted();
    // Not to know is no proof against the client's own witness.
    return false;
  }
}
