import type { ClientWindow } from '../../load/window.ts';
import { exactly } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';

/** Requests a second that succeeded: failing fast must not look like serving more. */
export function clientThroughput(sum: ClientWindow): Measurement {
  return {
    kind: 'measured',
    value: exactly((sum.requests - sum.failed) / sum.seconds),
    samples: sum.requests + sum.dropped,
  };
}
