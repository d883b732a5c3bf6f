import type { Objective } from '../../objectives/objective.ts';
import {
  certainlyAbove,
  histogramWindow,
  quantileOf,
  shareAtMost,
} from '../../prometheus/classic-histogram.ts';
import type { Measurement } from '../decide.ts';
import {
  hiddenNote,
  uncoveredTargets,
  unseenTargets,
  type PrometheusEvidence,
} from '../prometheus-evidence.ts';
import { decideByShare } from './share.ts';

/**
 * A quantile in milliseconds, from a classic histogram in seconds. What decides is the share of observations at most
 * the limit, which is exact when the limit is a bucket's bound.
 */
export function prometheusLatency(
  evidence: PrometheusEvidence,
  objective: Objective,
  quantile: number,
): Measurement {
  const { span, targets } = evidence;
  const read = evidence.samples(0);
  const { series } = read;
  if (!read.hasSamplesIn()) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Prometheus has no sample of the histogram in the window.',
    };
  }
  const window = histogramWindow(read.growthBy('le'));
  if (window === undefined) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'The histogram has no +Inf bucket, or counted nothing in the window.',
    };
  }
  const limit = objective.limit / 1000;
  const { decision, wanted } = decideByShare(shareAtMost(window, limit), quantile, objective.comparator);
  const { low, high } = quantileOf(window, quantile);
  const doubt =
    evidence.doubt ?? unseenTargets(targets, series, span) ?? uncoveredTargets(targets, series, span);
  const slow = certainlyAbove(window, limit);
  const note = hiddenNote(window.hiddenMs);
  return {
    kind: 'measured',
    value: { low: low * 1000, high: high * 1000 },
    samples: Math.floor(window.count.low),
    violations: Math.floor(wanted === 'within' ? slow : window.count.low - slow),
    decision,
    ...(doubt === undefined ? {} : { doubt }),
    ...(note === undefined ? {} : { note }),
  };
}
