import type { Finding } from '../../objectives/finding.ts';
import type { Objective } from '../../objectives/objective.ts';
import type { ClientSignal } from '../../objectives/signal.ts';
import type { ClientEvidence } from '../client-evidence.ts';
import type { ClientReports } from '../client-reports.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment } from '../observations.ts';
import { percentile } from '../words.ts';
import { clientAvailability, clientErrorRatio, clientStatusRatio } from './client-error-ratio.ts';
import { clientFailedChecks } from './client-failed-checks.ts';
import { clientLatencyGrowth } from './client-latency-growth.ts';
import { clientLatency, clientLatencyShare } from './client-latency.ts';
import { clientThroughput } from './client-throughput.ts';

/** Judges what the client itself measured. */
export function judgeClient(assignment: Assignment, signal: ClientSignal, evidence: ClientEvidence): Finding {
  const measured = evidence.ok
    ? withNote(measure(signal, assignment.objective, evidence.reports), evidence.note)
    : evidence.nothing;
  return findingOf(
    assignment,
    {
      signal: signal.tenant === undefined ? wordsOf(signal) : `${wordsOf(signal)} of tenant ${signal.tenant}`,
    },
    measured,
  );
}

function measure(signal: ClientSignal, objective: Objective, reports: ClientReports): Measurement {
  switch (signal.measure) {
    case 'error-ratio':
      return signal.status === undefined
        ? clientErrorRatio(reports, objective)
        : clientStatusRatio(reports, objective, signal.status);
    case 'availability':
      return clientAvailability(reports, objective);
    case 'latency':
      return clientLatency(reports, objective, signal.quantile);
    case 'latency-share':
      return clientLatencyShare(reports, objective, signal.underMs);
    case 'throughput':
      return clientThroughput(reports);
    case 'failed-checks':
      return clientFailedChecks(reports, signal.checks);
    case 'latency-growth':
      return clientLatencyGrowth(reports, objective, signal);
  }
}

function wordsOf(signal: ClientSignal): string {
  switch (signal.measure) {
    case 'error-ratio':
      return signal.status === undefined
        ? 'client error ratio'
        : `client share of requests that failed with status ${signal.status}`;
    case 'availability':
      return 'client availability';
    case 'latency':
      return `client ${percentile(signal.quantile)} latency`;
    case 'latency-share':
      return `client share of requests within ${signal.underMs} ms`;
    case 'throughput':
      return 'client throughput of requests that succeeded';
    case 'failed-checks':
      return `checks of journeys that did not hold (${signal.checks.join(', ')})`;
    case 'latency-growth':
      return `growth of the client's ${percentile(signal.quantile)} latency`;
  }
}

function withNote(measured: Measurement, note: string | undefined): Measurement {
  if (measured.kind === 'nothing' || note === undefined) return measured;
  return { ...measured, note: measured.note === undefined ? note : `${measured.note} ${note}` };
}
