import type { Finding } from '../objectives/finding.ts';
import { inItsUnit } from '../objectives/histogram-unit.ts';
import type { Objective } from '../objectives/objective.ts';
import type { PrometheusSignal } from '../objectives/signal.ts';
import { certainlyAbove, histogramWindow } from '../prometheus/classic-histogram.ts';
import { HIDDEN_RATE, totalGrowth, type TargetGrowth } from '../prometheus/counters.ts';
import { ratioBounds } from '../prometheus/ratio-bounds.ts';
import { needsOf } from './needs.ts';
import type { Assignment, Observations } from './observations.ts';
import { lowerLimit } from './sampling/limits.ts';
import { withReadings, type PrometheusEvidence } from './prometheus-evidence.ts';
import { windowNamed } from './windows.ts';

/** An objective that must hold and no longer can, whatever the rest of the time brings. */
export interface CertainFailure {
  readonly finding: Finding;
  /** A sentence: why nothing that comes can turn it. */
  readonly because: string;
}

/**
 * Failures that no future can turn, of a window that is still going on: those findings that
 *
 * - fail already, are of an objective that must hold, and have a value; and
 * - rest on a largest value that is too large, or a smallest that is too small (gauges, saturation of a gauge, alerts
 *   that fired): more time adds values and takes none away; or
 * - rest on a share of events (ratio, availability, latency, share under a limit) whose violations so far are beyond
 *   the limit even if all the time that is left brought nothing but good events, at twice the busiest rate that any
 *   scrape pair has shown, on all targets at once:
 *   violations / (the most events so far + 2 × busiest rate × time left) > allowed share, of an inferred objective the
 *   lower 95 % limit of that share; or
 * - rest on growth a second over the whole window, which cannot come back within the limit: too much even if nothing
 *   more comes, or too little even at twice the busiest rate.
 *
 * Everything else may still turn: what is read at the window's end (presence, age), burn rates, whose windows move
 * on, PromQL that nobody can look into, and comparisons with history. Traffic that more than doubles over its
 * busiest moment is the one assumption, the same that the bounds of lost scrapes rest on.
 */
export function certainFailures(
  observations: Observations,
  findings: readonly Finding[],
  msLeft: number,
): readonly CertainFailure[] {
  return findings.flatMap((finding) => {
    const assignment = observations.assignments.find(
      (one) => one.objectiveName === finding.objective && one.window === finding.window,
    );
    if (assignment === undefined || finding.outcome !== 'fail') return [];
    if (finding.severity !== 'must' || finding.value === null) return [];
    const because = whyCertain(assignment, finding, observations, Math.max(0, msLeft));
    return because === undefined ? [] : [{ finding, because }];
  });
}

function whyCertain(
  { objective, window: name }: Assignment,
  finding: Finding,
  observations: Observations,
  msLeft: number,
): string | undefined {
  const { signal } = objective;
  const window = windowNamed(observations, name);
  if (signal.from !== 'prometheus' || window === undefined || finding.value === null) return undefined;
  const fewer = objective.comparator === '<' || objective.comparator === '<=';
  switch (signal.measure) {
    case 'gauge':
      return fewer === (signal.take === 'max') ? EXTREME : undefined;
    case 'alerts-fired':
      return fewer ? 'An alert that has fired has fired.' : undefined;
    case 'saturation':
      if ('gauge' in signal.used) return fewer ? EXTREME : undefined;
      // What the capacity is going to be is not known, unless it is a figure.
      if (!fewer || !('value' in signal.capacity)) return undefined;
      return stillBeyond(finding.value.low, window.monotonicTo - window.monotonicFrom, msLeft, objective);
    case 'ratio':
    case 'availability':
    case 'latency':
    case 'latency-share':
    case 'throughput':
      // What was not seen may come to light, and be good.
      if (finding.doubt !== undefined) return undefined;
      return byEvents(signal, objective, name, observations, msLeft);
    case 'present':
    case 'age':
    case 'alerts-firing':
    case 'seconds-to-alert':
    case 'burn-rate':
    case 'leak':
    case 'difference-to-client':
    case 'promql':
      return undefined;
  }
}

const EXTREME = 'It is the extreme of the whole window: what comes can only be added to it.';

/** Growth a second so far, taken over the whole time, if nothing more comes. */
function stillBeyond(low: number, msSoFar: number, msLeft: number, objective: Objective): string | undefined {
  const least = (low * msSoFar) / (msSoFar + msLeft);
  return beyond(least, objective.comparator, objective.limit)
    ? 'It is too much even if nothing more comes.'
    : undefined;
}

/** Events of the window so far: those that certainly violate the objective, and the most that there may be in all. */
interface Tally {
  readonly violations: number;
  /** Of these, that many in all at most. */
  readonly most: number;
  /** Events a millisecond at the busiest moment of each target, summed. */
  readonly busiest: number;
  /** Violations may be this share of all events. */
  readonly allowed: number;
  /** Exactly that share is a violation too. */
  readonly strict: boolean;
}

