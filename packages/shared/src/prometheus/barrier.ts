import type { PrometheusSettings } from '../platform/platform.ts';
import type { Clock } from '../time/clock.ts';
import type { Prometheus } from './client.ts';
import { numberOf } from './reading.ts';
import { targetName } from './scrapes.ts';
import { parseSelector } from './selector.ts';

/** What the wait for the last scrapes came to. */
export interface Barrier {
  /** Every target that is still there has been scraped since the instant, and Prometheus answered. */
  readonly covered: boolean;
  /** Sentences: why it is not covered. */
  readonly problems: readonly string[];
  /**
   * Targets that were scraped shortly before and are gone or down now, and selectors without any live series:
   * nobody waits for these.
   */
  readonly gone: readonly string[];
}

export interface BarrierOptions {
  readonly clock: Clock;
  /** How long to wait at most. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** Shortest and longest pause between two looks. */
const LEAST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 1000;
/** A target that had samples so long ago, or so many scrapes ago, was there a moment ago. */
const RECENT_MS = 30_000;
const RECENT_SCRAPES = 10;

/**
 * Waits until the last scrape of every target that is still discovered covers an instant of the wall clock.
 * Rejects only when the caller's signal is aborted.
 */
export async function waitForScrapes(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  untilWallMs: number,
  { clock, deadlineMs, signal }: BarrierOptions,
): Promise<Barrier> {
  const deadline = clock.now() + deadlineMs;
  const pause = Math.min(
    MOST_PAUSE_MS,
    Math.max(LEAST_PAUSE_MS, (settings.scrapeIntervalSeconds * 1000) / 4),
  );
  const seen = await recentTargets(prometheus, settings, signal);
  for (;;) {
    const { live, silent, problems } = await look(prometheus, settings, untilWallMs, signal);
    for (const name of live) seen.add(name);
    const gone = [...[...seen].filter((name) => !live.has(name)).sort(), ...silent];
    if (problems.length === 0) return { covered: true, problems, gone };
    if (clock.now() + pause >= deadline) return { covered: false, problems, gone };
    await clock.sleep(pause, signal);
  }
}

interface Look {
  readonly live: ReadonlySet<string>;
  readonly silent: readonly string[];
  readonly problems: readonly string[];
}

/** One look at the last scrape of every target. */
async function look(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  untilWallMs: number,
  signal: AbortSignal | undefined,
): Promise<Look> {
  const live = new Set<string>();
  const problems: string[] = [];
  const silent: string[] = [];
  for (const { name, selector } of settings.targets) {
    const query = `min by (job, instance) (timestamp(${plain(selector)}))`;
    const answer = await prometheus.instant(query, undefined, signal);
    if (!answer.ok) {
      problems.push(`${name}: ${answer.error.message}`);
      // What does not answer now will hardly answer for the next target.
      if (answer.error.kind === 'timed-out' || answer.error.kind === 'unreachable') break;
      continue;
    }
    if (answer.value.series.length === 0) silent.push(`${name} (no live series)`);
    for (const { labels, samples } of answer.value.series) {
      const target = `${name} (${targetName(labels)})`;
      live.add(target);
      const scraped = numberOf(samples[0]?.[1] ?? 'NaN') * 1000;
      if (scraped >= untilWallMs) continue;
      const behind = ((untilWallMs - scraped) / 1000).toFixed(1);
      problems.push(`${target}: its last scrape lies ${behind} s before the end of what is judged`);
    }
  }
  return { live, silent, problems };
}

/** Targets that had samples a few scrapes ago; none of them is waited for because of that. */
async function recentTargets(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const rangeMs = Math.ceil(Math.max(RECENT_MS, RECENT_SCRAPES * settings.scrapeIntervalSeconds * 1000));
  const seen = new Set<string>();
  for (const { name, selector } of settings.targets) {
    const query = `count by (job, instance) (last_over_time(${plain(selector)}[${rangeMs}ms]))`;
    const answer = await prometheus.instant(query, undefined, signal);
    if (!answer.ok) return seen;
    for (const { labels } of answer.value.series) seen.add(`${name} (${targetName(labels)})`);
  }
  return seen;
}

/** The time of a sample can be told of a plain selector only: a comparison behind it is left out. */
function plain(selector: string): string {
  return parseSelector(selector)?.text ?? selector;
}
