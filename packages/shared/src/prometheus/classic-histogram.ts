import type { Bounds } from '../time/interval.ts';
import { totalGrowth, type GrowthGroup } from './counters.ts';
import { ratioBounds } from './ratio-bounds.ts';

/** How the observations of a window are spread over a classic histogram's buckets. */
export interface HistogramWindow {
  /** By rising upper bound; the last is +Inf. */
  readonly buckets: readonly {
    readonly le: number;
    /** Share of the observations that are at most `le`. */
    readonly share: Bounds;
    /** Observations that are at most `le`, and the others: the least and the most that there may be. */
    readonly hit: Bounds;
    readonly miss: Bounds;
    /** Observations that certainly are the window's, and above `le`. */
    readonly above: number;
  }[];
  /** Observations that certainly are the window's, and the most that there may be. */
  readonly count: Bounds;
  /** For so long, summed over targets, observations may have been lost with a process or a scrape. */
  readonly hiddenMs: number;
}

/** Bounds within this share of each other are the same: 0.2 may be written 0.20000000000000001. */
const SAME = 1e-9;

/**
 * Reads the buckets of a window, grouped by their label `le`; undefined when there is no +Inf bucket, or no observation at all. Bounds that not
 * every target has are left out.
 */
export function histogramWindow(groups: readonly GrowthGroup[]): HistogramWindow | undefined {
  const bounded = groups.flatMap((one) => {
    const le = boundOf(one.value);
    return le === undefined ? [] : [{ ...one, le }];
  });
  const infinite = bounded.find(({ le }) => le === Infinity);
  if (infinite === undefined) return undefined;
  const whole = infinite.growth;
  const count = totalGrowth(whole.values());
  const buckets = bounded
    .filter(({ seriesCount }) => seriesCount === infinite.seriesCount)
    .sort((left, right) => left.le - right.le)
    .flatMap(({ le, growth }) => {
      const { ratio, hit, miss, rest } = ratioBounds(growth, whole);
      if (ratio === undefined) return [];
      if (le === Infinity) {
        return [{ le, share: { low: 1, high: 1 }, hit, miss: { low: 0, high: 0 }, above: 0 }];
      }
      return [{ le, share: ratio, hit, miss, above: rest }];
    });
  const hiddenMs = [...whole.values()].reduce((sum, one) => sum + one.hiddenMs, 0);
  return buckets.length === 0 ? undefined : { buckets, count, hiddenMs };
}

/** Share of observations at most `limit`: exact to the scrapes when `limit` is a bucket's bound. */
export function shareAtMost(window: HistogramWindow, limit: number): Bounds {
  const exact = window.buckets.find(({ le }) => isSame(le, limit));
  if (exact !== undefined) return exact.share;
  const below = window.buckets.findLast(({ le }) => le < limit);
  const above = window.buckets.find(({ le }) => le > limit);
  return { low: below?.share.low ?? 0, high: above?.share.high ?? 1 };
}

/** Observations that are at most `limit`, and the others: exact to the scrapes when `limit` is a bucket's bound. */
export function countsAtMost(
  window: HistogramWindow,
  limit: number,
): { readonly hit: Bounds; readonly miss: Bounds } {
  const exact = window.buckets.find(({ le }) => isSame(le, limit));
  if (exact !== undefined) return exact;
  const below = window.buckets.findLast(({ le }) => le < limit);
  const above = window.buckets.find(({ le }) => le > limit);
  return {
    hit: { low: below?.hit.low ?? 0, high: above?.hit.high ?? window.count.high },
    miss: { low: above?.miss.low ?? 0, high: below?.miss.high ?? window.count.high },
  };
}

/** Observations that certainly are above `limit`. */
export function certainlyAbove(window: HistogramWindow, limit: number): number {
  return window.buckets.find(({ le }) => isSame(le, limit) || le > limit)?.above ?? 0;
}

/**
 * Bounds of the quantile, in the histogram's unit. In the +Inf bucket there is only a lower one. `shareOf` may bound a
 * bucket's share in another way than by what was observed.
 */
export function quantileOf(
  window: HistogramWindow,
  quantile: number,
  shareOf: (bucket: HistogramWindow['buckets'][number]) => Bounds = ({ share }) => share,
): Bounds {
  const reaches = window.buckets.find((one) => one.le === Infinity || shareOf(one).low >= quantile);
  const short = window.buckets.findLast((one) => one.le < Infinity && shareOf(one).high < quantile);
  const high = reaches?.le ?? Infinity;
  const low = short?.le ?? 0;
  return { low: Math.min(low, high), high };
}

function boundOf(le: string): number | undefined {
  if (le === '') return undefined;
  const bound = le === '+Inf' ? Infinity : Number(le);
  return Number.isNaN(bound) ? undefined : bound;
}

function isSame(left: number, right: number): boolean {
  return left === right || Math.abs(left - right) <= SAME * Math.abs(right);
}
