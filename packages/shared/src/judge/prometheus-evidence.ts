import { NotACounter, type WallSpan } from '../prometheus/counters.ts';
import { numberOf, type RawSeries, type Reading } from '../prometheus/reading.ts';
import { targetName, targetOf, targetsFrom, type Target } from '../prometheus/scrapes.ts';
import { toWall } from '../time/clock.ts';
import type { Doubt, Measurement, Nothing } from './decide.ts';
import type { Observations, PrometheusReading } from './observations.ts';
import { observerProblem, windowNamed } from './windows.ts';

/** What Prometheus has of a window, for the selectors of one signal. */
export interface PrometheusEvidence {
  readonly span: WallSpan;
  readonly scrapeIntervalMs: number;
  /** In the order of the selectors. */
  readonly series: readonly (readonly RawSeries[])[];
  /** Of the targets behind the series; none when that was not asked for, or could not be read. */
  readonly targets: readonly Target[];
  readonly doubt?: Doubt;
}

interface Answered extends Reading {
  readonly reading: PrometheusReading;
}

/** Measures with what Prometheus has, or says why it cannot. */
export function withReadings(
  observations: Observations,
  window: string,
  selectors: readonly string[],
  measure: (evidence: PrometheusEvidence) => Measurement,
): Measurement {
  const record = windowNamed(observations, window);
  if (record === undefined) return nothing('not-run', `The run has no window ${window}.`);
  const readings = selectors.map((selector) =>
    observations.readings.find((one) => one.window === window && one.selector === selector),
  );
  const answered: Answered[] = [];
  for (const [index, reading] of readings.entries()) {
    if (reading === undefined) {
      return nothing('query-failed', `Prometheus was not asked for ${selectors[index]}.`);
    }
    if (!reading.answer.ok) return nothing('query-failed', `${reading.answer.error.message}.`);
    answered.push({ reading, ...reading.answer.value });
  }
  const { anchor } = observations;
  const doubt = doubtOf(observations, window, answered);
  const scrapes = new Map<string, RawSeries>();
  // Two selectors may have the same targets behind them; each target is one all the same.
  for (const { reading } of answered) {
    if (!reading.scrapes?.ok) continue;
    for (const one of reading.scrapes.value.series) scrapes.set(labelsKey(one), one);
  }
  try {
    return measure({
      span: { from: toWall(anchor, record.monotonicFrom), to: toWall(anchor, record.monotonicTo) },
      scrapeIntervalMs: answered[0]?.reading.scrapeIntervalMs ?? 0,
      series: answered.map(({ series }) => series),
      targets: targetsFrom([...scrapes.values()]),
      ...(doubt === undefined ? {} : { doubt }),
    });
  } catch (error) {
    if (error instanceof NotACounter) return nothing('not-a-number', `Prometheus: ${error.message}.`);
    throw error;
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

/** Whether any of the series has a sample in the span. */
export function hasSamplesIn(series: readonly RawSeries[], span: WallSpan): boolean {
  return series.some(({ samples }) =>
    samples.some(([at, value]) => at > span.from && at <= span.to && !Number.isNaN(numberOf(value))),
  );
}

/** A note on growth that no scrape can have shown. */
export function hiddenNote(hiddenMs: number): string | undefined {
  if (hiddenMs === 0) return undefined;
  return (
    `Processes or scrapes were lost: what was counted in ${(hiddenMs / 1000).toFixed(1)} s no scrape has shown, and ` +
    `the bounds take it to be at most twice the busiest rate. The client's stream or the load balancer decide better.`
  );
}

function doubtOf(
  observations: Observations,
  window: string,
  answered: readonly Answered[],
): Doubt | undefined {
  const problem = observerProblem(observations, window, 'prometheus');
  if (problem !== undefined) return { reason: 'observer-broke', sentence: problem };
  const scrapes = answered.flatMap(({ reading }) => reading.scrapes ?? []);
  const failed = scrapes.find((one) => !one.ok);
  if (failed !== undefined && !failed.ok) {
    return {
      reason: 'query-failed',
      sentence: `How the targets were scraped is not known: ${failed.error.message}.`,
    };
  }
  const warnings = new Set([
    ...answered.flatMap((one) => one.warnings),
    ...scrapes.flatMap((one) => (one.ok ? one.value.warnings : [])),
  ]);
  if (warnings.size === 0) return undefined;
  return { reason: 'query-failed', sentence: `Prometheus warned: ${[...warnings].join('; ')}.` };
}

function labelsKey({ labels }: RawSeries): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function nothing(reason: Nothing['reason'], sentence: string): Nothing {
  return { kind: 'nothing', reason, sentence: sentence.replace(/\.\.$/, '.') };
}
