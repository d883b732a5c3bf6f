import type { RateLeg } from './workload.ts';

/** Length of the legs together. */
export function secondsOf(rates: readonly RateLeg[]): number {
  return rates.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** The highest rate of all. */
export function highestRate(rates: readonly RateLeg[]): number {
  return Math.max(0, ...rates.flatMap(({ from, to }) => [from, to]));
}
