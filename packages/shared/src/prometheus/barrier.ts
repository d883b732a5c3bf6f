import type { PrometheusSettings } from '../platform/platform.ts';
import type { Clock } from '../time/clock.ts';
import { DeadlineExceeded, within } from '../time/deadline.ts';
import type { Prometheus } from './client.ts';
import { numberOf, type Answer, type RawSeries, type Reading } from './reading.ts';
import { targetName } from './scrapes.ts';
import { parseSelector } from './selector.ts';
import { batchesOf, seriesTagged, taggedQuery, type Tagged } from './tagged.ts';

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
  /** How long to wait at most, unless a target is scraped so seldom that it takes longer. */
  readonly deadlineMs: number;
  /** How long to wait for such a target at most; default 2 minutes. */
  readonly mostMs?: number;
  readonly signal?: AbortSignal;
}

/** Shortest and longest pause between two looks. */
const LEAST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 1000;
/** A target that had samples so long ago, or so many scrapes ago, was there a moment ago. */
const RECENT_MS = 30_000;
const RECENT_SCRAPES = 10;
/** Over so long the spacing of a target's scrapes is taken. */
const SPACING_MS = 300_000;
const SPACING_LOOKS = 60;
/** A scrape may be this much later than the spacing says. */
const LATE_SHARE = 1.5;
const MOST_MS = 120_000;

/**
 * Waits until the last scrape of every target that is still discovered covers an instant of the wall clock. A target
 * whose scrapes are further apart than the settings say is waited for as long as its own spacing takes.
 * Rejects only when the caller's signal is aborted.
 */
export async function waitForScrapes(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  untilWallMs: number,
  options: BarrierOptions,
): Promise<Barrier> {
  const { clock, deadlineMs, mostMs = MOST_MS, signal } = options;
  const begun = clock.now();
  const scrapeMs = settings.scrapeIntervalSeconds * 1000;
  const pause = Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, scrapeMs / 4));
  /** An answer that does not come before the deadline is not waited for. */
  const put: Put = (queries, byMs) => {
    const what = `${queries.map(({ name }) => name).join(', ')}: the answer of Prometheus`;
    const ask = (query: string, until: AbortSignal) => prometheus.instant(query, undefined, until);
    return asked(clock, Math.max(1, begun + byMs - clock.now()), what, signal, queries, ask);
  };
  const watched = settings.targets.map(({ name, selector }, index) => ({
    name,
    tag: String(index),
    selector: plain(selector),
  }));
  const { seen, slowestMs } = await before(put, watched, scrapeMs, deadlineMs);
  const deadline = begun + Math.max(deadlineMs, Math.min(mostMs, LATE_SHARE * slowestMs));
  for (;;) {
    const { live, silent, problems } = await look(put, watched, untilWallMs, deadline - begun);
    for (const name of live) seen.add(name);
    const gone = [...[...seen].filter((name) => !live.has(name)).sort(), ...silent];
    if (problems.length === 0) return { covered: true, problems, gone };
    if (clock.now() + pause >= deadline) return { covered: false, problems, gone };
    await clock.sleep(pause, signal);
  }
}

interface Watched {
  readonly name: string;
  readonly tag: string;
  readonly selector: string;
}

interface NamedQuery extends Tagged {
  readonly name: string;
}

/** Answers by tag; a tag that has none failed, for the reason that is given. */
interface Heard {
  readonly series: ReadonlyMap<string, readonly RawSeries[]>;
  readonly problems: readonly string[];
}

type Put = (queries: readonly NamedQuery[], byMs: number) => Promise<Heard>;

