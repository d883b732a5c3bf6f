import type { SparseHistogram } from '@ordeal/shared/load/client-interval';
import { emptyHistogram } from '@ordeal/shared/load/histogram';
import type { PushedHistogram, PushedSeries } from './write-request.ts';

/** How much one series grew with a push. */
export type Growth =
  | { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly by: number }
  | {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly histogram: SparseHistogram;
    };

/** What a push brought: growth since everything that came before, and its latest instant (wall-clock ms). */
export interface Progress {
  readonly growth: readonly Growth[];
  /** Undefined when the push holds nothing but stale markers. */
  readonly until: number | undefined;
  /** Gauges that were pushed, by name; of several with one name the last. */
  readonly gauges: Readonly<Record<string, number>>;
}

/**
 * Turns k6's pushes, whose values count from the start of the process, into growth from push to push. Values of
 * one process never fall: one that is lower than a known one is an old push that came late or twice, and adds
 * nothing. What a lost push would have brought comes with the next one.
 */
export class Cumulative {
  private readonly counters = new Map<string, number>();
  private readonly histograms = new Map<string, PushedHistogram>();

  take(push: readonly PushedSeries[]): Progress {
    const growth: Growth[] = [];
    const gauges: Record<string, number> = {};
    let until: number | undefined;
    for (const series of push) {
      const { name, labels } = series;
      const key = keyOf(series);
      for (const { value, timestamp } of series.samples) {
        if (Number.isNaN(value)) continue;
        until = Math.max(until ?? timestamp, timestamp);
        if (!name.endsWith('_total')) {
          gauges[name] = value;
          continue;
        }
        const known = this.counters.get(key) ?? 0;
        if (value <= known) continue;
        this.counters.set(key, value);
        growth.push({ name, labels, by: value - known });
      }
      for (const histogram of series.histograms) {
        // The last push repeats histograms together with their stale marker: the values count, the instant is old.
        until = Math.max(until ?? histogram.timestamp, histogram.timestamp);
        const known = this.histograms.get(key);
        if (known !== undefined && histogram.count <= known.count) continue;
        this.histograms.set(key, histogram);
        growth.push({ name, labels, histogram: difference(histogram, known) });
      }
    }
    return { growth, until, gauges };
  }
}

function difference(now: PushedHistogram, before: PushedHistogram | undefined): SparseHistogram {
  if (before !== undefined && before.schema !== now.schema) {
    throw new Error(`A native histogram changed its schema from ${before.schema} to ${now.schema}`);
  }
  const earlier = new Map(before?.buckets);
  return {
    ...emptyHistogram(),
    schema: now.schema,
    count: now.count - (before?.count ?? 0),
    sum: now.sum - (before?.sum ?? 0),
    zero: now.zero - (before?.zero ?? 0),
    buckets: now.buckets
      .map(([index, count]) => [index, count - (earlier.get(index) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  };
}

function keyOf({ name, labels }: PushedSeries): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1))]);
}
