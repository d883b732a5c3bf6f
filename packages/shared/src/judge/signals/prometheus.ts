import type { Finding } from '../../objectives/finding.ts';
import type { Signal } from '../../objectives/objective.ts';
import { findingOf, type Measurement, type SignalWords } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { withReadings } from '../prometheus-evidence.ts';
import { percentile } from '../words.ts';
import { prometheusGauge } from './prometheus-gauge.ts';
import { prometheusLatency } from './prometheus-latency.ts';
import { prometheusPresent } from './prometheus-present.ts';
import { prometheusRatio } from './prometheus-ratio.ts';

export type PrometheusSignal = Extract<Signal, { from: 'prometheus' }>;

/** A selector that a signal needs, and whether the scrapes behind its series matter. */
export interface Needed {
  readonly selector: string;
  readonly scrapes: boolean;
}

/** What a signal has to read from Prometheus, in the order in which it is measured. */
export function neededFor(signal: PrometheusSignal): readonly Needed[] {
  switch (signal.measure) {
    case 'ratio':
      return [
        { selector: signal.bad, scrapes: false },
        { selector: signal.all, scrapes: true },
      ];
    case 'latency':
      return [{ selector: `${signal.histogram}_bucket{${signal.matchers}}`, scrapes: true }];
    case 'gauge':
    case 'present':
      return [{ selector: signal.selector, scrapes: false }];
  }
}

/** Judges what Prometheus scraped. */
export function judgePrometheus(
  assignment: Assignment,
  signal: PrometheusSignal,
  observations: Observations,
): Finding {
  const selectors = neededFor(signal).map(({ selector }) => selector);
  const measured = withReadings(observations, assignment.window, selectors, (evidence): Measurement => {
    switch (signal.measure) {
      case 'ratio':
        return prometheusRatio(evidence, assignment.objective);
      case 'latency':
        return prometheusLatency(evidence, assignment.objective, signal.quantile);
      case 'gauge':
        return prometheusGauge(evidence, signal.take);
      case 'present':
        return prometheusPresent(evidence);
    }
  });
  return findingOf(assignment, wordsOf(signal, selectors), measured);
}

// The queries are what a person can ask Prometheus to see the same. What decided are the raw samples.
function wordsOf(signal: PrometheusSignal, selectors: readonly string[]): SignalWords {
  const [first = '', second = ''] = selectors;
  switch (signal.measure) {
    case 'ratio':
      return {
        signal: 'Prometheus ratio of counters',
        query: `(sum(increase(${first}[W])) or 0 * sum(increase(${second}[W]))) / (sum(increase(${second}[W])) > 0)`,
      };
    case 'latency':
      return {
        signal: `Prometheus ${percentile(signal.quantile)} latency`,
        query: `1000 * histogram_quantile(${signal.quantile}, sum by (le) (increase(${first}[W])))`,
      };
    case 'gauge':
      return {
        signal: `Prometheus ${signal.take === 'max' ? 'largest' : 'smallest'} value`,
        query: `${signal.take}(${signal.take}_over_time(${first}[W]))`,
      };
    case 'present':
      return { signal: 'Prometheus series present', query: `count(${first})` };
  }
}
