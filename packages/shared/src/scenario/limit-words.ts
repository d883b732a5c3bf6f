import { namesItsClient, SECOND_AT } from '../platform/limit-course.ts';
import type { LimitSpec } from '../platform/limit-spec.ts';

/** Around a rate limit's window: what is sent at its begin and when it is over. */
const AROUND_SECONDS = 5;
/** Requests are held until they are all under way, and answered. */
const HELD_SECONDS = 3;
/** Beside the requests at a rate limit's begin: as many as it promises when it is over, and again as another client. */
const AGAIN = 2.5;

/** About how long it takes to look at a limit, seconds, at so many requests a second at most. */
export function limitSeconds(limit: LimitSpec, maxRate: number): number {
  return limit.kind === 'rate'
    ? limit.windowSeconds + AROUND_SECONDS + (AGAIN * limit.requests) / maxRate
    : HELD_SECONDS + limit.requests / maxRate;
}

/** What is done to look at a limit, in a sentence. */
export function limitPlanInWords(limit: LimitSpec, entry: string): string {
  const to = `${limit.ask.method} ${limit.ask.path} at ${limit.at ?? entry}`;
  if (limit.kind === 'concurrency') {
    return `hold ${limit.requests} requests at once (${to}), and ask one more meanwhile`;
  }
  const { requests, windowSeconds } = limit;
  const later = Number((windowSeconds * SECOND_AT).toFixed(3));
  const another = namesItsClient(limit) ? `; then ${requests} of another client in one go` : '';
  return `send up to ${requests} requests of one client and as many more as are admitted (${to}): half of them, the others ${later} s later, and again when the first is admitted again${another}`;
}
