import type { PrometheusSettings } from '../platform/platform.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { Answer, Reading } from '../prometheus/reading.ts';
import { scrapesSelector } from '../prometheus/selector.ts';
import type { WindowRecord } from '../record/record.ts';
import { needsOf, type Need } from './needs.ts';
import type { Assignment } from './observations.ts';
import type { PrometheusReading, SampleReading } from './readings.ts';

export interface CollectOptions {
  /** Queries under way at once. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

const CONCURRENCY = 4;
/** After so many failures in a row to get any answer, nothing more is asked: a run must not wait for each one. */
const GIVE_UP_AFTER = 4;
/** Scrapes read after the window's end, so that the growth across its edge is seen. */
const SCRAPES_AFTER = 2;

/**
 * Reads from Prometheus all that the assignments need, each selector once a window. Never rejects but for the
 * caller's own signal: what could not be read is a reading that says so.
 */
export async function collectReadings(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  assignments: readonly Assignment[],
  windows: readonly WindowRecord[],
  options: CollectOptions = {},
): Promise<readonly PrometheusReading[]> {
  const jobs = jobsOf(assignments, windows);
  const scrapeIntervalMs = settings.scrapeIntervalSeconds * 1000;
  const readings: PrometheusReading[] = [];
  const scrapesRead = new Map<string, Promise<Answer<Reading>>>();
  let next = 0;
  let silences = 0;
  let silent: Answer<Reading> | undefined;

  async function read({ window, selector, scrapes, leadMs }: Job): Promise<SampleReading> {
    const from = Date.parse(window.from) - leadMs;
    const to = Date.parse(window.to) + SCRAPES_AFTER * scrapeIntervalMs;
    const ask = async (text: string): Promise<Answer<Reading>> => {
      if (silent !== undefined && silences >= GIVE_UP_AFTER) return silent;
      const given = await prometheus.rawSamples(text, from, to, options.signal);
      const heard = given.ok || given.error.kind === 'refused-query' || given.error.kind === 'malformed';
      silences = heard ? 0 : silences + 1;
      silent = heard ? undefined : given;
      return given;
    };
    const answer = await ask(selector);
    const names = answer.ok && scrapes ? jobNames(answer.value) : [];
    if (names.length === 0) {
      return {
        kind: 'samples',
        window: window.name,
        selector,
        leadMs,
        scrapeIntervalMs,
        answer,
        scrapes: null,
      };
    }
    const behind = scrapesSelector(selector, names);
    const key = JSON.stringify([window.name, behind]);
    const asked = scrapesRead.get(key) ?? ask(behind);
    scrapesRead.set(key, asked);
    return {
      kind: 'samples',
      window: window.name,
      selector,
      leadMs,
      scrapeIntervalMs,
      answer,
      scrapes: await asked,
    };
  }

  async function work(): Promise<void> {
    for (let job = jobs[next]; job !== undefined; job = jobs[next]) {
      const place = next;
      next += 1;
      readings[place] = await read(job);
    }
  }

  await Promise.all(Array.from({ length: options.concurrency ?? CONCURRENCY }, work));
  return readings;
}

type Job = Extract<Need, { kind: 'samples' }> & { readonly window: WindowRecord };

function jobsOf(assignments: readonly Assignment[], windows: readonly WindowRecord[]): readonly Job[] {
  const jobs = new Map<string, Job>();
  for (const { objective, window: name } of assignments) {
    const window = windows.find((one) => one.name === name);
    if (objective.signal.from !== 'prometheus' || window === undefined) continue;
    const length = window.monotonicTo - window.monotonicFrom;
    for (const need of needsOf(objective.signal, length)) {
      if (need.kind !== 'samples') continue;
      const key = JSON.stringify([name, need.selector]);
      const other = jobs.get(key);
      jobs.set(key, {
        ...need,
        window,
        scrapes: need.scrapes || (other?.scrapes ?? false),
        leadMs: Math.max(need.leadMs, other?.leadMs ?? 0),
      });
    }
  }
  return [...jobs.values()];
}

function jobNames(reading: Reading): readonly string[] {
  return [...new Set(reading.series.flatMap(({ labels }) => labels['job'] ?? []))].sort();
}
