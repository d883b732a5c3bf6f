import type { Objective } from '../objectives/objective.ts';
import type { Bounds } from '../time/interval.ts';
import { lowerLimit, upperLimit } from './sampling/limits.ts';

/** How many events are hits and how many are not, each within bounds. */
export interface Shares {
  readonly hit: Bounds;
  readonly miss: Bounds;
}

/** Bounds of a share of events. */
export type ShareBounds = (counts: Shares) => Bounds | undefined;

/** How an objective wants a share of events to be bounded. */
export function shareBoundsFor({ claim }: Pick<Objective, 'claim'>): ShareBounds {
  return claim === 'inferred' ? inferredShare : observedShare;
}

/**
 * The share of hits among the window's own events: the fewest hits with the most misses, and the most hits with the
 * fewest misses. Undefined when there may have been no event at all, and certainly was none.
 */
export function observedShare({ hit, miss }: Shares): Bounds | undefined {
  if (hit.high + miss.high === 0) return undefined;
  return {
    low: miss.high === 0 ? 1 : ratio(hit.low, miss.high),
    high: hit.high === 0 ? 0 : ratio(hit.high, miss.low),
  };
}

/**
 * What these events say of the share that they were drawn from: one-sided 95 % sampling limits on both sides, the
 * lower one from the fewest hits among the most events, the upper one from the most hits among the fewest.
 */
export function inferredShare(counts: Shares): Bounds | undefined {
  const { hit, miss } = counts;
  if (observedShare(counts) === undefined) return undefined;
  return {
    low: lowerLimit(Math.floor(hit.low), Math.ceil(miss.high)),
    high: upperLimit(Math.ceil(hit.high), Math.floor(miss.low)),
  };
}

/** The share of hits that is certain: it has no bounds, and says about where the truth lies. */
export function certainShare({ hit, miss }: Shares): number | undefined {
  return hit.low + miss.low > 0 ? hit.low / (hit.low + miss.low) : undefined;
}

function ratio(hits: number, misses: number): number {
  return hits === Infinity ? 1 : hits / (hits + misses);
}
