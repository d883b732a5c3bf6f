import type { PrometheusSettings } from '../platform/platform.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { Answer, Reading } from '../prometheus/reading.ts';
import { scrapesSelector } from '../prometheus/selector.ts';
import type { WindowRecord } from '../record/record.ts';
import type { Assignment, PrometheusReading } from './observations.ts';
import { neededFor, type Needed } from './signals/prometheus.ts';

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

  async function read({ window, selector, scrapes }: Job): Promise<PrometheusReading> {
    const from = Date.parse(window.from);
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
      return { window: window.name, selector, scrapeIntervalMs, answer, scrapes: null };
    }
    const behind = scrapesSelector(selector, names);
    const key = JSON.stringify([window.name, behind]);
    const asked = scrapesRead.get(key) ?? ask(behind);
    scrapesRead.set(key, asked);
    return { window: window.name, selector, scrapeIntervalMs, answer, scrapes: await asked };
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

interface Job extends Needed {
  readonly window: WindowRecord;
}

function jobsOf(assignments: readonly Assignment[], windows: readonly WindowRecord[]): readonly Job[] {
  const jobs = new Map<string, Job>();
  for (const { objective, window: name } of assignments) {
    const window = windows.find((one) => one.name === name);
    if (objective.signal.from !== 'prometheus' || window === undefined) continue;
    for (const { selector, scrapes } of neededFor(objective.signal)) {
      const key = JSON.stringify([name, selector]);
      jobs.set(key, { window, selector, scrapes: scrapes || (jobs.get(key)?.scrapes ?? false) });
    }
  }
  return [...jobs.values()];
}

function jobNames(reading: Reading): readonly string[] {
  return [...new Set(reading.series.flatMap(({ labels }) => labels['job'] ?? []))].sort();
}
