import type { Objective } from '../../objectives/objective.ts';
import { ratioBounds } from '../../prometheus/ratio-bounds.ts';
import type { Measurement } from '../decide.ts';
import {
  hiddenNote,
  uncoveredTargets,
  unseenTargets,
  type PrometheusEvidence,
} from '../prometheus-evidence.ts';

/** Growth of one counter over that of another, from raw samples. */
export function prometheusRatio(evidence: PrometheusEvidence, objective: Objective): Measurement {
  const { span, targets } = evidence;
  const bad = evidence.samples(0);
  const all = evidence.samples(1);
  if (!all.hasSamplesIn()) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Prometheus has no sample of what counts all events in the window.',
    };
  }
  const { ratio, part, rest, whole, hiddenMs } = ratioBounds(bad.growth(), all.growth());
  if (ratio === undefined) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Nothing was counted in the window: no traffic.',
    };
  }
  const doubt =
    evidence.doubt ?? unseenTargets(targets, all.series, span) ?? uncoveredTargets(targets, all.series, span);
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  const notes = [
    bad.series.length === 0 && bad.byServer === undefined
      ? 'No series matches what is counted as bad: taken for zero.'
      : undefined,
    hiddenNote(hiddenMs),
    all.byServer,
  ].filter((note) => note !== undefined);
  return {
    kind: 'measured',
    value: ratio,
    samples: Math.floor(whole),
    violations: Math.floor(fewIsGood ? part : rest),
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}
