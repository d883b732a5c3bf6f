import type { Finding } from '../../objectives/finding.ts';
import { inItsUnit, millisecondsIn } from '../../objectives/histogram-unit.ts';
import type { HistogramSource, PrometheusSignal } from '../../objectives/signal.ts';
import type { WallSpan } from '../../prometheus/counters.ts';
import type { Sample } from '../../statistics/lifetimes.ts';
import type { Bounds } from '../../time/interval.ts';
import { clientEvidence } from '../client-evidence.ts';
import { findingOf, type Measurement, type SignalWords } from '../decide.ts';
import { loadOf } from '../leaks/client-growth.ts';
import { needsOf } from '../needs.ts';
import type { Assignment, Observations } from '../observations.ts';
import { withReadings, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { phaseOf, windowNamed } from '../windows.ts';
import { percentile } from '../words.ts';
import { differenceToClient } from './difference-to-client.ts';
import { prometheusAge } from './prometheus-age.ts';
import { prometheusAlertsFired } from './prometheus-alerts-fired.ts';
import { prometheusAlertsFiring } from './prometheus-alerts-firing.ts';
import { prometheusBurnRate } from './prometheus-burn-rate.ts';
import { prometheusGauge } from './prometheus-gauge.ts';
import { prometheusLatency, prometheusLatencyShare } from './prometheus-latency.ts';
import { prometheusLeak } from './prometheus-leak.ts';
import { prometheusPresent } from './prometheus-present.ts';
import { prometheusPromql } from './prometheus-promql.ts';
import { prometheusRatio } from './prometheus-ratio.ts';
import { prometheusSaturation } from './prometheus-saturation.ts';
import { prometheusSecondsToAlert } from './prometheus-seconds-to-alert.ts';
import { prometheusThroughput } from './prometheus-throughput.ts';

/** Judges what Prometheus scraped. */
export function judgePrometheus(
  assignment: Assignment,
  signal: PrometheusSignal,
  observations: Observations,
): Finding {
  const window = windowNamed(observations, assignment.window);
  const needs = needsOf(signal, window === undefined ? 0 : window.monotonicTo - window.monotonicFrom);
  const measured = withReadings(observations, assignment.window, needs, (evidence) =>
    measure(assignment, signal, observations, evidence),
  );
  return findingOf(assignment, wordsOf(signal), measured);
}

function measure(
  { objective, window }: Assignment,
  signal: PrometheusSignal,
  observations: Observations,
  evidence: PrometheusEvidence,
): Measurement {
  switch (signal.measure) {
    case 'ratio':
      return prometheusRatio(evidence, objective, 'bad', signal);
    case 'availability':
      return prometheusRatio(evidence, objective, 'good', signal);
    case 'throughput':
      return prometheusThroughput(evidence, objective);
    case 'latency':
      return prometheusLatency(evidence, objective, signal.quantile, signal);
    case 'latency-share':
      return prometheusLatencyShare(evidence, objective, signal.underMs, signal);
    case 'gauge':
      return prometheusGauge(evidence, signal.take);
    case 'saturation':
      return prometheusSaturation(evidence, signal);
    case 'present':
      return prometheusPresent(evidence);
    case 'age':
      return prometheusAge(evidence);
    case 'alerts-fired':
      return prometheusAlertsFired(evidence, signal.alerts);
    case 'alerts-firing':
      return prometheusAlertsFiring(evidence, signal.alerts);
    case 'seconds-to-alert': {
      const fault = faultOf(observations, window, evidence.span);
      return prometheusSecondsToAlert(evidence, signal.alerts, fault, objective);
    }
    case 'burn-rate':
      return prometheusBurnRate(evidence, objective, signal);
    case 'difference-to-client':
      return differenceToClient(evidence, clientEvidence(observations, window));
    case 'leak':
      return prometheusLeak(evidence, objective, signal, loadIn(observations, window, evidence.span));
    case 'promql':
      return prometheusPromql(evidence, objective, signal);
  }
}

/** What the client sent in the window, requests a second, by the clock of the window's span. */
export function loadIn(
  { intervals, windows }: Observations,
  name: string,
  span: WallSpan,
): readonly Sample[] {
  const window = windows.find((one) => one.name === name);
  if (window === undefined) return [];
  return loadOf(
    intervals.filter(({ from, to }) => from >= window.monotonicFrom && to <= window.monotonicTo),
  ).map(([at, value]) => [span.from + at - window.monotonicFrom, value] as const);
}

/** When the first fault of the window's phase was injected, by the clock of the window's span. */
function faultOf(observations: Observations, name: string, span: WallSpan): Bounds | undefined {
  const window = windowNamed(observations, name);
  const phase = phaseOf(observations, name);
  const [first] = (observations.faults ?? [])
    .filter((fault) => fault.phase === phase)
    .sort((left, right) => left.instant.low - right.instant.low);
  if (window === undefined || first === undefined) return undefined;
  const toWall = (monotonicMs: number): number => span.from + monotonicMs - window.monotonicFrom;
  return { low: toWall(first.instant.low), high: toWall(first.instant.high) };
}

// The queries are what a person can ask Prometheus to see the same. What decided are the raw samples.
function wordsOf(signal: PrometheusSignal): SignalWords {
  switch (signal.measure) {
    case 'ratio':
      return { signal: 'Prometheus ratio of counters', query: ratioQuery(signal.bad, signal.all, 'W') };
    case 'availability':
      return { signal: 'Prometheus availability', query: `1 - ${ratioQuery(signal.bad, signal.all, 'W')}` };
    case 'throughput':
      return { signal: 'Prometheus throughput', query: `sum(rate(${signal.selector}[W]))` };
    case 'latency':
      return {
        signal: `Prometheus ${percentile(signal.quantile)} latency`,
        query: `${inMilliseconds(signal)}histogram_quantile(${signal.quantile}, ${bucketsQuery(signal)})`,
      };
    case 'latency-share': {
      const limit = inItsUnit(signal.underMs, signal);
      const { histogram, matchers } = signal;
      const and = matchers === '' ? '' : `${matchers},`;
      return {
        signal: `Prometheus share of observations within ${signal.underMs} ms`,
        query:
          signal.buckets === 'native'
            ? `histogram_fraction(-Inf, ${limit}, ${bucketsQuery(signal)})`
            : `sum(increase(${histogram}_bucket{${and}le="${limit}"}[W])) / sum(increase(${histogram}_count{${matchers}}[W]))`,
      };
    }
    case 'gauge':
      return {
        signal: `Prometheus ${signal.take === 'max' ? 'largest' : 'smallest'} value`,
        query: `${signal.take}(${signal.take}_over_time(${signal.selector}[W]))`,
      };
    case 'saturation': {
      const { used, capacity, by = ['job', 'instance'] } = signal;
      const part = 'counter' in used ? `rate(${used.counter}[W])` : used.gauge;
      const whole =
        'gauge' in capacity
          ? ` / on (${by.join(', ')}) group_left ${capacity.gauge}`
          : ` / ${capacity.value}`;
      return {
        signal: 'Prometheus saturation',
        query: 'counter' in used ? `max(${part}${whole})` : `max_over_time(max(${part}${whole})[W:])`,
      };
    }
    case 'present':
      return { signal: 'Prometheus series present', query: `count(${signal.selector})` };
    case 'age':
      return { signal: 'Prometheus age', query: `time() - max(${signal.selector})` };
    case 'alerts-fired':
      return { signal: 'alerts that began to fire', query: alertsQuery(signal.alerts) };
    case 'alerts-firing':
      return { signal: 'alerts that fire at the end', query: alertsQuery(signal.alerts) };
    case 'seconds-to-alert':
      return { signal: 'seconds from the fault to an alert', query: alertsQuery(signal.alerts) };
    case 'burn-rate': {
      const [first] = signal.windows;
      const ratio = ratioQuery(signal.bad, signal.all, `${first?.longSeconds ?? 0}s`);
      return {
        signal: 'Prometheus burn rate',
        query: `${ratio} / ${Number((1 - signal.target).toPrecision(12))}`,
      };
    }
    case 'difference-to-client':
      return {
        signal: 'share by which the server counted otherwise than the client',
        query: `sum(increase(${signal.selector}[W]))`,
      };
    case 'leak': {
      const { of } = signal;
      return {
        signal: 'growth that goes on, by process',
        query: 'gauge' in of ? `3600 * deriv(${of.gauge}[W])` : of.query.replaceAll('$window', 'W'),
      };
    }
    case 'promql':
      return { signal: `PromQL (${signal.take})`, query: signal.query.replaceAll('$window', 'W') };
  }
}

function ratioQuery(bad: string, all: string, window: string): string {
  const [part, whole] = [bad, all].map((selector) => `sum(increase(${selector}[${window}]))`);
  return `(${part} or 0 * ${whole}) / (${whole} > 0)`;
}

function inMilliseconds(histogram: HistogramSource): string {
  const factor = millisecondsIn(histogram);
  return factor === 1 ? '' : `${factor} * `;
}

function bucketsQuery({ histogram, matchers, buckets }: HistogramSource): string {
  return buckets === 'native'
    ? `sum(increase(${histogram}{${matchers}}[W]))`
    : `sum by (le) (increase(${histogram}_bucket{${matchers}}[W]))`;
}

function alertsQuery(alerts: string): string {
  return `ALERTS{alertstate="firing",${alerts}}`;
}
