import type { Bounds } from '../time/interval.ts';
import type { AlertRule } from './alert-rules.ts';
import type { WallSpan } from './counters.ts';
import type { RawSeries } from './reading.ts';
import { parseSelector, type Matcher } from './selector.ts';

/** Prometheus itself takes a series that had no sample for so long for gone. */
export const LOOKBACK_MS = 5 * 60_000;

/** More than so many evaluations without a sample are no missed evaluation any more. */
const MISSED = 2.5;

/** An alert (one set of labels) that fired within a span, or before it and still at its start. */
export interface FiredAlert {
  /** As `HighErrors{region="a"}`. */
  readonly name: string;
  /**
   * `new`: it was not firing before, or had ended. `on`: it fired before, and went on. `perhaps-new`: it fired before,
   * and again after a pause that may have been the observer's.
   */
  readonly began: 'new' | 'on' | 'perhaps-new';
  /** Its first sample within the span, or the first after the pause. Wall-clock milliseconds. */
  readonly at: number;
}

/**
 * What the server itself held for firing at an instant (wall-clock milliseconds). It drops what an evaluation found to
 * have ended at once, and goes on showing what was merely not evaluated.
 */
export interface HeldForFiring {
  readonly at: number;
  readonly series: readonly RawSeries[];
}

/** Alerts by the samples of `ALERTS{alertstate="firing"}`, which has one for each evaluation while an alert fires. */
export function firedAlerts(
  series: readonly RawSeries[],
  span: WallSpan,
  evaluationMs: number,
  held: HeldForFiring,
): readonly FiredAlert[] {
  const heldNames = new Set(held.series.map(({ labels }) => alertName(labels)));
  return series.flatMap(({ labels, samples }): readonly FiredAlert[] => {
    const within = samples.map(([at]) => at).filter((at) => at > span.from && at <= span.to);
    const [first] = within;
    if (first === undefined) return [];
    const name = alertName(labels);
    const before = samples.findLast(([at]) => at <= span.from && at > span.from - LOOKBACK_MS)?.[0];
    if (before === undefined) return [{ name, began: 'new', at: first }];
    const all = [before, ...within];
    const pauses = all.flatMap((to, index) => {
      const from = all[index - 1] ?? to;
      return to - from > MISSED * evaluationMs ? [{ from, to }] : [];
    });
    const ended = heldNames.has(name)
      ? undefined
      : pauses.find(({ from, to }) => from <= held.at && to > held.at);
    const [pause] = pauses;
    const perhaps = pause === undefined ? [] : [{ name, began: 'perhaps-new', at: pause.to } as const];
    if (ended !== undefined)
      return [...(ended === pause ? [] : perhaps), { name, began: 'new', at: ended.to }];
    return pause === undefined ? [{ name, began: 'on', at: first }] : perhaps;
  });
}

/** Names of the alerts that fire at an instant, by the last evaluation before it. */
export interface FiringAlerts {
  readonly sure: readonly string[];
  /** The evaluation that would tell lies too close to the instant, or is missing. */
  readonly perhaps: readonly string[];
}

/**
 * Alerts that fire at the end of a span: those whose newest sample is of the last evaluation before it. `held` is what
 * the server held for firing at the end: however old its newest sample is, no evaluation has found that it has ended.
 */
export function firingAt(
  series: readonly RawSeries[],
  span: WallSpan,
  evaluationsMs: (alert: string) => Bounds,
  held: readonly RawSeries[],
): FiringAlerts {
  const heldNames = new Set(held.map(({ labels }) => alertName(labels)));
  const { to, blurMs = 0 } = span;
  const sure: string[] = [];
  const perhaps: string[] = [];
  for (const { labels, samples } of series) {
    const { low, high } = evaluationsMs(labels['alertname'] ?? '');
    const name = alertName(labels);
    const fired = samples.map(([at]) => at).filter((at) => at <= to + blurMs);
    const last = fired.at(-1);
    if (last === undefined) continue;
    if (to - blurMs - last > MISSED * high && !heldNames.has(name)) continue;
    (firesAbout(fired, span, low) ? sure : perhaps).push(name);
  }
  return { sure, perhaps };
}

/** Whether it fired at each evaluation that may be the last one before the span's end, which is known to the blur. */
function firesAbout(fired: readonly number[], { to, blurMs = 0 }: WallSpan, evaluationMs: number): boolean {
  const before = fired.findLastIndex((at) => at <= to - blurMs);
  if (before === -1) return false;
  const those = fired.slice(before);
  const isWhole = those.every((at, index) => at - (those[index - 1] ?? at) < 2 * evaluationMs);
  return isWhole && to + blurMs - (those.at(-1) ?? -Infinity) < evaluationMs;
}

/** How far apart an alert's evaluations are meant to be (ms); `usualMs` where its rules do not say. */
export function evaluationsOf(rules: readonly AlertRule[], usualMs: number): (alert: string) => Bounds {
  return (alert) => {
    const every = rules
      .filter(({ name }) => name === alert)
      .map(({ everySeconds }) => (everySeconds === undefined ? usualMs : 1000 * everySeconds));
    return every.length === 0
      ? { low: usualMs, high: usualMs }
      : { low: Math.min(...every), high: Math.max(...every) };
  };
}

/** Time between two evaluations, from how far apart the samples of alerts lie; undefined when none has two. */
export function evaluationIntervalOf(series: readonly RawSeries[]): number | undefined {
  const apart = series.flatMap(({ samples }) =>
    samples.slice(1).map(([at], index) => at - (samples[index]?.[0] ?? at)),
  );
  apart.sort((left, right) => left - right);
  return apart[Math.floor(apart.length / 2)];
}

/** The longest time that a rule whose alerts the matchers may select says it takes; undefined when none says so. */
export function everyMsOf(rules: readonly AlertRule[], alerts: string): number | undefined {
  const every = rulesMatching(rules, alerts).flatMap(({ everySeconds }) => everySeconds ?? []);
  return every.length === 0 ? undefined : 1000 * Math.max(...every);
}

/**
 * Rules whose alerts the matchers may select. Of other labels than the alert's name a rule may say nothing, or only at
 * its evaluation (templates): these do not rule it out.
 */
export function rulesMatching(rules: readonly AlertRule[], alerts: string): readonly AlertRule[] {
  const matchers = parseSelector(`{${alerts}}`)?.matchers ?? [];
  return rules.filter(({ name, labels }) =>
    matchers.every((matcher) => {
      if (matcher.label === 'alertstate' || matcher.label === '__name__') return true;
      const value = matcher.label === 'alertname' ? name : labels[matcher.label];
      return value === undefined || value.includes('{{') || matches(value, matcher);
    }),
  );
}

function matches(value: string, { operator, value: wanted }: Matcher): boolean {
  const plain = wanted.replaceAll(/\\(.)/g, '$1');
  switch (operator) {
    case '=':
      return value === plain;
    case '!=':
      return value !== plain;
    case '=~':
    case '!~': {
      const pattern = regexOf(wanted.replaceAll('\\\\', '\\'));
      // What is no pattern here may be one there (RE2): it does not rule the rule out.
      return pattern === undefined || pattern.test(value) === (operator === '=~');
    }
  }
}

function regexOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'su');
  } catch {
    return undefined;
  }
}

/** An alert for people, as `HighErrors{region="a"}`. */
export function alertName(labels: Readonly<Record<string, string>>): string {
  const { __name__: _, alertname = '?', alertstate: __, ...rest } = labels;
  const others = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return others.length === 0 ? alertname : `${alertname}{${others.join(', ')}}`;
}
