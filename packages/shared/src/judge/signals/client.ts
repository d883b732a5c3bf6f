import type { ClientWindow } from '../../load/window.ts';
import type { Finding } from '../../objectives/finding.ts';
import type { Objective } from '../../objectives/objective.ts';
import type { ClientSignal } from '../../objectives/signal.ts';
import type { ClientEvidence } from '../client-evidence.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment } from '../observations.ts';
import { percentile } from '../words.ts';
import { clientErrorRatio } from './client-error-ratio.ts';
import { clientLatency } from './client-latency.ts';
import { clientThroughput } from './client-throughput.ts';

/** Judges what the client itself measured. */
export function judgeClient(assignment: Assignment, signal: ClientSignal, evidence: ClientEvidence): Finding {
  const measured = evidence.ok
    ? withNote(measure(signal, assignment.objective, evidence.sum), evidence.note)
    : evidence.nothing;
  return findingOf(assignment, { signal: wordsOf(signal) }, measured);
}

function measure(signal: ClientSignal, objective: Objective, sum: ClientWindow): Measurement {
  switch (signal.measure) {
    case 'error-ratio':
      return clientErrorRatio(sum);
    case 'latency':
      return clientLatency(sum, objective, signal.quantile);
    case 'throughput':
      return clientThroughput(sum);
    default:
      return { kind: 'nothing', reason: 'not-run', sentence: `${signal.measure} is not judged yet.` };
  }
}

function wordsOf(signal: ClientSignal): string {
  switch (signal.measure) {
    case 'error-ratio':
      return 'client error ratio';
    case 'latency':
      return `client ${percentile(signal.quantile)} latency`;
    case 'throughput':
      return 'client throughput of requests that succeeded';
    default:
      return `client ${signal.measure}`;
  }
}

function withNote(measured: Measurement, note: string): Measurement {
  if (measured.kind === 'nothing') return measured;
  return { ...measured, note: measured.note === undefined ? note : `${measured.note} ${note}` };
}
