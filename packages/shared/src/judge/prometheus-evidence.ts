import {
  growthByLabel,
  growthOf,
  NotACounter,
  type GrowthGroup,
  type TargetGrowth,
  type WallSpan,
} from '../prometheus/counters.ts';
import type { AlertRule } from '../prometheus/alert-rules.ts';
import { numberOf, type RawSeries, type Reading } from '../prometheus/reading.ts';
import { targetName, targetOf, targetsFrom, type Target } from '../prometheus/scrapes.ts';
import { toWall } from '../time/clock.ts';
import type { Doubt, Measurement, Nothing } from './decide.ts';
import type { Need } from './needs.ts';
import type { Observations } from './observations.ts';
import type { PrometheusReading } from './readings.ts';
import { observerProblem, windowNamed } from './windows.ts';

/** What Prometheus has of a window, for the needs of one signal. */
export interface PrometheusEvidence {
  readonly span: WallSpan;
  readonly scrapeIntervalMs: number;
  /** What was read, in the order of the needs. */
  samples(place: number): SampleRead;
  /** What the server evaluated for a need of kind `points`. */
  points(place: number): readonly RawSeries[];
  rules(place: number): readonly AlertRule[];
  /** Of the targets behind the series; none when that was not asked for, or could not be read. */
  readonly targets: readonly Target[];
  readonly doubt?: Doubt;
}

/** The series of one selector. */
export interface SampleRead {
  /** Raw; none when the server has computed their growth, and that is said by `byServer`. */
  readonly series: readonly RawSeries[];
  /** Growth of the counters within a span (by default the window's), by target. Throws `NotACounter`. */
  growth(span?: WallSpan): ReadonlyMap<string, TargetGrowth>;
  /** The same for each value of a label. */
  growthBy(label: string): readonly GrowthGroup[];
  /** Whether there is a sample in the span (by default the window's) that is a number. */
  hasSamplesIn(span?: WallSpan): boolean;
  /** Why the server computed it, and what that assumes. */
  readonly byServer?: string;
}

/** Measures with what Prometheus has, or says why it cannot. */
export function withReadings(
  observations: Observations,
  window: string,
  needs: readonly Need[],
  measure: (evidence: PrometheusEvidence) => Measurement,
): Measurement {
  const record = windowNamed(observations, window);
  if (record === undefined) return nothing('not-run', `The run has no window ${window}.`);
  const readings: PrometheusReading[] = [];
  for (const need of needs) {
    const reading = observations.readings.find((one) => one.window === window && answers(one, need));
    if (reading === undefined) {
      return nothing('query-failed', `Prometheus was not asked for ${wordsOf(need)}.`);
    }
    const failed = answersOf(reading).find((answer) => !answer.ok);
    if (failed !== undefined && !failed.ok) {
      const reason = failed.error.kind === 'timed-out' ? 'timed-out' : 'query-failed';
      return nothing(reason, `${failed.error.message}.`);
    }
    readings.push(reading);
  }
  const { anchor } = observations;
  const doubt = doubtOf(observations, window, readings);
  const scrapes = new Map<string, RawSeries>();
  // Two selectors may have the same targets behind them; each target is one all the same.
  for (const reading of readings) {
    if (reading.kind !== 'samples' || !reading.scrapes?.ok) continue;
    for (const one of reading.scrapes.value.series) scrapes.set(labelsKey(one), one);
  }
  const span = { from: toWall(anchor, record.monotonicFrom), to: toWall(anchor, record.monotonicTo) };
  const targets = targetsFrom([...scrapes.values()]);
  const first = readings.find((reading) => reading.kind !== 'rules');
  try {
    return measure({
      span,
      scrapeIntervalMs: first?.scrapeIntervalMs ?? 0,
      samples: (place) => sampleRead(readings[place], targets, span),
      points: (place) => {
        const reading = readings[place];
        return reading?.kind === 'points' && reading.answer.ok ? reading.answer.value.series : [];
      },
      rules: (place) => {
        const reading = readings[place];
        return reading?.kind === 'rules' && reading.answer.ok ? reading.answer.value : [];
      },
      targets,
      ...(doubt === undefined ? {} : { doubt }),
    });
  } catch (error) {
    if (error instanceof NotACounter) return nothing('not-a-number', `Prometheus: ${error.message}.`);
    throw error;
  }
}

function sampleRead(
  reading: PrometheusReading | undefined,
  targets: readonly Target[],
  window: WallSpan,
): SampleRead {
  const series = reading?.kind === 'samples' && reading.answer.ok ? reading.answer.value.series : [];
  return {
    series,
    growth: (span = window) => growthOf(series, targets, span),
    growthBy: (label) => growthByLabel(series, label, targets, window),
    hasSamplesIn: (span = window) => hasSamplesIn(series, span),
  };
}

