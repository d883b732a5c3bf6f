import type { Bounds } from '@ordeal/shared/time/interval';
import type { ProbeStream } from '../../../src/observers/observers.ts';

/**
 * How wide an outage's interval is, and how wide it may be at most: 2Δ + τ + L + J.
 *
 * L is the latency of the first good attempt behind it. J is what the observer itself was late by, as it was measured
 * around the outage: the latest tick, at both ends; ticks that were missed in a row, at both ends; and how much later
 * than τ a timeout was noticed.
 */
export function boundOf(
  stream: ProbeStream,
  start: Bounds,
  end: Bounds,
): { readonly width: number; readonly bound: number } {
  const near = stream.attempts.filter((one) => one.completed >= start.low && one.sent <= end.high);
  const good = near.find((one) => one.ok && one.sent > end.low);
  const latency = good === undefined ? 0 : good.completed - good.sent;
  const late = Math.max(0, ...near.map((one) => one.sent - one.due));
  const missed = Math.max(
    0,
    ...near.slice(1).map((one, i) => Math.round((one.due - (near[i]?.due ?? one.due)) / stream.everyMs) - 1),
  );
  const noticed = Math.max(
    0,
    ...near.filter((one) => !one.ok).map((one) => one.completed - one.sent - stream.timeoutMs),
  );
  const lateness = 2 * late + 2 * missed * stream.everyMs + noticed;
  return {
    width: start.high - start.low + (end.high - end.low),
    bound: 2 * stream.everyMs + stream.timeoutMs + latency + lateness,
  };
}
