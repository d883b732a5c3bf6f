/** Where an objective's value comes from. */
export type Signal =
  | ClientSignal
  | PrometheusSignal
  /** Seconds from healed to steady again. */
  | { readonly from: 'experiment'; readonly measure: 'seconds-to-steady' }
  /** Checks and journeys of the smoke gate that failed. */
  | { readonly from: 'smoke'; readonly measure: 'failed' }
  | { readonly from: 'drill'; readonly measure: DrillMeasure }
  /**
   * What a load's shape shows as a whole. `capacity`: the highest rate that a stress test found the platform to bear,
   * iterations a second; `seconds-to-settle`: from the end of a spike until it is steady again.
   */
  | { readonly from: 'load'; readonly measure: LoadMeasure }
  /** In how many of the ways that are looked at a limit is not what the platform promises. */
  | { readonly from: 'limit'; readonly measure: 'departures' }
  | { readonly from: 'restore'; readonly measure: RestoreMeasure }
  | { readonly from: 'deployment'; readonly measure: DeploymentMeasure }
  /**
   * In how much a HorizontalPodAutoscaler is not what the platform promises of it, and how often it decided otherwise
   * than its own figures ask for. Runs judge it by themselves, for every autoscaler of the platform under every load.
   */
  | { readonly from: 'autoscaler'; readonly measure: 'departures'; readonly autoscaler: string }
  /** In how much a Deployment is not set as the platform promises of its pods. Runs judge it by themselves likewise. */
  | { readonly from: 'pods'; readonly measure: 'departures'; readonly pods: string };

/**
 * `seconds-to-deploy`: from the start until the new version alone serves; one that does not come to that, or is taken
 * back later on, fails. `seconds-to-roll-back`: for how long a version could serve until the platform had taken it back
 * by itself; from the start where it never served. One that is not taken back fails. `seconds-to-return`: of the way
 * back that the run asks for.
 */
export type DeploymentMeasure = 'seconds-to-deploy' | 'seconds-to-roll-back' | 'seconds-to-return';

export type LoadMeasure = 'capacity' | 'seconds-to-settle';

/** What the load generator itself measured: of all requests, or of one tenant's where the load tells tenants apart. */
export type ClientSignal = ClientMeasure & { readonly tenant?: string };

type ClientMeasure =
  /** (failed + dropped) / offered, in requests. With a `status`: only those that failed as they got it. */
  | { readonly from: 'client'; readonly measure: 'error-ratio'; readonly status?: number }
  /** The rest of it: 1 − error ratio. */
  | { readonly from: 'client'; readonly measure: 'availability' }
  /** The quantile of request durations, in ms. Decided by the share of requests under the limit. */
  | { readonly from: 'client'; readonly measure: 'latency'; readonly quantile: number }
  /** Share of the requests that took at most `underMs`. */
  | { readonly from: 'client'; readonly measure: 'latency-share'; readonly underMs: number }
  /** Requests a second that succeeded. */
  | { readonly from: 'client'; readonly measure: 'throughput' }
  /**
   * How many of the named checks of journeys did not hold: apart from requests that failed, so that one that must never
   * fail is not lost among errors that may happen. One of them that was never made is inconclusive.
   */
  | { readonly from: 'client'; readonly measure: 'failed-checks'; readonly checks: readonly string[] }
  /** Growth that goes on, of a quantile of request durations: ms a minute or an hour, as the unit says. */
  | {
      readonly from: 'client';
      readonly measure: 'latency-growth';
      readonly quantile: number;
      /** Shorter measurements are not judged. Default 20 minutes. */
      readonly leastSeconds?: number;
    };

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
  /** A quantile in ms, of a histogram of times. */
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
  /** Alerts that fire at the window's end, for instance none of those that a fault that is healed had set off. */
  | { readonly from: 'prometheus'; readonly measure: 'alerts-firing'; readonly alerts: string }
  /** Seconds from the window's fault until one of the alerts fired. */
  | { readonly from: 'prometheus'; readonly measure: 'seconds-to-alert'; readonly alerts: string }
  /**
   * How far the growth of a counter lies from the number of requests that the client sent, as a share of these: 0 when
   * both counted the same. `$run` stands for the run's id, where the platform counts by the run that a request names.
   */
  | { readonly from: 'prometheus'; readonly measure: 'difference-to-client'; readonly selector: string }
  /**
   * Growth that goes on, of what a process holds (memory, connections, descriptors): of each series by itself, over
   * the lives of its process, and of these the worst. In the series' unit a minute or an hour, as the objective's unit
   * says; growth up to the limit does not matter.
   */
  | {
      readonly from: 'prometheus';
      readonly measure: 'leak';
      /** `query` is any PromQL, evaluated by the server at every scrape: of these nobody knows a process. */
      readonly of: { readonly gauge: string } | { readonly query: string };
      /**
       * `floor` (default): what is left after garbage was collected and bursts are over. `middle`: the median, for
       * what has no such floor.
       */
      readonly take?: 'floor' | 'middle';
      /** Where growth would end (a memory limit, the most descriptors), in the series' unit: gives the time until then. */
      readonly exhaustedAt?: number;
      /** So long after its process began a series still warms up. Default 300. */
      readonly warmUpSeconds?: number;
      /** Shorter measurements are not judged. Default 20 minutes. */
      readonly leastSeconds?: number;
    }
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

/** A histogram of times. */
export interface HistogramSource {
  /** Name of the metric, without `_bucket`. */
  readonly histogram: string;
  /** Label matchers without braces; empty for none. */
  readonly matchers: string;
  /** Default `classic`: series with `le`. */
  readonly buckets?: 'classic' | 'native';
  /** What it counts times in, and its bounds are told in. Default `seconds`. */
  readonly observedIn?: HistogramUnit;
}

export type HistogramUnit = 'seconds' | 'milliseconds';

/**
 * `rto`, `rpo`, `detection`, `failover` (detected → routed) are seconds; `lost`, `anomalies` (duplicates,
 * phantoms, resurrected, corrupt) and `flaps` are counts; `writers` is the most nodes that took writes at one time.
 * `dropped-sessions`: of those that probes of kind `sessions` keep; `seconds-to-reconnect`: the longest that one of them needed.
 */
export type DrillMeasure =
  | 'rto'
  | 'rpo'
  | 'detection'
  | 'failover'
  | 'lost'
  | 'anomalies'
  | 'flaps'
  | 'stale'
  | 'writers'
  | 'dropped-sessions'
  | 'seconds-to-reconnect';

/**
 * Most in seconds. `seconds`: from the start of a restore until it was read; `backup-age`: at the restore's start;
 * `archive-delay`: for how long what is written may wait until the source has archived it;
 * `point-in-time-error`: how far before the moment that was asked for the restored state ends. One that goes beyond
 * that moment fails whatever the limit. `schedule-departures` is a count: in how many ways the copies that are kept are
 * not those that the backup's `schedule` promises.
 */
export type RestoreMeasure =
  'seconds' | 'backup-age' | 'archive-delay' | 'point-in-time-error' | 'schedule-departures';
