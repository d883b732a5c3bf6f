import type { FaultOrder } from '@ordeal/shared/scenario/scenario';
import { reasonOf } from '@ordeal/shared/reason-of';
import { stagesOf } from '@ordeal/shared/scenario/stages';
import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import type { Abort } from './abort.ts';
import { clientEffect, effectOfAll, identityEffect, measureEffect, type Effect } from './effect.ts';
import type { ArmedFault, PlannedFault } from './faults.ts';
import type { GaugeWatch } from './gauges.ts';
import { HEAL_WITHIN_MS, healFaults } from './heal.ts';
import { holdFaults, type FaultEnd, type Held } from './hold.ts';
import { INJECT_WITHIN_MS, InjectionAborted, injectTogether, type InjectedFault } from './inject.ts';
import { intervalsOf } from './observe.ts';
import { drivingContext, reasonFor, type Scope } from './scope.ts';
import { whyAbort } from './why-abort.ts';

/** What became of one fault. */
export interface FaultOutcome {
  readonly fault: PlannedFault;
  /** Its last acknowledgement; undefined when it was not injected any more. */
  readonly injectedAt: number | undefined;
  /** Undefined: it could not be healed, and its undo entry is still open. */
  readonly healedAt: number | undefined;
  /** Undefined when it was not injected. */
  readonly effect: Effect | undefined;
  /** Why what should have ended it by itself has not. */
  readonly notReplaced?: string;
}

/** What became of an experiment's faults from the first injection to the last heal. */
export type Broken =
  /** `aborted`: why nothing more may be injected by this run. */
  | { readonly injected: false; readonly reason: string; readonly aborted?: string }
  | {
      readonly injected: true;
      /** From the last acknowledgement of what came first to the last heal request, or the end of a one-shot's hold. */
      readonly during: Span;
      /** When the last of them was healed. Undefined: one could not be, and its undo entry is still open. */
      readonly healedAt: number | undefined;
      readonly faults: readonly FaultOutcome[];
      readonly abort?: Abort;
    };

/** The undo entry's deadline lies so long behind the moment at which the run itself should have healed. */
const DEADLINE_MARGIN_MS = 15_000;
const IDENTITIES_WITHIN_MS = 5_000;

/** What is known of a fault while the experiment goes on. */
interface Passage {
  readonly fault: InjectedFault;
  end: FaultEnd;
  /** When its healing was asked for, and when it was seen to be gone. */
  healing?: number;
  healedAt?: number;
}

/**
 * Injects faults, holds them and heals them. Every undo entry is on disk before the first injection; healing comes
 * next whatever happens, and waits for nothing. When one of the faults that come first cannot be injected, the
 * others are healed and nothing counts as injected. Rejects only when an entry cannot be written, and then nothing
 * was injected.
 */
export async function breakAndHeal(
  scope: Scope,
  steady: Span,
  faults: readonly PlannedFault[],
  gauges: GaugeWatch,
): Promise<Broken> {
  const { clock } = scope.context;
  const { order } = scope.phase;
  const stages = stagesOf(faults, order);
  const armed = new Map(faults.map((fault) => [fault, arm(scope, fault, stages.length)]));
  const passages: Passage[] = [];
  let abort: Abort | undefined;
  let injection: 'done' | 'given-up' = 'done';
  for (const [index, stage] of stages.entries()) {
    let injected: readonly InjectedFault[];
    try {
      const ready = stage.flatMap((fault) => armed.get(fault) ?? []);
      injected = await injectTogether(scope, ready, () => whyAbort(scope, steady));
    } catch (error) {
      const cut = error instanceof InjectionAborted;
      const reason = cut ? error.message : `the injection did not succeed: ${reasonFor(scope, error)}`;
      if (index === 0) {
        const left = await heal(scope, [...armed.values()], passages, 'given-up');
        if (left) return { injected: false, reason, aborted: 'a fault could not be healed' };
        return { injected: false, reason, ...(cut ? { aborted: error.abort.reason } : {}) };
      }
      abort = { reason, since: cut ? error.abort.since : clock.now() };
      injection = 'given-up';
      break;
    }
    const present = injected.map((fault): Passage => ({ fault, end: { how: 'cut-short' } }));
    passages.push(...present);
    const before = passages.filter(
      ({ fault, healedAt }) => healedAt === undefined && !injected.includes(fault),
    );
    const held = await hold(
      scope,
      steady,
      injected,
      before.map(({ fault }) => fault),
    );
    for (const passage of present) passage.end = held.ends.get(passage.fault) ?? passage.end;
    abort = held.abort;
    if (abort === undefined && healsBefore(order) && index < stages.length - 1) {
      const left = await heal(scope, injected, passages, 'done');
      if (left) abort = { reason: 'a fault could not be healed before the next', since: clock.now() };
    }
    if (abort !== undefined) break;
  }
  const during = { from: firstFrom(passages, stages[0]?.length ?? 0), to: clock.now() };
  const open = [...armed.values()].filter(
    ({ undo }) => !passages.some((one) => one.fault.undo.id === undo.id && one.healedAt !== undefined),
  );
  const left = await heal(scope, open, passages, injection);
  const outcomes = await Promise.all(
    faults.map(async (fault): Promise<FaultOutcome> => {
      const passage = passages.find((one) => one.fault.undo.id === armed.get(fault)?.undo.id);
      return {
        fault,
        injectedAt: passage?.fault.from,
        healedAt: passage?.healedAt,
        effect:
          passage === undefined
            ? undefined
            : await effectOf(scope, steady, during, passage, gauges).catch(unknownEffect),
        ...(passage?.end.how === 'not-replaced' ? { notReplaced: passage.end.reason } : {}),
      };
    }),
  );
  const instants = passages.map(({ healedAt }) => healedAt ?? Number.NaN);
  return {
    injected: true,
    during,
    healedAt: left ? undefined : Math.max(...instants),
    faults: outcomes,
    ...(abort === undefined ? {} : { abort }),
  };
}

