import type { ArrivalRate } from './arrival-rates.ts';

const MARGIN = 1.25;
const LEAST = 5;

/**
 * Virtual users that a journey needs so that a platform which answers nothing, at the full rate for one timeout,
 * does not exhaust them: rate × timeout, a quarter more, and a few.
 */
export function virtualUsers(rate: ArrivalRate, timeoutMs: number): number {
  return Math.ceil((rate.iterations / rate.perSeconds) * (timeoutMs / 1000) * MARGIN) + LEAST;
}
