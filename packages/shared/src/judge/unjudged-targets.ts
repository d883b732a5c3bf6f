import type { DrillMeasure, RestoreMeasure } from '../objectives/signal.ts';
import type { DrillRecord, RestoreRecord } from '../record/record.ts';
import type { Observations } from './observations.ts';
import type { UnjudgedTargets } from './verdict.ts';
import { observerProblem, phaseOf } from './windows.ts';

type Outcome = { readonly failure: string } | { readonly doubt: string } | Record<never, never>;

/**
 * Where drills and restores have missed what their own scenario names as their targets, or drills have lost writes, and no
 * objective asks for it: that alone would let it pass. An objective of any severity has the say where there is one.
 */
export function unjudgedTargets(observations: Observations): UnjudgedTargets {
  const all = [
    ...observations.drills.flatMap((drill) => outcomesOfDrill(drill, observations)),
    ...(observations.restores ?? []).flatMap((restore) => outcomesOfRestore(restore, observations)),
  ];
  return {
    failures: all.flatMap((one) => ('failure' in one ? one.failure : [])),
    doubts: all.flatMap((one) => ('doubt' in one ? one.doubt : [])),
  };
}

function outcomesOfDrill(drill: DrillRecord, observations: Observations): readonly Outcome[] {
  const judged = measuresOf(drill.name, 'drill', observations);
  const broke = observerProblem(observations, drill.name, 'client');
  // Its times are only as good as its observers; what was read back of the ledger is there.
  const time =
    broke === undefined
      ? timeOf(drill, judged)
      : { doubt: `${drill.name}: nobody saw how well it went. ${broke}` };
  return [time, lossOf(drill, judged)];
}

/** A drill that did not come to its end has no time to recover; why it has not decides. */
function timeOf({ name, rto, failed }: DrillRecord, judged: ReadonlySet<DrillMeasure>): Outcome {
  if (judged.has('rto') || failed !== undefined) return {};
  const { low, high, target } = rto;
  if (high === null) return { doubt: `${name}: nobody saw it recover` };
  return against(name, { low, high }, target, 'it recovered after');
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

/** A restore that does not count has neither time nor age; why it does not decides. */
function outcomesOfRestore(restore: RestoreRecord, observations: Observations): readonly Outcome[] {
  const { name, kind, seconds, targets, backup, backupAgeSeconds, backupAgeless, failed } = restore;
  if (targets === undefined || failed !== undefined || backup === undefined) return [];
  const judged = measuresOf(name, 'restore', observations);
  const { low, high } = seconds;
  const time =
    judged.has('seconds') || high === null
      ? {}
      : against(name, { low, high }, targets.rto, 'it was restored and proven after');
  if (judged.has('backup-age') || kind === 'point-in-time') return [time];
  const age =
    backupAgeless === undefined
      ? against(name, backupAgeSeconds, targets.rpo, 'its backup is as old as')
      : { doubt: `${name}: how old its backup is cannot be told: ${backupAgeless}` };
  return [time, age];
}

function against(
  name: string,
  { low, high }: { readonly low: number; readonly high: number },
  target: number,
  what: string,
): Outcome {
  if (high <= target) return {};
  const span = figure(low) === figure(high) ? figure(low) : `${figure(low)} to ${figure(high)}`;
  const words = `${what} ${span} s, and its target is ${target} s`;
  return low > target ? { failure: `${name} failed: ${words}` } : { doubt: `${name}: ${words}` };
}

/** What objectives of any severity ask of a drill or a restore. */
function measuresOf(name: string, from: 'drill', seen: Observations): ReadonlySet<DrillMeasure>;
function measuresOf(name: string, from: 'restore', seen: Observations): ReadonlySet<RestoreMeasure>;
function measuresOf(name: string, from: 'drill' | 'restore', seen: Observations): ReadonlySet<string> {
  return new Set(
    seen.assignments.flatMap(({ objective: { signal }, window }) =>
      signal.from === from && phaseOf(seen, window) === name ? [signal.measure] : [],
    ),
  );
}

function figure(seconds: number): string {
  return String(Number(seconds.toFixed(2)));
}
