import type { Bounds } from '../time/interval.ts';
import { normalQuantile } from './normal.ts';
import { median, sorted } from './order.ts';

/** A point of a series: when, and what. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A slope in units of y a unit of x. */
export interface Slope {
  readonly value: number;
  /** The true slope lies in here with the confidence that was asked for. Infinite ends: nothing is known. */
  readonly bounds: Bounds;
  /** Pairs of points that it was taken from. */
  readonly pairs: number;
}

/** What is not known when there is no pair at all. */
const UNKNOWN: Slope = {
  value: Number.NaN,
  bounds: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  pairs: 0,
};

/**
 * The Theil–Sen slope: the median of the slopes of all pairs of points. It is not moved by outliers, as long as they
 * are under 29 % of the points. Takes n² / 2 pairs: thin long series first.
 *
 * The confidence interval is Sen's ("Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1968;
 * Gilbert 1987, 16.5): with C = z · √Var(S), the slopes of ranks (N − C) / 2 and (N + C) / 2 + 1 of N. Var(S) is that
 * of Kendall's statistic, n (n − 1) (2n + 5) / 18, less what ties of y take from it.
 *
 * Points come in strata, for instance one a process lifetime: only pairs within a stratum count, as level and start
 * of another one say nothing. Kendall's statistics and their variances add up over strata (Hirsch and Slack, "A
 * nonparametric trend test for seasonal data with serial dependence", 1984, whose seasons are strata).
 *
 * `inflation` multiplies the variance of each stratum; it is above 1 when points that follow each other are alike
 * (see `serialInflation`). Without it the interval of an autocorrelated series is too narrow.
 */
export function theilSen(
  strata: readonly (readonly Point[])[],
  confidence = 0.95,
  inflation: (points: number) => number = () => 1,
): Slope {
  const slopes: number[] = [];
  let variance = 0;
  for (const points of strata) {
    for (const [index, left] of points.entries()) {
      for (let other = index + 1; other < points.length; other += 1) {
        const right = points[other]!;
        if (right.x !== left.x) slopes.push((right.y - left.y) / (right.x - left.x));
      }
    }
    variance += kendallVariance(points) * Math.max(1, inflation(points.length));
  }
  if (slopes.length === 0) return UNKNOWN;
  const ordered = sorted(slopes);
  const count = ordered.length;
  const width = normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance);
  // Ranks count from 1. Where they fall between two, the one that is further out.
  const lowRank = Math.floor((count - width) / 2);
  const highRank = Math.ceil((count + width) / 2) + 1;
  const even = ordered[0] === ordered.at(-1);
  return {
    value: median(ordered),
    bounds: {
      low: ordered[lowRank - 1] ?? (even && variance === 0 ? ordered[0]! : UNKNOWN.bounds.low),
      high: ordered[highRank - 1] ?? (even && variance === 0 ? ordered[0]! : UNKNOWN.bounds.high),
    },
    pairs: count,
  };
}

/** Variance of Kendall's S of independent values, with the correction for equal ones. */
export function kendallVariance(points: readonly Point[]): number {
  const equal = new Map<number, number>();
  for (const { y } of points) equal.set(y, (equal.get(y) ?? 0) + 1);
  const term = (n: number): number => n * (n - 1) * (2 * n + 5);
  const ties = [...equal.values()].reduce((sum, n) => sum + term(n), 0);
  return (term(points.length) - ties) / 18;
}

/** What is left of each point when the slope and the stratum's own level are taken away. */
export function residuals(points: readonly Point[], slope: number): number[] {
  const offsets = points.map(({ x, y }) => y - slope * x);
  const level = median(offsets);
  return offsets.map((offset) => offset - level);
}
