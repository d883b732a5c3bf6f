import type { AlertRule } from '../prometheus/alert-rules.ts';
import type { Answer, Reading } from '../prometheus/reading.ts';
import type { PointsAt } from './needs.ts';

/** What Prometheus had to say for one window, or why it said nothing. */
export type PrometheusReading = SampleReading | GrowthReading | ScrapesReading | PointReading | RulesReading;

/** The raw samples of a selector. */
export interface SampleReading {
  readonly kind: 'samples';
  readonly window: string;
  readonly selector: string;
  /** It reaches so far back before the window's start, beside the few scrapes that are always read. */
  readonly leadMs: number;
  readonly scrapeIntervalMs: number;
  readonly answer: Answer<Reading>;
  /** The scrapes behind the series, where they matter; null where they do not, or are in a reading of their own. */
  readonly scrapes: Answer<Reading> | null;
  /** Selector of the window's reading that has the scrapes, as many selectors have the same ones behind them. */
  readonly scrapesIn?: string;
}

/** How the targets behind some series were scraped. */
export interface ScrapesReading {
  readonly kind: 'scrapes';
  readonly window: string;
  readonly selector: string;
  readonly leadMs: number;
  readonly answer: Answer<Reading>;
}

/**
 * Growth of a selector's counters that the server has computed, because its raw samples would have been too many.
 * Each answer is a vector by job, instance and, for classic histograms, `le`; and by what it tells, in the label
 * `ordeal`.
 */
export interface GrowthReading {
  readonly kind: 'growth';
  readonly window: string;
  readonly selector: string;
  readonly leadMs: number;
  readonly scrapeIntervalMs: number;
  /** Why: how many series and samples there would have been, and what was allowed. */
  readonly because: string;
  /**
   * `inside`: `increase` over the window; `least`: the same without what `increase` can have added by extrapolation;
   * `around`: over the window and the scrapes around it.
   */
  readonly increase: Answer<Reading>;
  /** First values of series that were born in the window, which `increase` leaves out: `least` and `most`. */
  readonly born: Answer<Reading>;
  /**
   * What no scrape can have shown: `resets` of the series that had most, and how many `ended`. Beside them the number
   * of `series`, and the `busiest` growth a second of any pair of scrapes, where something was lost.
   */
  readonly lost: Answer<Reading>;
  /** As for raw samples. */
  readonly scrapesIn?: string;
  /** The queries, as they were sent. */
  readonly queries: readonly string[];
}

/** A query's value at the window's end, at each scrape within the window, or at instants spread over it. */
export interface PointReading {
  readonly kind: 'points';
  readonly window: string;
  /** As it was sent: `$window` is filled in. */
  readonly query: string;
  readonly at: PointsAt;
  readonly scrapeIntervalMs: number;
  readonly answer: Answer<Reading>;
}

/** The alert rules that the server evaluates: read once, and the same for every window. */
export interface RulesReading {
  readonly kind: 'rules';
  readonly window: string;
  readonly answer: Answer<readonly AlertRule[]>;
}
