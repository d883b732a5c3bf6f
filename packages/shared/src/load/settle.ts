import type { ClientInterval } from './client-interval.ts';
import type { Bounds } from '../time/interval.ts';
import { steadyAgain, type Judge } from './steady-again.ts';

/** How long the platform took to settle after a spike. */
export type Settling =
  /** Seconds, in bounds: it settled between the two ends, and stayed so for as long as was asked. */
  | { readonly outcome: 'settled'; readonly seconds: Bounds; readonly confirmedAt: number }
  /** Not within the time that was given: more than this, never a number of its own. */
  | { readonly outcome: 'not-settled'; readonly moreThanSeconds: number }
  /** The client's measurements end, or have a gap, before it could be told. */
  | { readonly outcome: 'cannot-tell'; readonly reason: 'no-samples' | 'stale'; readonly sentence: string };

export interface SettleQuestion {
  /** Of the whole load, in order of time. */
  readonly intervals: readonly ClientInterval[];
  /** Monotonic ms between which the load stepped back to its usual rate. */
  readonly steppedBack: Bounds;
  /** It has to be steady for so long. */
  readonly forMs: number;
  /** It has to settle within this. */
  readonly withinMs: number;
  readonly judge: Judge;
}

/** A gap between two intervals that is longer than this hides what happened (ms). */
const GAP_MS = 500;

/**
 * Time to settle, from the client's intervals. Some interval was the last that was not steady: it settled between
 * that one's start and its end, and when none was, it never was unsettled. The earliest instant counts from the
 * latest one at which the load may have stepped back, and the other way round.
 */
export function timeToSettle({ intervals, steppedBack, forMs, withinMs, judge }: SettleQuestion): Settling {
  const after = intervals.filter(({ to }) => to > steppedBack.low);
  const [first] = after;
  if (first === undefined) {
    return {
      outcome: 'cannot-tell',
      reason: 'no-samples',
      sentence: 'The client measured nothing after the spike.',
    };
  }
  const run = steadyAgain(after, steppedBack.low, forMs, judge);
  const latest = steppedBack.low + withinMs;
  const gap = gapIn(after, steppedBack.low, run?.from ?? latest);
  if (gap !== undefined) {
    const sentence = `The client's measurements have a gap of ${(gap / 1000).toFixed(1)} s after the spike.`;
    return { outcome: 'cannot-tell', reason: 'stale', sentence };
  }
  if (run !== undefined) {
    const unsteady = after.findLast((interval) => interval.to <= run.from);
    // The run may begin with an interval that the step back lies in.
    const low = unsteady === undefined ? 0 : Math.max(0, unsteady.from - steppedBack.high);
    const high = unsteady === undefined ? 0 : Math.max(0, run.from - steppedBack.low);
    if (low > withinMs) return { outcome: 'not-settled', moreThanSeconds: withinMs / 1000 };
    return {
      outcome: 'settled',
      seconds: { low: low / 1000, high: high / 1000 },
      confirmedAt: run.confirmed,
    };
  }
  const until = after.at(-1)?.to ?? steppedBack.low;
  if (until >= latest + forMs) return { outcome: 'not-settled', moreThanSeconds: withinMs / 1000 };
  const sentence = `The client's measurements end ${((until - steppedBack.low) / 1000).toFixed(1)} s after the spike, before it had settled.`;
  return { outcome: 'cannot-tell', reason: 'stale', sentence };
}

function gapIn(intervals: readonly ClientInterval[], from: number, to: number): number | undefined {
  let covered = from;
  for (const interval of intervals) {
    if (covered >= to) return undefined;
    if (interval.from - covered > GAP_MS) return interval.from - covered;
    covered = interval.to;
  }
  return undefined;
}
