import type { ClientWindow } from '../../load/window.ts';
import type { Objective } from '../../objectives/objective.ts';
import { aboutHowMany, type ClientReports } from '../client-reports.ts';
import type { Measurement } from '../decide.ts';
import type { Shares } from '../shares.ts';
import { decidedBy } from './share.ts';

/**
 * (failed requests + dropped iterations × k) / (requests + dropped iterations × k), where k is the number of
 * requests of an iteration in the reports that touch the window, and at least 1: an iteration that found no free
 * virtual user would have made so many requests, and all of them count as failed.
 */
export function clientErrorRatio(reports: ClientReports, objective: Objective): Measurement {
  const { failed, succeeded } = requestsOf(reports);
  return shareOfRequests(reports, objective, { hit: failed, miss: succeeded });
}

/** Requests that failed as they got this status, of all that were offered. Those that failed otherwise count as any other. */
export function clientStatusRatio(reports: ClientReports, objective: Objective, status: number): Measurement {
  const { failed, succeeded } = requestsOf(reports);
  const kind = `status ${status}`;
  const low = reports.whole.errors[kind] ?? 0;
  const high = low + (reports.edge.errors[kind] ?? 0);
  const miss = { low: failed.low + succeeded.low - low, high: failed.high + succeeded.high - high };
  return shareOfRequests(reports, objective, { hit: { low, high }, miss });
}

/** The rest of the error ratio: requests that succeeded, of those that were offered. */
export function clientAvailability(reports: ClientReports, objective: Objective): Measurement {
  const { failed, succeeded } = requestsOf(reports);
  return shareOfRequests(reports, objective, { hit: succeeded, miss: failed });
}

function shareOfRequests(reports: ClientReports, objective: Objective, counts: Shares): Measurement {
  const k = perIteration(reports);
  const kinds = kindsOf(reports.whole);
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  return decidedBy(objective, counts, {
    samples: aboutHowMany(reports, ({ requests, dropped }) => requests + dropped * k),
    violations: Math.floor(fewIsGood ? counts.hit.low : counts.miss.low),
    seconds: reports.seconds,
    ...(kinds === '' ? {} : { note: `Failed: ${kinds}.` }),
  });
}

function requestsOf(reports: ClientReports) {
  const { whole, edge } = reports;
  const k = perIteration(reports);
  const failed = whole.failed + whole.dropped * k;
  const succeeded = whole.requests - whole.failed;
  return {
    failed: { low: failed, high: failed + edge.failed + edge.dropped * k },
    succeeded: { low: succeeded, high: succeeded + edge.requests - edge.failed },
  };
}

function perIteration({ whole, edge }: ClientReports): number {
  const iterations = whole.iterations + edge.iterations;
  return iterations > 0 ? Math.max(1, (whole.requests + edge.requests) / iterations) : 1;
}

function kindsOf(sum: ClientWindow): string {
  const kinds = Object.entries(sum.errors)
    .filter(([, count]) => count > 0)
    .sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1))
    .map(([kind, count]) => `${kind} × ${count}`);
  if (kinds.length === 0 && sum.failed > 0) kinds.push(`${sum.failed} requests`);
  if (sum.dropped > 0) kinds.push(`dropped iterations × ${sum.dropped}`);
  return kinds.join(', ');
}
