import { totalGrowth } from '../../prometheus/counters.ts';
import type { Bounds } from '../../time/interval.ts';
import type { ClientEvidence } from '../client-evidence.ts';
import { aboutHowMany } from '../client-reports.ts';
import type { Measurement } from '../decide.ts';
import { hiddenNote, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { doubtOfCounters } from './prometheus-doubt.ts';

/** Where a selector wants the run's id. */
export const RUN_VARIABLE = '$run';

/**
 * |server / client − 1|, within bounds on both sides: the server's growth is known to a scrape at each edge of the
 * window, the client's count to a report, and of a request that failed nobody knows whether the server counted it.
 */
export function differenceToClient(evidence: PrometheusEvidence, client: ClientEvidence): Measurement {
  if (!client.ok) return client.nothing;
  const counter = evidence.samples(0);
  if (!counter.hasSamplesIn()) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Prometheus has no sample of the counter in the window.',
    };
  }
  const growth = [...counter.growth().values()];
  const doubt = doubtOfCounters(evidence, counter.series);
  const seen = totalGrowth(growth);
  // Nobody knows how much was counted by targets that were not seen.
  const server = { low: seen.low, high: doubt === undefined ? seen.high : Infinity };
  const { whole, edge, seconds } = client.reports;
  const sent = { low: whole.requests - whole.failed, high: whole.requests + edge.requests };
  const hidden = hiddenNote(growth.reduce((sum, { hiddenMs }) => sum + hiddenMs, 0));
  const notes = [
    `The server counted ${inWords(server)}, the client ${inWords(sent)}.`,
    counter.byServer,
    hidden,
  ].filter((one) => one !== undefined);
  return {
    kind: 'measured',
    value: difference(server, sent),
    samples: aboutHowMany(client.reports, ({ requests }) => requests),
    violations: Infinity,
    seconds,
    finer: 'A longer window would decide it, as its edges then count for less.',
    note: notes.join(' '),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function difference(server: Bounds, sent: Bounds): Bounds {
  const least = server.low / sent.high;
  const most = sent.low > 0 ? server.high / sent.low : Infinity;
  return {
    low: Math.max(0, least - 1, 1 - most),
    high: Math.max(Math.abs(least - 1), Math.abs(most - 1)),
  };
}

function inWords({ low, high }: Bounds): string {
  const ends = [Math.round(low), Number.isFinite(high) ? Math.round(high) : '∞'];
  return ends[0] === ends[1] ? `${ends[0]}` : `${ends.join(' to ')}`;
}
