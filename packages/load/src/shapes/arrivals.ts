import type { RateLeg } from '@ordeal/shared/load/workload';

/** What a rate over time is told by; either a constant one, or legs of which `rate` is the highest. */
export interface RateOverTime {
  readonly rate: number;
  readonly rates?: readonly RateLeg[];
}

/** Iterations that begin within the first `seconds`: the area below the rate. After the last leg none begin. */
export function arrivalsUntil({ rate, rates }: RateOverTime, seconds: number): number {
  if (rates === undefined) return rate * Math.max(0, seconds);
  let left = Math.max(0, seconds);
  let sum = 0;
  for (const leg of rates) {
    const part = Math.min(left, leg.seconds);
    if (part <= 0) continue;
    const end = leg.from + ((leg.to - leg.from) * part) / leg.seconds;
    sum += ((leg.from + end) / 2) * part;
    left -= part;
  }
  return sum;
}
