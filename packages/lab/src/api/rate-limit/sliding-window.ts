import type { Cache } from '../cache.ts';
import type { RateLimit } from '../contracts/contract.ts';
import type { Limiter } from './limiter.ts';

/**
 * A client's requests of the last window lie in a sorted set, by Redis' own clock: one script counts them and adds
 * the new one, so that workers never disagree. Returns -1 - milliseconds until the oldest leaves, or what is left.
 */
const ADMIT = `
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local window, most = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, at - window)
local count = redis.call('ZCARD', KEYS[1])
if count >= most then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return -1 - (oldest[2] + window - at)
end
redis.call('ZADD', KEYS[1], at, at .. ':' .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return most - count - 1
`;

/** Counts in the region's Redis. While that does not answer everybody is admitted: a limit is no reason to be down. */
export function slidingWindow({ requests, windowSeconds }: RateLimit, cache: Cache, worker: string): Limiter {
  let serial = 0;
  return {
    async admit(client) {
      serial += 1;
      const answer = await cache.evaluate(
        ADMIT,
        `rate:${client}`,
        String(windowSeconds * 1000),
        String(requests),
        `${worker}-${serial}`,
      );
      if (typeof answer !== 'number') return { admitted: true, left: requests };
      return answer >= 0
        ? { admitted: true, left: answer }
        : { admitted: false, retryAfterSeconds: Math.max(1, Math.ceil((-1 - answer) / 1000)) };
    },
  };
}
