/**
 * A statement with a threshold. It holds when `signal comparator limit` does, for instance
 * `client error-ratio < 0.01`.
 */
export interface Objective {
  readonly signal: Signal;
  readonly comparator: '<' | '<=' | '>' | '>=';
  readonly limit: number;
  /** Unit of the limit and of the finding's value: `ratio`, `ms`, `s`, `1`, `req/s`, … */
  readonly unit: string;
  /** `must` decides the verdict; `should` warns. Default `must`. */
  readonly severity?: 'must' | 'should';
  /** Fewer samples than this are inconclusive. Default: by signal (see docs/measurement.md). */
  readonly leastSamples?: number;
  /** Where the limit comes from, for the report: a document's sentence, or "set by this profile". */
  readonly source?: string;
}

/** Where an objective's value comes from. */
export type Signal =
  /** (failed + dropped) / offered, in requests. */
  | { readonly from: 'client'; readonly measure: 'error-ratio' }
  /** The quantile of request durations, in ms. Decided by the share of requests under the limit. */
  | { readonly from: 'client'; readonly measure: 'latency'; readonly quantile: number }
  /** Requests a second. */
  | { readonly from: 'client'; readonly measure: 'throughput' }
  /** Increase of `bad` over increase of `all` within the window; both are PromQL selectors of counters. */
  | { readonly from: 'prometheus'; readonly measure: 'ratio'; readonly bad: string; readonly all: string }
  /** A quantile in ms from a classic histogram in seconds: metric name without `_bucket`, and label matchers. */
  | {
      readonly from: 'prometheus';
      readonly measure: 'latency';
      readonly quantile: number;
      readonly histogram: string;
      readonly matchers: string;
    }
  /** The largest (or smallest) value that any of the selected gauges had within the window. */
  | {
      readonly from: 'prometheus';
      readonly measure: 'gauge';
      readonly selector: string;
      readonly take: 'max' | 'min';
    }
  /** Whether the selector has fresh samples: the number of its series. */
  | { readonly from: 'prometheus'; readonly measure: 'present'; readonly selector: string }
  | { readonly from: 'experiment'; readonly measure: 'seconds-to-steady' }
  /** Checks and journeys of the smoke gate that failed. */
  | { readonly from: 'smoke'; readonly measure: 'failed' }
  | { readonly from: 'drill'; readonly measure: DrillMeasure };

/**
 * `rto`, `rpo`, `detection`, `failover` (detected → routed) are seconds; `lost`, `anomalies` (duplicates,
 * phantoms, resurrected, corrupt) and `flaps` are counts.
 */
export type DrillMeasure =
  'rto' | 'rpo' | 'detection' | 'failover' | 'lost' | 'anomalies' | 'flaps' | 'stale';
