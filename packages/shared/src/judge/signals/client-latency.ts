import { bucketBounds, countAtMost, quantileBounds } from '../../load/histogram.ts';
import type { ClientWindow } from '../../load/window.ts';
import type { Objective } from '../../objectives/objective.ts';
import type { Bounds } from '../../time/interval.ts';
import { aboutHowMany, type ClientReports } from '../client-reports.ts';
import type { Measurement } from '../decide.ts';
import { observedShare, shareBoundsFor, type ShareBounds, type Shares } from '../shares.ts';
import { decideByShare, decidedBy } from './share.ts';

/**
 * A quantile of the request durations. What decides is the share of requests that took at most the limit: exactly
 * where the client counted these, else within the histogram's bucket. The value lies in the buckets that may hold
 * the quantile, narrowed by the limit where the share tells on which side of it the quantile lies.
 */
export function clientLatency(reports: ClientReports, objective: Objective, quantile: number): Measurement {
  const { limit } = objective;
  const toShare = shareBoundsFor(objective);
  const counts = countsAtMost(reports, limit);
  const share = counts === undefined ? undefined : toShare(counts);
  if (counts === undefined || share === undefined) return nothingTimed;
  const { decision, wanted } = decideByShare(share, quantile, objective.comparator);
  return {
    kind: 'measured',
    value: narrow(quantileOver(reports, quantile, toShare), limit, share, quantile),
    samples: timed(reports),
    violations: Math.max(0, Math.floor(wanted === 'within' ? counts.miss.low : counts.hit.low)),
    seconds: reports.seconds,
    decision,
    share: { ...counts, limit: quantile },
    note: inWords(counts, limit),
    ...finerThan(reports, limit),
  };
}

/** The share of requests that took at most `underMs`. */
export function clientLatencyShare(
  reports: ClientReports,
  objective: Objective,
  underMs: number,
): Measurement {
  const counts = countsAtMost(reports, underMs);
  if (counts === undefined) return nothingTimed;
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  return decidedBy(objective, counts, {
    samples: timed(reports),
    violations: Math.floor(fewIsGood ? counts.hit.low : counts.miss.low),
    seconds: reports.seconds,
    note: inWords(counts, underMs),
    ...finerThan(reports, underMs),
  });
}

const nothingTimed: Measurement = {
  kind: 'nothing',
  reason: 'no-samples',
  sentence: 'The client timed no request in the window.',
};

function timed(reports: ClientReports): number {
  return aboutHowMany(reports, ({ requests, latency }) => Math.max(requests, latency.count));
}

/** Requests of the window that took at most `ms`, and the others; undefined when there is none. */
function countsAtMost({ whole, edge }: ClientReports, ms: number): Shares | undefined {
  const inside = atMost(whole, ms);
  const across = atMost(edge, ms);
  if (inside.all + across.all === 0) return undefined;
  return {
    hit: { low: inside.within.low, high: inside.within.high + across.within.high },
    miss: {
      low: inside.all - inside.within.high,
      high: inside.all - inside.within.low + across.all - across.within.low,
    },
  };
}

function atMost(sum: ClientWindow, ms: number): { readonly within: Bounds; readonly all: number } {
  // Where the two tell of different numbers of requests, those that one of them lacks may have been slow.
  const all = Math.max(sum.requests, sum.latency.count);
  const counted = sum.under[String(ms)];
  const { low, high } =
    counted === undefined ? countAtMost(sum.latency, ms) : { low: counted, high: counted };
  return { within: { low: Math.min(low, all), high: Math.min(high, all) }, all };
}

/** The milliseconds in which the quantile may lie, by the histograms' buckets. */
function quantileOver(reports: ClientReports, quantile: number, toShare: ShareBounds): Bounds {
  const { whole, edge } = reports;
  if (edge.latency.count === 0 && toShare === observedShare) {
    return quantileBounds(whole.latency, quantile) ?? { low: 0, high: Infinity };
  }
  const steps = [whole.latency, edge.latency].flatMap(({ schema, buckets }) =>
    buckets.flatMap(([index]) => [bucketBounds(schema, index).low, bucketBounds(schema, index).high]),
  );
  let low = 0;
  for (const step of [...new Set(steps)].sort((left, right) => left - right)) {
    const inside = countAtMost(whole.latency, step);
    const across = countAtMost(edge.latency, step);
    const counts = {
      hit: { low: inside.low, high: inside.high + across.high },
      miss: {
        low: whole.latency.count - inside.high,
        high: whole.latency.count - inside.low + edge.latency.count - across.low,
      },
    };
    const share = toShare(counts);
    if (share === undefined) continue;
    if (share.low >= quantile) return { low, high: step };
    if (share.high < quantile) low = step;
  }
  return { low, high: Infinity };
}

function narrow(bucket: Bounds, limit: number, share: Bounds, quantile: number): Bounds {
  if (share.low >= quantile && bucket.low <= limit) return { ...bucket, high: Math.min(bucket.high, limit) };
  if (share.high < quantile && bucket.high >= limit) return { ...bucket, low: Math.max(bucket.low, limit) };
  return bucket;
}

/** Only a limit that the client did not count may fall into a bucket. */
function finerThan({ whole, edge }: ClientReports, ms: number): { readonly finer?: string } {
  const key = String(ms);
  if (Object.hasOwn(whole.under, key) && (edge.requests === 0 || Object.hasOwn(edge.under, key))) return {};
  const inBucket = (sum: ClientWindow): boolean => {
    const { low, high } = countAtMost(sum.latency, ms);
    return low !== high;
  };
  if (!inBucket(whole) && !inBucket(edge)) return {};
  return {
    finer: `The client has to count the requests under ${ms} ms: name the limit in an objective of the platform.`,
  };
}

function inWords({ hit, miss }: Shares, limit: number): string {
  const share = observedShare({ hit, miss }) ?? { low: 0, high: 1 };
  return `${percent(share)} of ${most(hit, miss)} requests took at most ${limit} ms.`;
}

function most(hit: Bounds, miss: Bounds): string {
  const [low, high] = [hit.low + miss.low, Math.max(hit.high + miss.low, hit.low + miss.high)];
  return low === high ? `${low}` : `${low}–${high}`;
}

function percent({ low, high }: Bounds): string {
  const text = (share: number): string => `${Number((share * 100).toFixed(3))}`;
  return low === high ? `${text(low)} %` : `${text(low)}–${text(high)} %`;
}
