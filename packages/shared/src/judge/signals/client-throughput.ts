import type { ClientReports } from '../client-reports.ts';
import { aboutHowMany } from '../client-reports.ts';
import type { Measurement } from '../decide.ts';

/** Requests a second that succeeded: failing fast must not look like serving more. */
export function clientThroughput(reports: ClientReports): Measurement {
  const { whole, edge, seconds } = reports;
  const low = whole.requests - whole.failed;
  const high = low + edge.requests - edge.failed;
  return {
    kind: 'measured',
    value: { low: low / seconds, high: high / seconds },
    samples: aboutHowMany(reports, ({ requests, dropped }) => requests + dropped),
    seconds,
  };
}
