import type { Finding } from '../../objectives/finding.ts';
import type { PrometheusSignal } from '../../objectives/signal.ts';
import { findingOf, type Measurement, type SignalWords } from '../decide.ts';
import { needsOf } from '../needs.ts';
import type { Assignment, Observations } from '../observations.ts';
import { withReadings } from '../prometheus-evidence.ts';
import { windowNamed } from '../windows.ts';
import { percentile } from '../words.ts';
import { prometheusGauge } from './prometheus-gauge.ts';
import { prometheusLatency } from './prometheus-latency.ts';
import { prometheusPresent } from './prometheus-present.ts';
import { prometheusRatio } from './prometheus-ratio.ts';

/** Judges what Prometheus scraped. */
export function judgePrometheus(
  assignment: Assignment,
  signal: PrometheusSignal,
  observations: Observations,
): Finding {
  const window = windowNamed(observations, assignment.window);
  const needs = needsOf(signal, window === undefined ? 0 : window.monotonicTo - window.monotonicFrom);
  const measured = withReadings(observations, assignment.window, needs, (evidence): Measurement => {
    switch (signal.measure) {
      case 'ratio':
        return prometheusRatio(evidence, assignment.objective);
      case 'latency':
        return prometheusLatency(evidence, assignment.objective, signal.quantile);
      case 'gauge':
        return prometheusGauge(evidence, signal.take);
      case 'present':
        return prometheusPresent(evidence);
      default:
        return { kind: 'nothing', reason: 'not-run', sentence: `${signal.measure} is not judged yet.` };
    }
  });
  return findingOf(assignment, wordsOf(signal), measured);
}

// The queries are what a person can ask Prometheus to see the same. What decided are the raw samples.
function wordsOf(signal: PrometheusSignal): SignalWords {
  switch (signal.measure) {
    case 'ratio': {
      const { bad, all } = signal;
      return {
        signal: 'Prometheus ratio of counters',
        query: `(sum(increase(${bad}[W])) or 0 * sum(increase(${all}[W]))) / (sum(increase(${all}[W])) > 0)`,
      };
    }
    case 'latency':
      return {
        signal: `Prometheus ${percentile(signal.quantile)} latency`,
        query: `1000 * histogram_quantile(${signal.quantile}, sum by (le) (increase(${signal.histogram}_bucket{${signal.matchers}}[W])))`,
      };
    case 'gauge':
      return {
        signal: `Prometheus ${signal.take === 'max' ? 'largest' : 'smallest'} value`,
        query: `${signal.take}(${signal.take}_over_time(${signal.selector}[W]))`,
      };
    case 'present':
      return { signal: 'Prometheus series present', query: `count(${signal.selector})` };
    default:
      return { signal: `Prometheus ${signal.measure}` };
  }
}
