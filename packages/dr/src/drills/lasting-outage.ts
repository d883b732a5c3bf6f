import { exactly } from '@ordeal/shared/time/interval';
import type { ProbeStream } from '../observers/observers.ts';
import { analyseOutage, type OutageAnalysis, type OutageQuestion } from '../outage/outage.ts';

/**
 * A stream's outage up to the recovery that lasted until now.
 *
 * Clients may be well for the whole stable window while the runbook still goes on, and be bad again because of
 * its next step (the route, for instance). That relapse belongs to the drill: the outage then reaches to the
 * recovery behind it, or has no end yet.
 */
export function lastingOutage(stream: ProbeStream, question: OutageQuestion): OutageAnalysis {
  const first = analyseOutage(stream, question);
  let last = first;
  while (last.recovered !== null && last.badAfterRecovery > 0) {
    const opened = last.recovered;
    // The bound is the send of the last bad attempt before the good run: what remains begins with that run.
    const attempts = stream.attempts.filter((attempt) => attempt.sent > opened.low);
    last = analyseOutage({ ...stream, attempts }, { ...question, from: exactly(opened.high) });
  }
  if (last === first || first.start === null || last.end === null) return first;
  return {
    ...first,
    end: last.end,
    recovered: last.recovered,
    badAfterRecovery: 0,
    outage: {
      low: Math.max(0, last.end.low - first.start.high),
      high: last.recovered === null ? Infinity : last.end.high - first.start.low,
    },
  };
}