function healsBefore(order: FaultOrder): boolean {
  return order.how === 'in-sequence' && order.earlier === 'healed';
}

function arm({ phase, context }: Scope, fault: PlannedFault, stages: number): ArmedFault {
  const { driver, config, entry } = fault;
  // Of each stage: what it kills may take until then to be replaced, and what comes before it has to be healed.
  const stageMs = INJECT_WITHIN_MS + (phase.hold + phase.recoverWithin) * 1000;
  const lifeMs = stageMs * stages + HEAL_WITHIN_MS * (stages - 1) + DEADLINE_MARGIN_MS;
  const undo = context.undo.push({
    driver: driver.kind,
    config,
    describe: `${entry.title} (${driver.describe(config)})`,
    deadline: new Date(context.clock.wall() + lifeMs).toISOString(),
    revives: entry.revives,
  });
  return { ...fault, undo };
}

async function hold(
  scope: Scope,
  steady: Span,
  faults: readonly InjectedFault[],
  besides: readonly InjectedFault[],
): Promise<Held> {
  try {
    return await holdFaults(scope, steady, faults, besides);
  } catch (error) {
    return {
      ends: new Map(),
      abort: { reason: reasonFor(scope, error), since: scope.context.clock.now() },
    };
  }
}

/** Heals faults, and notes it in their passages. Whether one of them is still in. */
async function heal(
  scope: Scope,
  faults: readonly ArmedFault[],
  passages: readonly Passage[],
  injection: 'done' | 'given-up',
): Promise<boolean> {
  const { phase, context } = scope;
  const asked = context.clock.now();
  const fates = await healFaults(faults, context, injection);
  for (const [fault, healed] of fates) {
    const passage = passages.find((one) => one.fault.undo.id === fault.undo.id);
    if (passage !== undefined) passage.healing = asked;
    if (!healed.ok) {
      const message = `${fault.undo.describe} is still in: ${healed.reason}`;
      context.journal.append({ type: 'warning', message });
      continue;
    }
    const end = passage?.end;
    if (passage !== undefined) passage.healedAt = end?.how === 'replaced' ? end.at : healed.at;
    const by = end?.how === 'replaced' ? 'itself' : 'run';
    context.journal.append({ type: 'fault-healed', phase: phase.name, fault: fault.name, by });
    if (end?.how === 'not-replaced') {
      context.journal.append({ type: 'warning', message: `${phase.name}: ${end.reason}` });
    }
  }
  return [...fates.values()].some(({ ok }) => !ok);
}

function firstFrom(passages: readonly Passage[], count: number): number {
  return Math.max(...passages.slice(0, count).map(({ fault }) => fault.from));
}

/** It was in, whatever is wrong with what was measured. */
function unknownEffect(error: unknown): Effect {
  return { effective: false, witness: `what it did cannot be told: ${reasonOf(error)}` };
}

async function effectOf(
  scope: Scope,
  steady: Span,
  during: Span,
  passage: Passage,
  gauges: GaugeWatch,
): Promise<Effect> {
  const { driver, config, before, acknowledged, from } = passage.fault;
  const { end } = passage;
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
  if (end.how === 'held' && end.vanished) {
    return {
      effective: false,
      witness: 'the fault itself: its targets showed nothing of it before it was taken out',
    };
  }
  const { stream } = scope.deps;
  const span = { from, to: passage.healing ?? during.to };
  const moved = gauges.within(passage.fault, span);
  return effectOfAll(
    clientEffect(intervalsOf(stream, steady), intervalsOf(stream, span)),
    gauges
      .within(passage.fault, steady)
      .map((calm, index) =>
        measureEffect(calm, moved[index] ?? { ...calm, readings: [], unseenMs: span.to - span.from }),
      ),
  );
}
