import { countAtMost, quantileBounds } from '../../load/histogram.ts';
import type { ClientWindow } from '../../load/window.ts';
import type { Objective } from '../../objectives/objective.ts';
import type { Bounds } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';
import { decideByShare } from './share.ts';

/**
 * A quantile of the request durations. What decides is the share of requests that took at most the limit: exactly
 * where the client counted these, else within the histogram's bucket. The value is the quantile's own bucket,
 * narrowed by the limit where the share tells on which side of it the quantile lies.
 */
export function clientLatency(sum: ClientWindow, objective: Objective, quantile: number): Measurement {
  const bucket = quantileBounds(sum.latency, quantile);
  if (bucket === undefined) {
    return { kind: 'nothing', reason: 'no-samples', sentence: 'The client timed no request in the window.' };
  }
  const { limit } = objective;
  const counted = sum.under[String(limit)];
  // Where the two tell of different numbers of requests, those that one of them lacks may have been slow.
  const all = Math.max(sum.requests, sum.latency.count);
  const within = counted === undefined ? countAtMost(sum.latency, limit) : { low: counted, high: counted };
  const share = { low: within.low / all, high: Math.min(1, within.high / all) };
  const { decision, wanted } = decideByShare(share, quantile, objective.comparator);
  return {
    kind: 'measured',
    value: narrow(bucket, limit, share, quantile),
    samples: all,
    violations: Math.max(0, Math.floor(wanted === 'within' ? all - within.high : within.low)),
    decision,
    note: `${percent(share)} of ${all} requests took at most ${limit} ms.`,
  };
}

function narrow(bucket: Bounds, limit: number, share: Bounds, quantile: number): Bounds {
  if (share.low >= quantile && bucket.low <= limit) return { ...bucket, high: Math.min(bucket.high, limit) };
  if (share.high < quantile && bucket.high >= limit) return { ...bucket, low: Math.max(bucket.low, limit) };
  return bucket;
}

function percent({ low, high }: Bounds): string {
  const text = (share: number): string => `${Number((share * 100).toFixed(3))}`;
  return low === high ? `${text(low)} %` : `${text(low)}–${text(high)} %`;
}
