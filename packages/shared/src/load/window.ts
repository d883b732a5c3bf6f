import type { ClientInterval, SparseHistogram } from './client-interval.ts';
import { mergeHistograms } from './histogram.ts';

/** What the client saw over several of its intervals together. */
export interface ClientWindow {
  /** Length of the intervals together. */
  readonly seconds: number;
  readonly iterations: number;
  readonly dropped: number;
  readonly requests: number;
  readonly failed: number;
  /** Failed requests by kind. */
  readonly errors: Readonly<Record<string, number>>;
  readonly latency: SparseHistogram;
  /**
   * Requests that ended within a limit (keys are milliseconds), exactly. Holds only the limits that every
   * interval with requests counted: a limit that one of them lacks has no exact count.
   */
  readonly under: Readonly<Record<string, number>>;
}

/** Adds intervals up. They must not overlap. Of no intervals at all, everything is zero. */
export function sumIntervals(intervals: readonly ClientInterval[]): ClientWindow {
  const busy = intervals.filter((one) => one.requests > 0);
  const limits = new Set(intervals.flatMap((one) => Object.keys(one.under)));
  const known = [...limits].filter((limit) => busy.every((one) => Object.hasOwn(one.under, limit)));
  const kinds = new Set(intervals.flatMap((one) => Object.keys(one.errors)));
  return {
    seconds: total(intervals, (one) => one.to - one.from) / 1000,
    iterations: total(intervals, (one) => one.iterations),
    dropped: total(intervals, (one) => one.dropped),
    requests: total(intervals, (one) => one.requests),
    failed: total(intervals, (one) => one.failed),
    errors: Object.fromEntries(
      [...kinds].map((kind) => [kind, total(intervals, (one) => one.errors[kind] ?? 0)]),
    ),
    latency: mergeHistograms(intervals.map((one) => one.latency)),
    under: Object.fromEntries(
      known.map((limit) => [limit, total(intervals, (one) => one.under[limit] ?? 0)]),
    ),
  };
}

function total(intervals: readonly ClientInterval[], of: (one: ClientInterval) => number): number {
  return intervals.reduce((sum, one) => sum + of(one), 0);
}
