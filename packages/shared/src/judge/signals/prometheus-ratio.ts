import type { Objective } from '../../objectives/objective.ts';
import { growthOf } from '../../prometheus/counters.ts';
import { ratioBounds } from '../../prometheus/ratio-bounds.ts';
import type { Measurement } from '../decide.ts';
import {
  hasSamplesIn,
  hiddenNote,
  uncoveredTargets,
  unseenTargets,
  type PrometheusEvidence,
} from '../prometheus-evidence.ts';

/** Growth of one counter over that of another, from raw samples. */
export function prometheusRatio(evidence: PrometheusEvidence, objective: Objective): Measurement {
  const { span, targets } = evidence;
  const [bad = [], all = []] = evidence.series;
  if (!hasSamplesIn(all, span)) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Prometheus has no sample of what counts all events in the window.',
    };
  }
  const { ratio, part, rest, whole, hiddenMs } = ratioBounds(
    growthOf(bad, targets, span),
    growthOf(all, targets, span),
  );
  if (ratio === undefined) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Nothing was counted in the window: no traffic.',
    };
  }
  const doubt = evidence.doubt ?? unseenTargets(targets, all, span) ?? uncoveredTargets(targets, all, span);
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  const notes = [
    bad.length === 0 ? 'No series matches what is counted as bad: taken for zero.' : undefined,
    hiddenNote(hiddenMs),
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
