import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import { abortReason } from './abort.ts';
import type { Identities } from './effect.ts';
import { waitUntil } from './observe.ts';
import { drivingContext, sentence, type Scope } from './scope.ts';

/** How the time with the fault in came to its end. */
export type Held =
  /** It was in for as long as planned. `vanished`: at the end its targets showed nothing of it. */
  | { readonly how: 'held'; readonly vanished: boolean }
  /** It ended by itself, and was held for as long as planned. */
  | { readonly how: 'replaced'; readonly at: number }
  | { readonly how: 'not-replaced'; readonly reason: string }
  | { readonly how: 'aborted'; readonly reason: string };

const LOOK_WITHIN_MS = 3_000;

/** Keeps a fault in until its time is over or the abort condition holds. Rejects when it is interrupted. */
export async function holdFault(scope: Scope, steady: Span, injectedAt: number): Promise<Held> {
  const { clock, signal } = scope.context;
  const until = injectedAt + scope.phase.hold * 1000;
  const reason = await waitUntil(until, clock, signal, () => whyAbort(scope, steady));
  return reason === undefined
    ? { how: 'held', vanished: await hasVanished(scope) }
    : { how: 'aborted', reason };
}

/** The same for a fault that ends by itself: waits for the replacement of what was there before. */
export async function holdOneShot(
  scope: Scope,
  steady: Span,
  injectedAt: number,
  before: Identities,
): Promise<Held> {
  const { clock, signal } = scope.context;
  const { driver, config } = scope.deps;
  const until = injectedAt + scope.phase.hold * 1000;
  const enough = new AbortController();
  let replacement: Held | undefined;
  void within(
    clock,
    scope.phase.recoverWithin * 1000,
    'The replacement of what was killed',
    AbortSignal.any([signal, enough.signal]),
    async (ending) => driver.replaced?.(config, before, drivingContext(scope, ending)),
  ).then(
    (at) => {
      replacement =
        at === undefined
          ? { how: 'not-replaced', reason: `the driver "${driver.kind}" cannot tell of a replacement` }
          : { how: 'replaced', at };
    },
    (error: unknown) => {
      replacement = { how: 'not-replaced', reason: sentence(error) };
    },
  );
  try {
    let aborted: string | undefined;
    await waitUntil(Number.POSITIVE_INFINITY, clock, signal, () => {
      aborted = whyAbort(scope, steady);
      if (aborted !== undefined) return aborted;
      return replacement !== undefined && clock.now() >= until ? 'held' : undefined;
    });
    if (aborted !== undefined) return { how: 'aborted', reason: aborted };
    return replacement ?? { how: 'not-replaced', reason: 'nobody waited for it' };
  } finally {
    enough.abort(new Error('nobody waits for the replacement any more'));
  }
}

function whyAbort({ deps, context }: Scope, steady: Span): string | undefined {
  const ended = deps.generatorEnded();
  if (ended !== undefined) return `the load generator has ended: ${ended}`;
  const now = context.clock.now();
  return abortReason(deps.stream.between(steady.from, now), now, deps.abort);
}

async function hasVanished(scope: Scope): Promise<boolean> {
  const { clock, signal } = scope.context;
  try {
    const status = await within(clock, LOOK_WITHIN_MS, 'Looking at the fault', signal, (ending) =>
      scope.deps.driver.status(scope.deps.config, drivingContext(scope, ending)),
    );
    return status.state === 'absent';
  } catch {
    signal.throwIfAborted();
    // Not to know is no proof against the client's own witness.
    return false;
  }
}