function byEvents(
  signal: Extract<
    PrometheusSignal,
    { measure: 'ratio' | 'availability' | 'latency' | 'latency-share' | 'throughput' }
  >,
  objective: Objective,
  name: string,
  observations: Observations,
  msLeft: number,
): string | undefined {
  const record = windowNamed(observations, name);
  if (record === undefined) return undefined;
  const msSoFar = record.monotonicTo - record.monotonicFrom;
  let because: string | undefined;
  withReadings(observations, name, needsOf(signal, msSoFar), (evidence) => {
    because =
      signal.measure === 'throughput'
        ? byThroughput(evidence, objective, msSoFar, msLeft)
        : byShare(tallyOf(signal, objective, evidence), objective, msLeft);
    return { kind: 'nothing', reason: 'not-run', sentence: '' };
  });
  return because;
}

function byShare(tally: Tally | undefined, { claim }: Objective, msLeft: number): string | undefined {
  if (tally === undefined) return undefined;
  const { violations, most, busiest, allowed, strict } = tally;
  const end = most + HIDDEN_RATE * busiest * msLeft;
  // Infinity and NaN, where too little is known, are beyond nothing.
  const observed = violations / end;
  // What is inferred has to show it of the platform, and not of these events alone.
  const share =
    claim === 'inferred' ? lowerLimit(Math.floor(violations), Math.ceil(end - violations)) : observed;
  const certain = strict ? share >= allowed && violations > 0 : share > allowed;
  if (!certain) return undefined;
  return (
    `${Math.floor(violations)} violations are too many even if ${Math.ceil(end - most)} good events followed, ` +
    'which is twice the busiest rate so far.'
  );
}

function byThroughput(
  evidence: PrometheusEvidence,
  objective: Objective,
  msSoFar: number,
  msLeft: number,
): string | undefined {
  const growth = [...evidence.samples(0).growth().values()];
  const { low, high } = totalGrowth(growth);
  const seconds = (msSoFar + msLeft) / 1000;
  const fewer = objective.comparator === '<' || objective.comparator === '<=';
  if (fewer) return stillBeyond((low * 1000) / msSoFar, msSoFar, msLeft, objective);
  const most = (high + HIDDEN_RATE * busiestOf(growth) * msLeft) / seconds;
  return beyond(most, objective.comparator, objective.limit)
    ? 'It is too little even at twice the busiest rate so far.'
    : undefined;
}

function tallyOf(
  signal: Exclude<Parameters<typeof byEvents>[0], { measure: 'throughput' }>,
  { comparator, limit }: Objective,
  evidence: PrometheusEvidence,
): Tally | undefined {
  const fewer = comparator === '<' || comparator === '<=';
  const strict = comparator === '<' || comparator === '>';
  switch (signal.measure) {
    case 'ratio':
    case 'availability': {
      const all = evidence.samples(1).growth();
      const { part, rest } = ratioBounds(evidence.samples(0).growth(), all);
      // Availability is the share of the rest: a low limit on it is a high one on the bad.
      const badCounts = signal.measure === 'ratio' ? fewer : !fewer;
      return {
        violations: badCounts ? part : rest,
        allowed: fewer ? limit : 1 - limit,
        strict,
        ...mostOf(all),
      };
    }
    case 'latency':
    case 'latency-share': {
      if (signal.buckets === 'native') return undefined;
      const groups = evidence.samples(0).growthBy('le');
      const window = histogramWindow(groups);
      const whole = groups.find(({ value }) => value === '+Inf');
      if (window === undefined || whole === undefined) return undefined;
      // A latency must be low, a share under a limit must be high: both are broken by slow requests.
      if (fewer !== (signal.measure === 'latency')) return undefined;
      const limitMs = signal.measure === 'latency' ? limit : signal.underMs;
      return {
        violations: certainlyAbove(window, inItsUnit(limitMs, signal)),
        allowed: 1 - (signal.measure === 'latency' ? signal.quantile : limit),
        strict,
        ...mostOf(whole.growth),
      };
    }
  }
}

function mostOf(all: ReadonlyMap<string, TargetGrowth>): Pick<Tally, 'most' | 'busiest'> {
  const growth = [...all.values()];
  return { most: totalGrowth(growth).high, busiest: busiestOf(growth) };
}

function busiestOf(growth: readonly TargetGrowth[]): number {
  return growth.reduce((sum, { busiest }) => sum + busiest, 0);
}

function beyond(value: number, comparator: Objective['comparator'], limit: number): boolean {
  switch (comparator) {
    case '<':
      return value >= limit;
    case '<=':
      return value > limit;
    case '>':
      return value <= limit;
    case '>=':
      return value < limit;
  }
}
