import { steadyAgain, type SteadyRun } from '@ordeal/shared/load/steady-again';
import type { Span } from '@ordeal/shared/time/interval';
import type { WitnessesBackRecord } from '@ordeal/shared/record/record';
import type { ExperimentFault } from './deps.ts';
import type { GaugeReadings, GaugeWatch } from './gauges.ts';
import { waitUntil } from './observe.ts';
import { reasonFor, type Scope } from './scope.ts';
import { lastingMs, witnessBack, type WitnessBack } from './witness-back.ts';

export interface Recovery {
  readonly window: Span;
  /**
   * From healed to the start of the clients' good run, and until every witness was back where that is later; null when
   * either did not come in time.
   */
  readonly seconds: number | null;
  /** Undefined where the platform names no witness. */
  readonly witnessesBack?: WitnessesBackRecord;
  readonly aborted?: string;
}

/** The client reports about once a second; so much later its last report must be there. */
const REPORT_WITHIN_MS = 5_000;

/** What shows that what a fault moved is where it was before. */
export interface Witnesses {
  readonly faults: readonly ExperimentFault[];
  readonly gauges: GaugeWatch;
  readonly steady: Span;
}

/**
 * Watches until the platform is steady again: its clients, and the witnesses that it names at the faults, as it may
 * serve all clients with what it has left. The good run may begin while a one-shot fault is still being held, but the
 * window begins behind the during-window and lasts as long as a good run has to. Never rejects.
 */
export async function observeRecovery(
  scope: Scope,
  during: Span,
  healedAt: number,
  witnesses: Witnesses,
): Promise<Recovery> {
  const { phase, deps, context } = scope;
  const { clock, signal } = context;
  const runMs = phase.steadyAgainFor * 1000;
  const from = Math.max(healedAt, during.to);
  // The good run has to begin by then, and is waited for until it has lasted.
  const latest = healedAt + phase.recoverWithin * 1000;
  let run: SteadyRun | undefined;
  let back: readonly WitnessBack[] = [];
  let aborted: string | undefined;
  try {
    const longestMs = Math.max(runMs, ...namedOf(witnesses).map(({ measure }) => lastingMs(measure, runMs)));
    await waitUntil(Math.max(latest, from) + longestMs + REPORT_WITHIN_MS, clock, signal, () => {
      run ??= steadyAgain(deps.stream.between(healedAt, clock.now()), healedAt, runMs, (intervals) =>
        deps.steady.judge(`${phase.name}/recovery`, intervals),
      );
      back = witnessesBack(witnesses, { from: healedAt, to: clock.now() }, runMs);
      const settled = back.every((one) => one.outcome === 'back' || one.final);
      if (run !== undefined && settled && deps.stream.completeUntil() >= from + runMs) return 'steady again';
      const ended = deps.generatorEnded();
      if (ended !== undefined) aborted = `the load generator has ended: ${ended}`;
      return aborted;
    });
  } catch (error) {
    aborted = reasonFor(scope, error);
  }
  const record = recordOf(back, latest, aborted);
  const instants = back.flatMap((one) => (one.outcome === 'back' ? [one] : []));
  const reached = run !== undefined && run.from <= latest && record?.outcome !== 'not back';
  const began = Math.max(run?.from ?? 0, ...instants.map((one) => one.from));
  const confirmed = Math.max(run?.confirmed ?? 0, ...instants.map((one) => one.confirmed));
  return {
    window: {
      from,
      to: reached ? Math.max(confirmed, from + runMs) : Math.max(from, clock.now()),
    },
    seconds: reached ? (began - healedAt) / 1000 : null,
    ...(record === undefined ? {} : { witnessesBack: record }),
    ...(aborted === undefined ? {} : { aborted }),
  };
}

/** How the named witnesses were before the faults. */
function namedOf({ faults, gauges, steady }: Witnesses): readonly GaugeReadings[] {
  return faults.flatMap((fault) => gauges.named(fault, steady));
}

function witnessesBack(
  { faults, gauges, steady }: Witnesses,
  since: Span,
  steadyMs: number,
): readonly WitnessBack[] {
  return faults.flatMap((fault) => {
    const after = gauges.named(fault, since);
    return gauges
      .named(fault, steady)
      .flatMap((calm, index) =>
        after[index] === undefined ? [] : [witnessBack(calm, after[index], steadyMs, since.to)],
      );
  });
}

/** Of all of them together. What was cut short may still have come back. */
function recordOf(
  back: readonly WitnessBack[],
  latest: number,
  aborted: string | undefined,
): WitnessesBackRecord | undefined {
  if (back.length === 0) return undefined;
  const late = back.some((one) => one.outcome === 'back' && one.from > latest);
  const has = (outcome: WitnessBack['outcome']): boolean => back.some((one) => one.outcome === outcome);
  const missing = late || has('not back');
  return {
    outcome: missing && aborted === undefined ? 'not back' : missing || has('not told') ? 'not told' : 'back',
    detail: `${back.map(({ detail }) => detail).join('; ')}${late ? ', and came too late' : ''}`,
  };
}
