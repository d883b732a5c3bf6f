import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { secondsCounted } from '@ordeal/shared/load/window';
import type { AbortCondition } from '@ordeal/shared/platform/platform';

/** Why the faults have to be taken out at once. */
export interface Abort {
  readonly reason: string;
  /** When that had become so (monotonic ms). Seen it is later: the client reports about once a second. */
  readonly since: number;
}

/** Two intervals that lie further apart than this do not follow each other (ms). */
const GAP_MS = 500;
/** An interval stands for one second, also when the client's report came late (ms). */
const LONGEST_MS = 1_500;
/** Reports come about one second apart: five of them may last a little less than five seconds. */
const TOLERANCE = 0.9;

/**
 * Why the fault has to be taken out at once; undefined while it may stay in. `intervals` are the client's by
 * rising time, from before the fault up to `now` (monotonic ms).
 *
 * Errors abort when their share reaches the limit in enough seconds in a row, each with enough attempts; a
 * second with fewer ends the row. So one bad second after a kill aborts nothing, unless the condition asks for
 * no more than one. The signal itself aborts when it is silent: what is not seen cannot be vouched for.
 */
export function abortNeeded(
  intervals: readonly ClientInterval[],
  now: number,
  condition: AbortCondition,
): Abort | undefined {
  const newest = intervals.at(-1);
  if (newest === undefined) return { reason: 'the client has measured nothing', since: now };
  const silentMs = now - newest.to;
  const allowedMs = condition.silentSeconds * 1000;
  // Written so that a NaN is silence.
  if (!(silentMs <= allowedMs)) {
    return {
      reason: `the client has been silent for ${seconds(silentMs)} s (allowed: ${condition.silentSeconds} s)`,
      since: Number.isFinite(newest.to) ? newest.to + allowedMs : now,
    };
  }

  let row: ClientInterval[] = [];
  for (const interval of intervals) {
    const before = row.at(-1);
    if (!isBad(interval, condition)) row = [];
    else if (before !== undefined && interval.from - before.to > GAP_MS) row = [interval];
    else row.push(interval);
    if (row.length > 0 && lasts(row) >= condition.consecutiveSeconds * 1000 * TOLERANCE) {
      const failed = row.reduce((sum, one) => sum + one.failed + one.dropped, 0);
      const offered = row.reduce((sum, one) => sum + one.requests + one.dropped, 0);
      return {
        reason: `${failed} of ${offered} attempts failed within ${seconds(lasts(row))} s (allowed: less than ${condition.errorRatio * 100} % for ${condition.consecutiveSeconds} s in a row)`,
        since: interval.to,
      };
    }
  }
  return undefined;
}

function isBad({ requests, dropped, failed }: ClientInterval, condition: AbortCondition): boolean {
  const attempts = requests + dropped;
  return (
    attempts >= condition.leastAttempts &&
    attempts > 0 &&
    (failed + dropped) / attempts >= condition.errorRatio
  );
}

function lasts(row: readonly ClientInterval[]): number {
  return row.reduce((sum, one) => sum + Math.min(secondsCounted(one) * 1000, LONGEST_MS), 0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
