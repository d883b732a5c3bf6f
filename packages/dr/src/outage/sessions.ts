import type { SessionsRecord } from '@ordeal/shared/record/record';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { ProbeStream } from '../observers/observers.ts';

/**
 * What became of sessions after a fault, by the streams that keep some. A session was cut between its last answer and
 * the moment when that was seen; it is back when the first message on its new connection is answered. Of one that is
 * not back by `until`, only the least time is known. Seconds.
 */
export function sessionsRecords(
  streams: readonly ProbeStream[],
  t0: Bounds,
  until: number,
): readonly SessionsRecord[] {
  return streams.flatMap(({ name, sessions }): readonly SessionsRecord[] => {
    if (sessions === undefined) return [];
    const drops = sessions.drops.filter(({ high }) => high >= t0.low);
    const times = drops.map(({ low, high, again }) => ({
      // What was cut before the fault was not cut by it.
      low: Math.max(0, (again ?? until) - high) / 1000,
      high: again === null ? Infinity : (again - Math.max(low, t0.low)) / 1000,
    }));
    // By reduction: there may be more of them than a call takes arguments.
    const longest = times.reduce(
      (most, { low, high }) => ({ low: Math.max(most.low, low), high: Math.max(most.high, high) }),
      { low: 0, high: 0 },
    );
    return [
      {
        stream: name,
        kept: sessions.kept,
        dropped: new Set(drops.map(({ session }) => session)).size,
        notBack: drops.filter(({ again }) => again === null).length,
        reconnect:
          times.length === 0
            ? null
            : { low: longest.low, high: Number.isFinite(longest.high) ? longest.high : null },
        reasons: [...new Set(drops.map(({ reason }) => reason))],
      },
    ];
  });
}
