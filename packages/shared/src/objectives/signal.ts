/** Where an objective's value comes from. */
export type Signal =
  | ClientSignal
  | PrometheusSignal
  /** Seconds from healed to steady again. */
  | { readonly from: 'experiment'; readonly measure: 'seconds-to-steady' }
  /** Checks and journeys of the smoke gate that failed. */
  | { readonly from: 'smoke'; readonly measure: 'failed' }
  | { readonly from: 'drill'; readonly measure: DrillMeasure }
  /** `seconds`: from the start of a restore until it was read; `backup-age`: seconds, at the restore's start. */
  | { readonly from: 'restore'; readonly measure: 'seconds' | 'backup-age' };

/** What the load generator itself measured. */
export type ClientSignal =
  /** (failed + dropped) / offered, in requests. */
  | { readonly from: 'client'; readonly measure: 'error-ratio' }
  /** The rest of it: 1 − error ratio. */
  | { readonly from: 'client'; readonly measure: 'availability' }
  /** The quantile of request durations, in ms. Decided by the share of requests under the limit. */
  | { readonly from: 'client'; readonly measure: 'latency'; readonly quantile: number }
  /** Share of the requests that took at most `underMs`. */
  | { readonly from: 'client'; readonly measure: 'latency-share'; readonly underMs: number }
  /** Requests a second that succeeded. */
  | { readonly from: 'client'; readonly measure: 'throughput' };

/** What Prometheus scraped. Selectors are plain PromQL vector selectors; of counters where it says so. */
export type PrometheusSignal =
  /** Increase of `bad` over increase of `all` within the window; both select counters. */
  | { readonly from: 'prometheus'; readonly measure: 'ratio'; readonly bad: string; readonly all: string }
  /** 1 − increase of `bad` over increase of `all`. */
  | {
      readonly from: 'prometheus';
      readonly measure: 'availability';
      readonly bad: string;
      readonly all: string;
    }
  /** Increase of a counter a second. */
  | { readonly from: 'prometheus'; readonly measure: 'throughput'; readonly selector: string }
  /** A quantile in ms, of a histogram in seconds. */
  | ({
      readonly from: 'prometheus';
      readonly measure: 'latency';
      readonly quantile: number;
    } & HistogramSource)
  /** Share of the observations that are at most `underMs`. */
  | ({
      readonly from: 'prometheus';
      readonly measure: 'latency-share';
      readonly underMs: number;
    } & HistogramSource)
  /** The largest (or smallest) value that any of the selected gauges had within the window. */
  | {
      readonly from: 'prometheus';
      readonly measure: 'gauge';
      readonly selector: string;
      readonly take: 'max' | 'min';
    }
  /**
   * Used over available, the largest that any series had within the window. `used` counters (processor seconds)
   * are taken by their growth a second over the whole window. Series of the two are matched by the labels in `by`.
   */
  | {
      readonly from: 'prometheus';
      readonly measure: 'saturation';
      readonly used: { readonly gauge: string } | { readonly counter: string };
      readonly capacity: { readonly gauge: string } | { readonly value: number };
      /** Default: job and instance. */
      readonly by?: readonly string[];
    }
  /** Whether the selector has fresh samples: the number of its series. */
  | { readonly from: 'prometheus'; readonly measure: 'present'; readonly selector: string }
  /** Seconds since the newest instant (Unix seconds) that any of the selected gauges shows, at the window's end. */
  | { readonly from: 'prometheus'; readonly measure: 'age'; readonly selector: string }
  /**
   * Alerts that began to fire within the window; those that fired before it are not counted. `alerts` are label
   * matchers, for instance `severity="critical"`.
   */
  | { readonly from: 'prometheus'; readonly measure: 'alerts-fired'; readonly alerts: string }
  /** Seconds from the window's fault until one of the alerts fired. */
  | { readonly from: 'prometheus'; readonly measure: 'seconds-to-alert'; readonly alerts: string }
  /**
   * How fast an error budget burns: the largest, over the pairs of windows that end where the judged one does, of
   * min(burn of the long, burn of the short) / factor. 1 is the rate at which the pair would alert.
   */
  | {
      readonly from: 'prometheus';
      readonly measure: 'burn-rate';
      readonly bad: string;
      readonly all: string;
      /** The promised share of good events, for instance 0.999 */
      readonly target: number;
      readonly windows: readonly {
        readonly longSeconds: number;
        readonly shortSeconds: number;
        readonly factor: number;
      }[];
    }
  /**
   * Any PromQL, evaluated by the server at the window's end (`last`) or at every scrape within it. `$window` stands
   * for the window's length, as in `increase(x[$window])`.
   */
  | {
      readonly from: 'prometheus';
      readonly measure: 'promql';
      readonly query: string;
      readonly take: 'last' | 'max' | 'min';
      /** `one`: several series are a mistake, and inconclusive. `every`: the worst of them counts. */
      readonly series: 'one' | 'every';
    };

/** A histogram of seconds. */
export interface HistogramSource {
  /** Name of the metric, without `_bucket`. */
  readonly histogram: string;
  /** Label matchers without braces; empty for none. */
  readonly matchers: string;
  /** Default `classic`: series with `le`. */
  readonly buckets?: 'classic' | 'native';
}

/**
 * `rto`, `rpo`, `detection`, `failover` (detected → routed) are seconds; `lost`, `anomalies` (duplicates,
 * phantoms, resurrected, corrupt) and `flaps` are counts.
 */
export type DrillMeasure =
  'rto' | 'rpo' | 'detection' | 'failover' | 'lost' | 'anomalies' | 'flaps' | 'stale';
