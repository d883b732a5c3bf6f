import type { RateLeg } from '@ordeal/shared/load/workload';

/** What the script that runs inside k6 is told. It is JSON within the bundle. */
export interface ScriptSpec {
  readonly run: string;
  /** Distinguishes this workload from the run's others in the ids of iterations. */
  readonly worker: string;
  /** Origin of the entry address: paths that begin with a slash are put behind it. */
  readonly origin: string;
  /** Directory of the entry address, ending in a slash: other relative paths are put behind it. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly tenantHeader: string;
  readonly tenants: readonly string[];
  /** In whose name each scenario is done, where that decides it. */
  readonly tenantOf?: Readonly<Record<string, string>>;
  readonly limitsMs: readonly number[];
  /** Checks that are counted by themselves. */
  readonly checks: readonly string[];
  /** Iterations a second over all journeys together: more than these cannot begin. */
  readonly rate: number;
  /** How the rate changes with time, where it does. */
  readonly rates?: readonly RateLeg[];
  /** Answers once the workload has to end. */
  readonly stopUrl: string;
  /** k6's own options, as the script exports them. */
  readonly options: unknown;
}

/** What k6 logs, as an error, when the script ends the run in order. */
export const ALL_ENDED = 'all iterations have ended';

/** What k6 logs, as the beginning of a warning, when iterations get rows that others have had. */
export const DATA_SPENT = 'data begins again with its first row';
