import type { Bounds } from '../time/interval.ts';
import type { Lifetime } from './lifetimes.ts';
import { quantile } from './order.ts';

/** Of the last lifetime, this share tells where the signal is now. */
const NOW = 0.1;

/**
 * Seconds until a signal reaches its limit at a growth of `perMs`: from where its highest recent sample is and grows
 * fastest, to where its lower decile is and grows slowest. `high` is Infinity when it may not grow at all.
 */
export function timeToLimit(lifetimes: readonly Lifetime[], perMs: Bounds, limit: number): Bounds | null {
  const samples = lifetimes.at(-1)?.samples ?? [];
  const recent = samples.slice(Math.floor(samples.length * (1 - NOW))).map(([, value]) => value);
  if (recent.length === 0) return null;
  const reach = (from: number, rate: number): number =>
    from >= limit ? 0 : rate > 0 ? (limit - from) / rate / 1000 : Infinity;
  const highest = recent.reduce((most, value) => Math.max(most, value), -Infinity);
  return { low: reach(highest, perMs.high), high: reach(quantile(recent, 0.1), perMs.low) };
}
