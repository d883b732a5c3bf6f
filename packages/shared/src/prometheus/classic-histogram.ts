import type { Bounds } from '../time/interval.ts';
import { growthOf, totalGrowth, type WallSpan } from './counters.ts';
import { ratioBounds } from './ratio-bounds.ts';
import type { RawSeries } from './reading.ts';
import type { Target } from './scrapes.ts';

/** How the observations of a window are spread over a classic histogram's buckets. */
export interface HistogramWindow {
  /** By rising upper bound; the last is +Inf. */
  readonly buckets: readonly {
    readonly le: number;
    /** Share of the observations that are at most `le`. */
    readonly share: Bounds;
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
 * Reads the buckets of a window; undefined when there is no +Inf bucket, or no observation at all. Bounds that not
 * every target has are left out. Throws `NotACounter`.
 */
export function histogramWindow(
  series: readonly RawSeries[],
  targets: readonly Target[],
  window: WallSpan,
): HistogramWindow | undefined {
  const byBound = new Map<number, RawSeries[]>();
  for (const one of series) {
    const le = boundOf(one.labels['le']);
    if (le !== undefined) byBound.set(le, [...(byBound.get(le) ?? []), one]);
  }
  const infinite = byBound.get(Infinity);
  if (infinite === undefined) return undefined;
  const complete = [...byBound].filter(([, list]) => list.length === infinite.length);
  const whole = growthOf(infinite, targets, window);
  const count = totalGrowth(whole.values());
  const buckets = complete
    .sort(([left], [right]) => left - right)
    .flatMap(([le, list]) => {
      const { ratio, rest } = ratioBounds(growthOf(list, targets, window), whole);
      if (ratio === undefined) return [];
      const share = le === Infinity ? { low: 1, high: 1 } : ratio;
      return [{ le, share, above: le === Infinity ? 0 : rest }];
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

/** Observations that certainly are above `limit`. */
export function certainlyAbove(window: HistogramWindow, limit: number): number {
  return window.buckets.find(({ le }) => isSame(le, limit) || le > limit)?.above ?? 0;
}

/** Bounds of the quantile, in the histogram's unit. In the +Inf bucket there is only a lower one. */
export function quantileOf(window: HistogramWindow, quantile: number): Bounds {
  const high = window.buckets.find(({ share }) => share.low >= quantile)?.le ?? Infinity;
  const low = window.buckets.findLast(({ le, share }) => le < Infinity && share.high < quantile)?.le ?? 0;
  return { low: Math.min(low, high), high };
}

function boundOf(le: string | undefined): number | undefined {
  if (le === undefined) return undefined;
  const bound = le === '+Inf' ? Infinity : Number(le);
  return Number.isNaN(bound) ? undefined : bound;
}

function isSame(left: number, right: number): boolean {
  return left === right || Math.abs(left - right) <= SAME * Math.abs(right);
}
