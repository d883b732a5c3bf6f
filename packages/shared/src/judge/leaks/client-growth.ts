import type { ClientInterval, SparseHistogram } from '../../load/client-interval.ts';
import { bucketBounds, mergeHistograms } from '../../load/histogram.ts';
import type { Objective } from '../../objectives/objective.ts';
import type { ClientSignal } from '../../objectives/signal.ts';
import type { Sample } from '../../statistics/lifetimes.ts';
import { percentile } from '../words.ts';
import { growthsOf, type SeriesGrowth } from './growing-series.ts';

export type LatencyGrowth = Extract<ClientSignal, { measure: 'latency-growth' }>;

/** So many slower requests make a quantile more than chance. */
const BEYOND = 5;

/** How a quantile of the client's latency grew over its reports. Milliseconds of the monotonic clock. */
export function clientGrowth(
  reports: readonly ClientInterval[],
  signal: LatencyGrowth,
  objective: Objective,
): readonly SeriesGrowth[] {
  const samples = quantilesOf(reports, signal.quantile);
  return growthsOf(
    [{ name: `client ${percentile(signal.quantile)} latency`, lifetimes: [{ samples }] }],
    objective,
    {
      take: 'middle',
      load: loadOf(reports),
      ...(signal.leastSeconds === undefined ? {} : { leastSeconds: signal.leastSeconds }),
    },
  );
}

/** Requests a second by the client's reports, at their middles. */
export function loadOf(reports: readonly ClientInterval[]): readonly Sample[] {
  return reports.map(({ from, to, requests }) => [(from + to) / 2, (requests * 1000) / (to - from)] as const);
}

/** The quantile over as many reports at a time as it takes to have some requests beyond it. */
function quantilesOf(reports: readonly ClientInterval[], quantile: number): readonly Sample[] {
  const samples: Sample[] = [];
  let some: ClientInterval[] = [];
  for (const report of reports) {
    some.push(report);
    const latency = mergeHistograms(some.map((one) => one.latency));
    if (latency.count * (1 - quantile) < BEYOND) continue;
    samples.push([((some[0]?.from ?? 0) + report.to) / 2, within(latency, quantile)]);
    some = [];
  }
  return samples;
}

/**
 * About where within its bucket the quantile lies, as if the values in it were evenly spread over its logarithm. A
 * bucket is 9 % wide: its bounds alone would stand still and then jump while the latency creeps.
 */
function within(histogram: SparseHistogram, quantile: number): number {
  const rank = quantile * histogram.count;
  let seen = histogram.zero;
  for (const [index, count] of histogram.buckets) {
    if (seen + count >= rank) {
      const { low, high } = bucketBounds(histogram.schema, index);
      return low * (high / low) ** Math.max(0, (rank - seen) / count);
    }
    seen += count;
  }
  return 0;
}
