import type { AlertRule } from '../prometheus/alert-rules.ts';
import type { Answer, Reading } from '../prometheus/reading.ts';

/** What Prometheus had to say for one window, or why it said nothing. */
export type PrometheusReading = SampleReading | GrowthReading | PointReading | RulesReading;

/** The raw samples of a selector. */
export interface SampleReading {
  readonly kind: 'samples';
  readonly window: string;
  readonly selector: string;
  /** It reaches so far back before the window's start, beside the few scrapes that are always read. */
  readonly leadMs: number;
  readonly scrapeIntervalMs: number;
  readonly answer: Answer<Reading>;
  /** The scrapes behind the series, where they matter; null where they do not. */
  readonly scrapes: Answer<Reading> | null;
}

/**
 * Growth of a selector's counters that the server has computed, because its raw samples would have been too many.
 * Each is a vector by job, instance and, for classic histograms, `le`.
 */
export interface GrowthReading {
  readonly kind: 'growth';
  readonly window: string;
  readonly selector: string;
  readonly leadMs: number;
  readonly scrapeIntervalMs: number;
  /** Why: how many series and samples there would have been, and what was allowed. */
  readonly because: string;
  /** `sum(increase(selector[W]))` at the window's end. */
  readonly increase: Answer<Reading>;
  /** First values of series that were born in the window, which `increase` leaves out. */
  readonly born: Answer<Reading>;
  /** The queries, as they were sent. */
  readonly queries: readonly string[];
}

/** A query's value at the window's end, or at each scrape within the window. */
export interface PointReading {
  readonly kind: 'points';
  readonly window: string;
  /** As it was sent: `$window` is filled in. */
  readonly query: string;
  readonly at: 'end' | 'scrapes';
  readonly scrapeIntervalMs: number;
  readonly answer: Answer<Reading>;
}

/** The alert rules that the server evaluates. */
export interface RulesReading {
  readonly kind: 'rules';
  readonly window: string;
  readonly answer: Answer<readonly AlertRule[]>;
}
