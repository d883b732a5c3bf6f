import { clientEvidence } from '../client-evidence.ts';
import type { Nothing } from '../decide.ts';
import { needsOf } from '../needs.ts';
import type { Assignment, Observations } from '../observations.ts';
import { withReadings } from '../prometheus-evidence.ts';
import { loadIn } from '../signals/prometheus.ts';
import { windowNamed } from '../windows.ts';
import type { LeakRecord } from '../../record/record.ts';
import type { Bounds } from '../../time/interval.ts';
import { clientGrowth } from './client-growth.ts';
import { perHourOf, type SeriesGrowth } from './growing-series.ts';
import { prometheusGrowth } from './prometheus-growth.ts';

/** What was found of each series that was looked at for growth, in the order of the assignments. */
export function leakRecords(observations: Observations): readonly LeakRecord[] {
  return observations.assignments.flatMap((assignment) =>
    growthsIn(assignment, observations).map((growth) => recordOf(assignment, growth)),
  );
}

function growthsIn({ objective, window }: Assignment, observations: Observations): readonly SeriesGrowth[] {
  const { signal } = objective;
  if (signal.measure === 'latency-growth') {
    const evidence = clientEvidence(observations, window);
    return evidence.ok ? clientGrowth(evidence.reports.wholes, signal, objective) : [];
  }
  const record = windowNamed(observations, window);
  if (signal.measure !== 'leak' || record === undefined) return [];
  let growths: readonly SeriesGrowth[] = [];
  withReadings(
    observations,
    window,
    needsOf(signal, record.monotonicTo - record.monotonicFrom),
    (evidence): Nothing => {
      growths = prometheusGrowth(evidence, signal, objective, loadIn(observations, window, evidence.span));
      return { kind: 'nothing', reason: 'not-run', sentence: '' };
    },
  );
  return growths;
}

function recordOf({ objectiveName, objective, window }: Assignment, growth: SeriesGrowth): LeakRecord {
  const { name, verdict } = growth;
  const per = perHourOf(objective.unit);
  return {
    objective: objectiveName,
    window,
    series: name,
    outcome: verdict.outcome,
    growth:
      verdict.perHour === null
        ? null
        : ends({ low: verdict.perHour.low / per, high: verdict.perHour.high / per }),
    unit: objective.unit,
    secondsToLimit: verdict.secondsToLimit === null ? null : ends(verdict.secondsToLimit),
    judgedSeconds: Math.round(verdict.judgedMs / 1000),
    lives: verdict.lifetimes,
    detail: verdict.sentence,
  };
}

/** JSON has no infinities. */
function ends({ low, high }: Bounds): { low: number | null; high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}
