import type { PrometheusSignal } from '@ordeal/shared/objectives/signal';
import { RUN_VARIABLE } from '@ordeal/shared/judge/signals/difference-to-client';

/** What is asked of Prometheus about a signal, before a run. */
export interface Questions {
  /** A selector of its series. */
  readonly series: string;
  /** How many series have each bucket. */
  readonly buckets?: string;
  /** How many native histograms there are, and how many series of that name that are none. */
  readonly native?: { readonly histograms: string; readonly others: string };
  /** Events a second, as one number. */
  readonly rate?: string;
}

/** The questions about a signal; undefined when there is nothing to ask. */
export function questionsOf(signal: PrometheusSignal, range: string): Questions | undefined {
  switch (signal.measure) {
    case 'ratio':
    case 'availability':
      return { series: signal.all, rate: `sum(rate(${signal.all}[${range}]))` };
    case 'burn-rate':
      return { series: signal.all };
    case 'latency':
    case 'latency-share': {
      const { histogram, matchers } = signal;
      const buckets = `${histogram}_bucket{${matchers}}`;
      if (signal.buckets !== 'native') {
        return {
          series: buckets,
          buckets: `count by (le) (${buckets})`,
          rate: `sum(rate(${histogram}_count{${matchers}}[${range}]))`,
        };
      }
      const series = `${histogram}{${matchers}}`;
      return {
        series,
        native: {
          histograms: `count(histogram_count(${series}))`,
          others: `count(${series} or ${buckets})`,
        },
        rate: `sum(histogram_count(rate(${series}[${range}])))`,
      };
    }
    // Before the run nobody has counted its requests.
    case 'difference-to-client':
      return signal.selector.includes(RUN_VARIABLE) ? undefined : { series: signal.selector };
    case 'throughput':
    case 'gauge':
    case 'present':
    case 'age':
      return { series: signal.selector };
    case 'leak':
      return 'gauge' in signal.of ? { series: signal.of.gauge } : undefined;
    case 'saturation':
      return { series: 'counter' in signal.used ? signal.used.counter : signal.used.gauge };
    // An alert that does not fire has no series, and what an expression selects is not known.
    case 'alerts-fired':
    case 'alerts-firing':
    case 'seconds-to-alert':
    case 'promql':
      return undefined;
  }
}
