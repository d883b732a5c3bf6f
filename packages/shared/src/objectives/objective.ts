import type { Signal } from './signal.ts';

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
  /**
   * `observed` (default): what happened to this window's requests. `inferred`: what that says of the platform; adds
   * one-sided 95 % sampling limits, and so needs more samples. For shares of requests only.
   */
  readonly claim?: 'observed' | 'inferred';
  /** Fewer samples than this are inconclusive. Default: by signal (see docs/measurement.md). */
  readonly leastSamples?: number;
  /** What it means when there is nothing to judge. Default `inconclusive`. Nothing is never a pass. */
  readonly noData?: 'inconclusive' | 'fail';
  /** Judged against earlier runs as well, in a finding of its own. */
  readonly regression?: Regression;
  /** Where the limit comes from, for the report: a document's sentence, or "set by this profile". */
  readonly source?: string;
}

/** That a value may not be worse than it was in earlier, comparable runs. */
export interface Regression {
  /** A change for the worse that is smaller than this, in the objective's unit, does not matter. */
  readonly effect: number;
  /** Default `should`: with fewer than 8 comparable runs there is no baseline yet, which is inconclusive. */
  readonly severity?: 'must' | 'should';
  /**
   * Runs that began before this instant (ISO) are no longer compared with. To be set when a new level is meant:
   * the runs after it make a new baseline.
   */
  readonly since?: string;
}