function answers(reading: PrometheusReading, need: Need): boolean {
  switch (need.kind) {
    case 'samples':
      return (
        (reading.kind === 'samples' || reading.kind === 'growth') &&
        reading.selector === need.selector &&
        reading.leadMs >= need.leadMs
      );
    case 'points':
      return reading.kind === 'points' && reading.query === need.query && reading.at === need.at;
    case 'rules':
      return reading.kind === 'rules';
  }
}

function answersOf(reading: PrometheusReading) {
  return reading.kind === 'growth' ? [reading.increase, reading.born] : [reading.answer];
}

function wordsOf(need: Need): string {
  switch (need.kind) {
    case 'samples':
      return need.selector;
    case 'points':
      return need.query;
    case 'rules':
      return 'its alert rules';
  }
}

/**
 * Targets that were there in the window, could not be scraped at least once, and have no series: nobody knows what
 * they served.
 */
export function unseenTargets(
  targets: readonly Target[],
  series: readonly RawSeries[],
  span: WallSpan,
): Doubt | undefined {
  const known = new Set(series.map(({ labels }) => targetOf(targets, labels)));
  const unseen = targets.filter(
    (target) =>
      !known.has(target) &&
      target.scrapes.some(({ at, succeeded }) => !succeeded && at > span.from && at <= span.to),
  );
  if (unseen.length === 0) return undefined;
  const names = unseen.map(({ labels }) => targetName(labels)).join(', ');
  return {
    reason: 'stale',
    sentence: `Prometheus could not scrape ${names} in the window: what was served there is not known.`,
  };
}

/** Targets whose last scrape that is known lies before the end of the span: what came after it is not known. */
export function uncoveredTargets(
  targets: readonly Target[],
  series: readonly RawSeries[],
  span: WallSpan,
): Doubt | undefined {
  const last = new Map<string, number>();
  for (const { labels, samples } of series) {
    const name = targetName(labels);
    const scraped = targetOf(targets, labels)?.scrapes.at(-1)?.at ?? -Infinity;
    last.set(name, Math.max(last.get(name) ?? -Infinity, scraped, samples.at(-1)?.[0] ?? -Infinity));
  }
  const behind = [...last].filter(([, at]) => at < span.to).map(([name]) => name);
  if (behind.length === 0) return undefined;
  return {
    reason: 'stale',
    sentence: `No scrape of ${behind.join(', ')} covers the end of the window.`,
  };
}

/** A note on growth that no scrape can have shown. */
export function hiddenNote(hiddenMs: number): string | undefined {
  if (hiddenMs === 0) return undefined;
  return (
    `Processes or scrapes were lost: what was counted in ${(hiddenMs / 1000).toFixed(1)} s no scrape has shown, and ` +
    `the bounds take it to be at most twice the busiest rate. The client's stream or the load balancer decide better.`
  );
}

/** Whether any of the series has a number in the span. */
function hasSamplesIn(series: readonly RawSeries[], span: WallSpan): boolean {
  return series.some(({ samples }) =>
    samples.some(([at, value]) => at > span.from && at <= span.to && !Number.isNaN(numberOf(value))),
  );
}

function doubtOf(
  observations: Observations,
  window: string,
  readings: readonly PrometheusReading[],
): Doubt | undefined {
  const problem = observerProblem(observations, window, 'prometheus');
  if (problem !== undefined) return { reason: 'observer-broke', sentence: problem };
  const scrapes = readings.flatMap((reading) => (reading.kind === 'samples' ? (reading.scrapes ?? []) : []));
  const failed = scrapes.find((one) => !one.ok);
  if (failed !== undefined && !failed.ok) {
    return {
      reason: 'query-failed',
      sentence: `How the targets were scraped is not known: ${failed.error.message}.`,
    };
  }
  const given = readings.flatMap((reading): readonly Reading[] =>
    reading.kind === 'rules'
      ? []
      : answersOf(reading).flatMap((one) => (one.ok ? [one.value as Reading] : [])),
  );
  const warnings = new Set(
    [...given, ...scrapes.flatMap((one) => (one.ok ? [one.value] : []))].flatMap((one) => one.warnings),
  );
  if (warnings.size === 0) return undefined;
  return { reason: 'query-failed', sentence: `Prometheus warned: ${[...warnings].join('; ')}.` };
}

function labelsKey({ labels }: RawSeries): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function nothing(reason: Nothing['reason'], sentence: string): Nothing {
  return { kind: 'nothing', reason, sentence: sentence.replace(/\.\.$/, '.') };
}
