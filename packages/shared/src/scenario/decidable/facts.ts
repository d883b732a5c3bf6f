/** What is known, before a run, of what it will be judged by. */
export interface PlanFacts {
  readonly telemetry: Telemetry;
  /** Requests that an iteration makes, on average over the journeys; null when that is not known. */
  readonly requestsPerIteration: number | null;
}

/** What Prometheus tells of a platform before a run; `why` says why it was not asked, or did not answer. */
export type Telemetry =
  | { readonly known: false; readonly why: string }
  | {
      readonly known: true;
      /** How far apart samples really are, by what they are of (usually a job). */
      readonly spacings: readonly { readonly of: string; readonly seconds: number }[];
      /** By the objective's name. What is missing could not be found out, and is not guessed. */
      readonly objectives: Readonly<Record<string, ObjectiveFacts>>;
      /** What could not be found out, a sentence each. */
      readonly unknown: readonly string[];
    };

/** What Prometheus has of one objective's series. */
export interface ObjectiveFacts {
  /** Seconds between two samples. */
  readonly spacingSeconds?: number;
  /** Of a classic histogram: upper bounds in its unit (without +Inf), and how many series have each. */
  readonly buckets?: readonly { readonly le: number; readonly series: number }[];
  /** Whether the histogram's series are native ones. */
  readonly native?: boolean;
  /** Events a second over the last minutes: requests, observations, whatever the counter counts. */
  readonly eventsPerSecond?: number;
}

/** Of a run of which nothing but its files is known. */
export const NOTHING_KNOWN: PlanFacts = {
  telemetry: { known: false, why: 'it was not asked' },
  requestsPerIteration: null,
};
