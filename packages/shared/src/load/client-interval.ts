/**
 * A sparse exponential histogram of milliseconds, as Prometheus' native histograms are: bucket `i` holds
 * values in (2^((i-1)·2^-schema), 2^(i·2^-schema)]. Two of one schema merge by adding, without loss.
 */
export interface SparseHistogram {
  readonly schema: number;
  readonly count: number;
  /** Sum of the values, milliseconds. */
  readonly sum: number;
  /** Values so small that they have no bucket. */
  readonly zero: number;
  /** Pairs of bucket index and count, by rising index. */
  readonly buckets: readonly (readonly [index: number, count: number])[];
}

/** What a client counted. */
export interface ClientCounts {
  /** Iterations that ended, and ticks for which no virtual user was free. */
  readonly iterations: number;
  readonly dropped: number;
  readonly requests: number;
  readonly failed: number;
  /** Failed requests by kind: `status 503`, `timeout`, `refused`, `reset`, `check <name>`, … */
  readonly errors: Readonly<Record<string, number>>;
  readonly latency: SparseHistogram;
  /** Requests that ended within a limit, exactly as counted by the client. Keys are milliseconds. */
  readonly under: Readonly<Record<string, number>>;
  /** Of the checks that an objective names, by their names; only where there are such. */
  readonly checks?: Readonly<Record<string, CheckCounts>>;
}

/** How often a check of a journey was made, and how often it did not hold. */
export interface CheckCounts {
  readonly made: number;
  readonly failed: number;
}

/** What the client itself saw between two of its own reports (about one second apart). */
export interface ClientInterval extends ClientCounts {
  /** Monotonic milliseconds, `from` excluded and `to` included. */
  readonly from: number;
  readonly to: number;
  /**
   * How long what is counted took, where that is less than from `from` to `to`: several generators do not report at the
   * same moment, and what they reported of about the same second is one interval.
   */
  readonly seconds?: number;
  /** The same, of each tenant by itself, of those that sent anything; only of a load that has a rate for each of several. */
  readonly tenants?: Readonly<Record<string, ClientCounts>>;
}

/** The client's measurements of a running workload, as far as they have come in. */
export interface ClientStream {
  /** Intervals that overlap the span, in order of time. */
  between(from: number, to: number): readonly ClientInterval[];
  /** Monotonic instant up to which the stream is complete. */
  completeUntil(): number;
}
