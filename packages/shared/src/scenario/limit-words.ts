import type { LimitSpec } from '../platform/limit-spec.ts';

/** Around a rate limit's window: what is sent at its begin and when it is over. */
const AROUND_SECONDS = 5;
/** Requests are held until they are all under way, and answered. */
const HELD_SECONDS = 3;

/** About how long it takes to look at a limit, seconds. */
export function limitSeconds(limit: LimitSpec): number {
  return limit.kind === 'rate' ? limit.windowSeconds + AROUND_SECONDS : HELD_SECONDS;
}

/** What is done to look at a limit, in a sentence. */
export function limitInWords(limit: LimitSpec, entry: string): string {
  const to = `${limit.ask.method} ${limit.ask.path} at ${limit.at ?? entry}`;
  if (limit.kind === 'concurrency') {
    return `hold ${limit.requests} requests at once (${to}), and ask one more meanwhile`;
  }
  const { requests, windowSeconds } = limit;
  return `send up to ${requests} requests of one client and as many more as are admitted (${to}): half of them, the others ${windowSeconds / 2} s later, and again when the first is admitted again`;
}
