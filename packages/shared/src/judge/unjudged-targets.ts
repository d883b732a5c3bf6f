import type { DrillMeasure } from '../objectives/signal.ts';
import type { DrillRecord } from '../record/record.ts';
import type { Observations } from './observations.ts';
import type { UnjudgedTargets } from './verdict.ts';
import { phaseOf } from './windows.ts';

type Outcome = { readonly failure: string } | { readonly doubt: string } | Record<never, never>;

/**
 * Where drills have missed what their own scenario names as their targets, and have lost writes, and no objective asks
 * for it: that alone would let it pass. An objective of any severity has the say where there is one.
 */
export function unjudgedTargets(
  observations: Pick<Observations, 'drills' | 'assignments' | 'windows'>,
): UnjudgedTargets {
  const all = observations.drills.flatMap((drill): readonly Outcome[] => {
    const judged = measuresOf(drill, observations);
    return [timeOf(drill, judged), lossOf(drill, judged)];
  });
  return {
    failures: all.flatMap((one) => ('failure' in one ? one.failure : [])),
    doubts: all.flatMap((one) => ('doubt' in one ? one.doubt : [])),
  };
}

/** A drill that did not come to its end has no time to recover; why it has not decides. */
function timeOf({ name, rto, failed }: DrillRecord, judged: ReadonlySet<DrillMeasure>): Outcome {
  const { low, high, target } = rto;
  if (judged.has('rto') || failed !== undefined || high === null || high <= target) return {};
  const words = `it recovered after ${figure(low)} to ${figure(high)} s, and its target is ${target} s`;
  return low > target ? { failure: `${name} failed: ${words}` } : { doubt: `${name}: ${words}` };
}

function lossOf({ name, kind, rpo }: DrillRecord, judged: ReadonlySet<DrillMeasure>): Outcome {
  const { lost, acknowledged, seconds, atLeast, target } = rpo;
  if (lost === 0 || judged.has('lost')) return {};
  const many = `${lost} of ${acknowledged} acknowledged writes were lost`;
  const isPlanned = kind !== 'failover' && kind !== 'observe';
  // Whoever promises a recovery point has said nothing of a move in which nothing has to be lost.
  if (isPlanned) return { failure: `${name} failed: ${many}, and a planned move may lose none` };
  if (judged.has('rpo')) return {};
  const words = `${many}, ${atLeast ? 'at least ' : ''}${figure(seconds)} s of them, and its target is ${target} s`;
  if (seconds > target) return { failure: `${name} failed: ${words}` };
  return atLeast ? { doubt: `${name}: ${words}` } : {};
}

/** What objectives of any severity ask of the drill. */
function measuresOf(
  drill: DrillRecord,
  observations: Pick<Observations, 'assignments' | 'windows'>,
): ReadonlySet<DrillMeasure> {
  return new Set(
    observations.assignments.flatMap(({ objective: { signal }, window }) =>
      signal.from === 'drill' && phaseOf(observations, window) === drill.name ? [signal.measure] : [],
    ),
  );
}

function figure(seconds: number): string {
  return String(Number(seconds.toFixed(2)));
}
