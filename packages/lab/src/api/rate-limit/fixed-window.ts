import type { RateLimit } from '../contracts/contract.ts';
import type { Limiter } from './limiter.ts';

/** Clients that are remembered; beyond it windows that are over are forgotten. */
const MANY = 10_000;

interface Window {
  readonly begun: number;
  count: number;
}

/**
 * A window begins with a client's first request, and a new one with its first after that. It is kept in this
 * process: each worker counts for itself, so a client that reaches all of them is admitted as often by each.
 */
export function fixedWindow({ requests, windowSeconds }: RateLimit, now: () => number): Limiter {
  const windows = new Map<string, Window>();
  const windowMs = windowSeconds * 1000;
  return {
    async admit(client) {
      const at = now();
      if (windows.size > MANY) {
        for (const [one, { begun }] of windows) if (at - begun >= windowMs) windows.delete(one);
      }
      const known = windows.get(client);
      const window = known !== undefined && at - known.begun < windowMs ? known : { begun: at, count: 0 };
      windows.set(client, window);
      if (window.count >= requests) {
        return { admitted: false, retryAfterSeconds: Math.ceil((window.begun + windowMs - at) / 1000) };
      }
      window.count += 1;
      return { admitted: true, left: requests - window.count };
    },
  };
}