/** Asks in as few queries as can be. A query that is refused is asked again one by one: it may be one's fault. */
async function asked(
  clock: Clock,
  ms: number,
  what: string,
  outer: AbortSignal | undefined,
  queries: readonly NamedQuery[],
  ask: (query: string, signal: AbortSignal) => Promise<Answer<Reading>>,
): Promise<Heard> {
  const series = new Map<string, readonly RawSeries[]>();
  const problems: string[] = [];
  const send = async (batch: readonly NamedQuery[], signal: AbortSignal): Promise<boolean> => {
    const answer = await ask(taggedQuery(batch), signal);
    if (answer.ok) {
      for (const { tag } of batch) series.set(tag, seriesTagged(answer.value.series, tag));
      return true;
    }
    const { kind, message } = answer.error;
    if (kind === 'refused-query' && batch.length > 1) {
      for (const one of batch) if (!(await send([one], signal))) return false;
      return true;
    }
    problems.push(`${batch.map(({ name }) => name).join(', ')}: ${message}`);
    // What does not answer now will hardly answer the next one.
    return kind !== 'timed-out' && kind !== 'unreachable';
  };
  try {
    await within(clock, ms, what, outer, async (signal) => {
      for (const batch of batchesOf(queries)) if (!(await send(batch, signal))) return;
    });
  } catch (error) {
    outer?.throwIfAborted();
    if (!(error instanceof DeadlineExceeded)) throw error;
    problems.push(error.message.replace(/\.$/, ''));
  }
  return { series, problems };
}

interface Look {
  readonly live: ReadonlySet<string>;
  readonly silent: readonly string[];
  readonly problems: readonly string[];
}

/** One look at the last scrape of every target. */
async function look(put: Put, watched: readonly Watched[], untilWallMs: number, byMs: number): Promise<Look> {
  const live = new Set<string>();
  const silent: string[] = [];
  const queries = watched.map(({ name, tag, selector }) => ({
    name,
    tag,
    query: `min by (job, instance) (timestamp(${selector}))`,
  }));
  const heard = await put(queries, byMs);
  const problems = [...heard.problems];
  for (const { name, tag } of watched) {
    const series = heard.series.get(tag);
    if (series?.length === 0) silent.push(`${name} (no live series)`);
    for (const { labels, samples } of series ?? []) {
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

/**
 * Targets that had samples a few scrapes ago (none of them is waited for because of that), and the widest spacing of
 * the scrapes of any target, milliseconds; 0 when it is as the settings say.
 */
async function before(
  put: Put,
  watched: readonly Watched[],
  scrapeMs: number,
  byMs: number,
): Promise<{ readonly seen: Set<string>; readonly slowestMs: number }> {
  const recentMs = Math.ceil(Math.max(RECENT_MS, RECENT_SCRAPES * scrapeMs));
  const spacingMs = Math.ceil(Math.max(SPACING_MS, RECENT_SCRAPES * scrapeMs));
  const queries = watched.flatMap(({ name, tag, selector }) => [
    {
      name,
      tag: `${tag} recent`,
      query: `count by (job, instance) (last_over_time(${selector}[${recentMs}ms]))`,
    },
    { name, tag: `${tag} spacing`, query: spacingQuery(selector, spacingMs, scrapeMs) },
  ]);
  const heard = await put(queries, byMs);
  const seen = new Set<string>();
  let slowestMs = 0;
  for (const { name, tag } of watched) {
    for (const { labels } of heard.series.get(`${tag} recent`) ?? [])
      seen.add(`${name} (${targetName(labels)})`);
    for (const { samples } of heard.series.get(`${tag} spacing`) ?? []) {
      const spacing = numberOf(samples[0]?.[1] ?? 'NaN');
      if (spacing > slowestMs) slowestMs = spacing;
    }
  }
  return { seen, slowestMs };
}

/**
 * Spacing of the scrapes of those targets that have fewer than the settings promise, milliseconds. A target that was
 * discovered a moment ago has few as well: its spacing is taken over the time in which it had any.
 */
function spacingQuery(selector: string, rangeMs: number, scrapeMs: number): string {
  const stepMs = Math.ceil(Math.max(scrapeMs, rangeMs / SPACING_LOOKS));
  const first = `min_over_time(timestamp(${selector})[${rangeMs}ms:${stepMs}ms])`;
  const span = `1000 * (timestamp(${selector}) - ${first})`;
  const pairs = `(count_over_time(${selector}[${rangeMs}ms]) - 1)`;
  return `max(${span} / (${pairs} > 0) > ${2 * scrapeMs})`;
}

/** The time of a sample can be told of a plain selector only: a comparison behind it is left out. */
function plain(selector: string): string {
  return parseSelector(selector)?.text ?? selector;
}
