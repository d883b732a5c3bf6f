import type { Clock } from '@ordeal/shared/time/clock';
import type { KnownRuns } from './known-runs.ts';

/** What a look goes by. */
export interface LookRequest {
  readonly clock: Clock;
  readonly runs: KnownRuns;
  /** Aborted when the lease on the platform is lost. */
  readonly signal: AbortSignal;
}
