import type { DrillMeasure } from '../objectives/signal.ts';
import type { DrillRecord } from '../record/record.ts';
import type { Observations } from './observations.ts';
import type { UnjudgedLosses } from './verdict.ts';
import { phaseOf } from './windows.ts';

/** What the drills have lost that no objective asks for: that alone would let it pass. */
export function unjudgedLosses(
  observations: Pick<Observations, 'drills' | 'assignments' | 'windows'>,
): UnjudgedLosses {
  const all = observations.drills.map((drill) => lossOf(drill, measuresOf(drill, observations)));
  return {
    failures: all.flatMap(({ failure }) => failure ?? []),
    doubts: all.flatMap(({ doubt }) => doubt ?? []),
  };
}

function lossOf(
  { name, kind, rpo }: DrillRecord,
  judged: ReadonlySet<DrillMeasure>,
): { readonly failure?: string; readonly doubt?: string } {
  const { lost, acknowledged, seconds, atLeast, target } = rpo;
  if (lost === 0 || judged.has('lost')) return {};
  const many = `${lost} of ${acknowledged} acknowledged writes were lost`;
  const isPlanned = kind !== 'failover' && kind !== 'observe';
  // Whoever promises a recovery point has said nothing of a move in which nothing has to be lost.
  if (isPlanned) return { failure: `${name} failed: ${many}, and a planned move may lose none` };
  if (judged.has('rpo')) return {};
  const span = `${atLeast ? 'at least ' : ''}${Number(seconds.toFixed(2))} s`;
  const words = `${many}, ${span} of them, and its target is ${target} s`;
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
