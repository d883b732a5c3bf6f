import type { Attempt, ProbeStream, SessionDrop } from './observers.ts';
import type { StreamReport } from './probe-protocol.ts';

/** What one stream has seen so far, kept in the order of sending. */
export interface StreamStore {
  add(report: StreamReport): void;
  stream(): ProbeStream;
}

export function streamStore(name: string, everyMs: number, timeoutMs: number): StreamStore {
  const attempts: Attempt[] = [];
  let missedTicks = 0;
  const drops: SessionDrop[] = [];
  let kept: number | undefined;
  let settledUntil: number | null = -Infinity;
  return {
    add: (report) => {
      for (const attempt of report.attempts) insert(attempts, attempt);
      missedTicks = report.missedTicks;
      kept = report.sessions?.kept;
      for (const { place, ...drop } of report.sessions?.changed ?? []) drops[place] = drop;
      settledUntil = report.settledUntil;
    },
    stream: () => ({
      name,
      everyMs,
      timeoutMs,
      attempts,
      missedTicks,
      ...(kept === undefined ? {} : { sessions: { kept, drops } }),
      ...(settledUntil === null ? {} : { settledUntil }),
    }),
  };
}

/** Attempts come in by their completion, so only a few places from the end. */
function insert(attempts: Attempt[], attempt: Attempt): void {
  let place = attempts.length;
  while (place > 0 && (attempts[place - 1]?.sent ?? -Infinity) > attempt.sent) place -= 1;
  attempts.splice(place, 0, attempt);
}
