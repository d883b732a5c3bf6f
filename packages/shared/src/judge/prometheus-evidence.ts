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
import { targetName, targetOf, type Target } from '../prometheus/scrapes.ts';
import { toWall } from '../time/clock.ts';
import type { Doubt, Measurement, Nothing } from './decide.ts';
import type { Need } from './needs.ts';
import type { Observations } from './observations.ts';
import { sampleClock } from './prometheus-clock.ts';
import { restartDoubt } from './prometheus-restart.ts';
import { indexOf, targetsIn, worked, type ReadingIndex } from './reading-index.ts';
import type { GrowthReading, PrometheusReading } from './readings.ts';
import { byServerSentence, hasServerSeries, serverGrowthBy } from './server-growth.ts';
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
  const { anchor, sight } = observations;
  const clock = sampleClock(sight);
  const span = {
    from: toWall(anchor, record.monotonicFrom) + clock.offsetMs,
    to: toWall(anchor, record.monotonicTo) + clock.offsetMs,
    blurMs: clock.blurMs,
  };
  const index = indexOf(observations.readings);
  const readings: PrometheusReading[] = [];
  for (const need of needs) {
    const reading = index.find(window, need);
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
  const scrapes = readings.flatMap((reading) =>
    reading.kind === 'samples' || reading.kind === 'growth' ? (index.scrapesOf(reading) ?? []) : [],
  );
  const targets = targetsIn(scrapes.flatMap((one) => (typeof one !== 'string' && one.ok ? [one.value] : [])));
  const leadMs = Math.max(0, ...readings.map((reading) => ('leadMs' in reading ? reading.leadMs : 0)));
  const restart = restartDoubt(sight, { from: span.from - leadMs, to: span.to });
  const doubt =
    observerDoubt(observations, window) ??
    restart ??
    scrapesDoubt(scrapes) ??
    warningsDoubt(readings, scrapes) ??
    serverGrowthDoubt(readings, targets, span) ??
    clock.doubt;
  const first = readings.find((reading) => reading.kind !== 'rules' && reading.kind !== 'scrapes');
  try {
    const measured = measure({
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
    // That there is nothing has its reason there.
    if (measured.kind === 'nothing' && restart !== undefined) return { ...measured, ...restart };
    return measured;
  } catch (error) {
    if (error instanceof NotACounter) return nothing('not-a-number', `Prometheus: ${error.message}.`);
    if (error instanceof NotRead) return nothing('query-failed', error.message);
    throw error;
  }
}

/** What was asked for is not among what was read. */
class NotRead extends Error {}

function sampleRead(
  reading: PrometheusReading | undefined,
  targets: readonly Target[],
  window: WallSpan,
): SampleRead {
  if (reading?.kind === 'growth') return serverRead(reading, targets, window);
  const series = reading?.kind === 'samples' && reading.answer.ok ? reading.answer.value.series : [];
  const { blurMs = 0 } = window;
  const once = <T extends object>(how: readonly unknown[], work: () => T): T =>
    reading === undefined ? work() : worked(reading, targets, JSON.stringify(how), work);
  return {
    series,
    growth: ({ from, to } = window) =>
      once(['growth', from, to, blurMs], () => growthOf(series, targets, { from, to, blurMs })),
    growthBy: (label) =>
      once(['growth by', label, window.from, window.to, blurMs], () =>
        growthByLabel(series, label, targets, window),
      ),
    hasSamplesIn: (span = window) => hasSamplesIn(series, span),
  };
}

function serverRead(reading: GrowthReading, targets: readonly Target[], window: WallSpan): SampleRead {
  const only = (span: WallSpan): void => {
    if (span.from === window.from && span.to === window.to) return;
    throw new NotRead(`Only the growth over the whole window was read, as ${reading.because}.`);
  };
  return {
    series: [],
    growth: (span = window) => {
      only(span);
      const [whole] = serverGrowthBy(reading, undefined, targets, window);
      return whole?.growth ?? new Map<string, TargetGrowth>();
    },
    growthBy: (label) => serverGrowthBy(reading, label, targets, window),
    hasSamplesIn: (span = window) => {
      only(span);
      return hasServerSeries(reading);
    },
    byServer: byServerSentence(reading),
  };
}

function answersOf(reading: PrometheusReading) {
  return reading.kind === 'growth' ? [reading.increase, reading.born, reading.lost] : [reading.answer];
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
  const until = span.to + (span.blurMs ?? 0);
  const behind = [...last].filter(([, at]) => at < until).map(([name]) => name);
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

function observerDoubt(observations: Observations, window: string): Doubt | undefined {
  const problem = observerProblem(observations, window, 'prometheus');
  return problem === undefined ? undefined : { reason: 'observer-broke', sentence: problem };
}

type Scrapes = Exclude<ReturnType<ReadingIndex['scrapesOf']>, null>;

function scrapesDoubt(scrapes: readonly Scrapes[]): Doubt | undefined {
  for (const one of scrapes) {
    const missing = typeof one === 'string' ? one : one.ok ? undefined : one.error.message;
    if (missing === undefined) continue;
    return { reason: 'query-failed', sentence: `How the targets were scraped is not known: ${missing}.` };
  }
  return undefined;
}

function warningsDoubt(
  readings: readonly PrometheusReading[],
  scrapes: readonly Scrapes[],
): Doubt | undefined {
  const given = readings.flatMap((reading): readonly Reading[] =>
    reading.kind === 'rules'
      ? []
      : answersOf(reading).flatMap((one) => (one.ok ? [one.value as Reading] : [])),
  );
  const behind = scrapes.flatMap((one) => (typeof one !== 'string' && one.ok ? [one.value] : []));
  const warnings = new Set([...given, ...behind].flatMap((one) => one.warnings));
  if (warnings.size === 0) return undefined;
  return { reason: 'query-failed', sentence: `Prometheus warned: ${[...warnings].join('; ')}.` };
}

/** Where the server computed the growth there is no last sample to see: the targets' scrapes must cover the window. */
function serverGrowthDoubt(
  readings: readonly PrometheusReading[],
  targets: readonly Target[],
  span: WallSpan,
): Doubt | undefined {
  const grown = readings.filter((reading) => reading.kind === 'growth');
  const names = new Set(
    grown.flatMap(({ lost }) => (lost.ok ? lost.value.series.map(({ labels }) => targetName(labels)) : [])),
  );
  const until = span.to + (span.blurMs ?? 0);
  const covered = new Set(
    targets
      .filter(({ scrapes }) => (scrapes.at(-1)?.at ?? -Infinity) >= until)
      .map(({ labels }) => targetName(labels)),
  );
  const open = [...names].filter((name) => !covered.has(name)).sort();
  if (open.length === 0) return undefined;
  return {
    reason: 'stale',
    sentence: `No scrape of ${open.join(', ')} is known to cover the end of the window.`,
  };
}

function nothing(reason: Nothing['reason'], sentence: string): Nothing {
  return { kind: 'nothing', reason, sentence: sentence.replace(/\.\.$/, '.') };
}
