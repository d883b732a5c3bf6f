import type { Acknowledgement } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { clientEffect, identityEffect, type Effect, type Identities } from './effect.ts';
import { healFault } from './heal.ts';
import { holdFault, holdOneShot, type Held } from './hold.ts';
import { intervalsOf } from './observe.ts';
import { drivingContext, reasonFor, type Scope } from './scope.ts';

/** What became of a fault from its injection to its end. */
export type Broken =
  | { readonly injected: false; readonly reason: string }
  | {
      readonly injected: true;
      /** From the last acknowledgement to the first heal request, or to the end of a one-shot's hold. */
      readonly during: Span;
      /** Undefined: it could not be healed, and its undo entry is still open. */
      readonly healedAt: number | undefined;
      readonly effect: Effect;
      readonly aborted?: string;
    };

const INJECT_WITHIN_MS = 30_000;
/** An injection that was cut short gets so long to leave its targets alone before they are healed. */
const LET_GO_MS = 1_000;
/** The undo entry's deadline lies so long behind the moment at which the run itself should have healed. */
const DEADLINE_MARGIN_MS = 15_000;
const IDENTITIES_WITHIN_MS = 5_000;

/**
 * Injects a fault, holds it and heals it. The undo entry is on disk before; healing comes next whatever happens,
 * and waits for nothing. Rejects only when that entry cannot be written, and then nothing was injected.
 */
export async function breakAndHeal(scope: Scope, steady: Span, before: Identities | null): Promise<Broken> {
  const { phase, context } = scope;
  const { clock, journal } = context;
  const entry = pushUndo(scope);
  journal.append({ type: 'fault-injecting', phase: phase.name, fault: phase.fault, undo: entry.id });
  let acknowledged: readonly Acknowledgement[];
  try {
    acknowledged = await inject(scope);
  } catch (error) {
    await heal(scope, entry, 'run');
    return { injected: false, reason: `the injection did not succeed: ${reasonFor(scope, error)}` };
  }
  journal.append({
    type: 'fault-injected',
    phase: phase.name,
    fault: phase.fault,
    acknowledgements: acknowledged,
  });
  const from = Math.max(...acknowledged.map(({ confirmed }) => confirmed));

  const held = await hold(scope, steady, from, before);
  const during = { from, to: clock.now() };
  const healed = await heal(scope, entry, held.how === 'replaced' ? 'itself' : 'run');
  if (held.how === 'not-replaced') {
    journal.append({ type: 'warning', message: `${phase.name}: ${held.reason}` });
  }
  return {
    injected: true,
    during,
    healedAt: healed !== undefined && held.how === 'replaced' ? held.at : healed,
    effect: await effectOf(scope, steady, during, held, before, acknowledged),
    ...(held.how === 'aborted' ? { aborted: held.reason } : {}),
  };
}

function pushUndo({ phase, deps, context }: Scope): UndoEntry {
  const lifeMs = INJECT_WITHIN_MS + (phase.hold + phase.recoverWithin) * 1000 + DEADLINE_MARGIN_MS;
  return context.undo.push({
    driver: deps.driver.kind,
    config: deps.config,
    describe: `${deps.entry.title} (${deps.driver.describe(deps.config)})`,
    deadline: new Date(context.clock.wall() + lifeMs).toISOString(),
    revives: deps.entry.revives,
  });
}

async function inject(scope: Scope): Promise<readonly Acknowledgement[]> {
  const { clock, signal } = scope.context;
  const { driver, config } = scope.deps;
  let settled: Promise<unknown> = Promise.resolve();
  try {
    const acknowledged = await within(clock, INJECT_WITHIN_MS, 'It', signal, (ending) => {
      const injection = driver.inject(config, drivingContext(scope, ending));
      settled = injection.catch(() => undefined);
      return injection;
    });
    if (acknowledged.length === 0) throw new Error('no target has acknowledged the fault');
    return acknowledged;
  } catch (error) {
    await within(clock, LET_GO_MS, 'Letting go', undefined, () => settled).catch(() => undefined);
    throw error;
  }
}

async function hold(scope: Scope, steady: Span, from: number, before: Identities | null): Promise<Held> {
  const { driver, config } = scope.deps;
  try {
    return before !== null && driver.endsByItself?.(config) === true
      ? await holdOneShot(scope, steady, from, before)
      : await holdFault(scope, steady, from);
  } catch (error) {
    return { how: 'aborted', reason: reasonFor(scope, error) };
  }
}

/** The instant at which the fault was seen to be gone; undefined when it is not. */
async function heal(scope: Scope, entry: UndoEntry, by: 'run' | 'itself'): Promise<number | undefined> {
  const { phase, deps, context } = scope;
  const healed = await healFault(entry, deps.driver, deps.config, context);
  if (!healed.ok) {
    context.journal.append({ type: 'warning', message: `${entry.describe} is still in: ${healed.reason}` });
    return undefined;
  }
  context.journal.append({ type: 'fault-healed', phase: phase.name, fault: phase.fault, by });
  return healed.at;
}

async function effectOf(
  scope: Scope,
  steady: Span,
  during: Span,
  held: Held,
  before: Identities | null,
  acknowledged: readonly Acknowledgement[],
): Promise<Effect> {
  const { driver, config, stream } = scope.deps;
  if (before !== null) {
    // With a deadline of its own: it is also asked when the run is being interrupted.
    const after = await within(
      scope.context.clock,
      IDENTITIES_WITHIN_MS,
      'Reading identities',
      undefined,
      async (ending) => driver.identities?.(config, drivingContext(scope, ending)),
    ).catch(() => undefined);
    const gone = new Set(acknowledged.map(({ target }) => target));
    return identityEffect(before, after ?? {}, gone);
  }
  if (held.how === 'held' && held.vanished) {
    return {
      effective: false,
      witness: 'the fault itself: its targets showed nothing of it before it was taken out',
    };
  }
  return clientEffect(intervalsOf(stream, steady), intervalsOf(stream, during));
}
