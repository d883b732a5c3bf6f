import type { PrometheusSettings } from '../platform/platform.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { Answer, Reading } from '../prometheus/reading.ts';
import { scrapesSelector } from '../prometheus/selector.ts';
import type { WindowRecord } from '../record/record.ts';
import { exactly, type Bounds } from '../time/interval.ts';
import { createAsk } from './collect/asker.ts';
import { allot } from './collect/budget.ts';
import { countSeries } from './collect/census.ts';
import { jobsOf, type PointJob, type SampleJob } from './collect/jobs.ts';
import { readGrowth, targetNamesOf, type Behind } from './collect/read-growth.ts';
import type { Assignment } from './observations.ts';
import type { PointReading, PrometheusReading, RulesReading, ScrapesReading } from './readings.ts';

export interface CollectOptions {
  /** The server's clock minus the runner's, milliseconds; default 0. */
  readonly clockOffsetMs?: Bounds;
  readonly signal?: AbortSignal;
}

/** Queries under way at once, unless the settings say otherwise. */
const CONCURRENCY = 4;
/** Points of a query that is spread over its window: hours of them tell a trend. */
const MOST_SPREAD = 5000;

/**
 * Reads from Prometheus all that the assignments need, each selector once a window, and no more samples than the
 * settings' limits allow: the series are counted first. Never rejects but for the caller's own signal: what could
 * not be read is a reading that says so.
 */
export async function collectReadings(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  assignments: readonly Assignment[],
  windows: readonly WindowRecord[],
  { clockOffsetMs = exactly(0), signal }: CollectOptions = {},
): Promise<readonly PrometheusReading[]> {
  const scrapeIntervalMs = settings.scrapeIntervalSeconds * 1000;
  const ask = createAsk(settings.limits?.concurrency ?? CONCURRENCY);
  const jobs = jobsOf(assignments, windows, scrapeIntervalMs, clockOffsetMs);
  const [points, rules, samples] = await Promise.all([
    Promise.all(jobs.points.map(readPoints)),
    readRules(),
    readSamples(),
  ]);
  return [...samples, ...points, ...rules];

  async function readSamples(): Promise<readonly PrometheusReading[]> {
    const counted = await countSeries(prometheus, ask, jobs.samples, scrapeIntervalMs, signal);
    const budget = allot(counted, settings.limits);
    const behind = new Map<string, Promise<ScrapesReading>>();

    /** The scrapes behind a job's series, read once for all that have the same ones. */
    async function behindOf(job: SampleJob, reading: Reading): Promise<Behind | undefined> {
      const names = jobNames(reading);
      if (!job.scrapes || names.length === 0) return undefined;
      const selector = scrapesSelector(job.selector, names);
      const key = JSON.stringify([job.window.name, job.leadMs, selector]);
      const asked = behind.get(key) ?? readScrapes(selector, job, reading);
      behind.set(key, asked);
      return asked;
    }

    async function readScrapes(selector: string, job: SampleJob, reading: Reading): Promise<ScrapesReading> {
      const error = budget.takeScrapes(targetNamesOf(reading).size, job);
      const answer: Answer<Reading> =
        error === undefined
          ? await ask(() => prometheus.rawSamples(selector, job.from, job.to, signal))
          : { ok: false, error };
      return { kind: 'scrapes', window: job.window.name, selector, leadMs: job.leadMs, answer };
    }

    async function read(job: SampleJob): Promise<PrometheusReading> {
      const way = budget.ways.get(job) ?? { how: 'raw' };
      if (way.how === 'by-server') {
        const offset = (clockOffsetMs.low + clockOffsetMs.high) / 2;
        const span = {
          from: Date.parse(job.window.from) + offset,
          to: Date.parse(job.window.to) + offset,
          blurMs: (clockOffsetMs.high - clockOffsetMs.low) / 2,
          scrapeIntervalMs,
        };
        const behindIt = (reading: Reading) => behindOf(job, reading);
        return readGrowth(prometheus, ask, job, way.because, span, behindIt, signal);
      }
      const answer: Answer<Reading> =
        way.how === 'not'
          ? { ok: false, error: way.error }
          : await ask(() => prometheus.rawSamples(job.selector, job.from, job.to, signal));
      const scrapes = answer.ok ? await behindOf(job, answer.value) : undefined;
      return {
        kind: 'samples',
        window: job.window.name,
        selector: job.selector,
        leadMs: job.leadMs,
        scrapeIntervalMs,
        answer,
        scrapes: null,
        ...(scrapes === undefined ? {} : { scrapesIn: scrapes.selector }),
      };
    }

    const readings = await Promise.all(jobs.samples.map(read));
    return [...readings, ...(await Promise.all(behind.values()))];
  }

  async function readPoints({ window, query, at, from, to }: PointJob): Promise<PointReading> {
    const stepMs =
      at === 'spread' ? Math.max(scrapeIntervalMs, Math.ceil((to - from) / MOST_SPREAD)) : scrapeIntervalMs;
    const answer = await ask(() =>
      at === 'start' || at === 'end'
        ? prometheus.instant(query, at === 'start' ? from : to, signal)
        : prometheus.range(query, firstPoint(from, to, stepMs), to, stepMs, signal),
    );
    return { kind: 'points', window: window.name, query, at, scrapeIntervalMs, answer };
  }

  async function readRules(): Promise<readonly RulesReading[]> {
    if (jobs.rulesFor === undefined) return [];
    return [{ kind: 'rules', window: jobs.rulesFor, answer: await ask(() => prometheus.alertRules(signal)) }];
  }
}

/** The first of the points, a scrape apart, that end where the window ends and lie within it. */
function firstPoint(from: number, to: number, stepMs: number): number {
  return to - Math.max(0, Math.ceil((to - from) / stepMs) - 1) * stepMs;
}

function jobNames(reading: Reading): readonly string[] {
  return [...new Set(reading.series.flatMap(({ labels }) => labels['job'] ?? []))].sort();
}
