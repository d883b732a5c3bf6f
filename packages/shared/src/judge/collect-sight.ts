import type { PrometheusSettings } from '../platform/platform.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { numberOf, type RawSeries } from '../prometheus/reading.ts';
import { targetName } from '../prometheus/scrapes.ts';
import { parseSelector } from '../prometheus/selector.ts';
import { batchesOf, taggedQuery } from '../prometheus/tagged.ts';
import type { WindowRecord } from '../record/record.ts';
import { toWall, type Clock, type ClockAnchor } from '../time/clock.ts';
import type { Bounds } from '../time/interval.ts';
import type { Observations } from './observations.ts';
import { restartOf } from './prometheus-restart.ts';
import type { PrometheusSight } from './prometheus-sight.ts';

/** What is asked of Prometheus at the run's start, to compare with at its end. */
export interface SightBefore {
  readonly startedAt: number | null;
  readonly clockOffsetMs: Bounds | null;
}

export interface SightOptions {
  readonly clock: Clock;
  /** The run's anchor: Prometheus' clock is compared with the runner's wall clock as the run sees it. */
  readonly anchor: ClockAnchor;
  readonly signal?: AbortSignal;
  /** When faults went in: a target that is then not scraped shows the fault, and says nothing of the observer. */
  readonly faults?: Observations['faults'];
}

/** Looks at a clock; the tightest of so many is taken. */
const CLOCK_LOOKS = 5;
/** Scrapes that a read of raw samples reaches back before its beginning are no part of a window. */
const GAP_SCRAPES = 1;
/** Prometheus moves time stamps by up to this much, to make scrapes look regular. */
const EARLY_MS = 2;

/** Looks at Prometheus itself before anything is judged. Rejects only for the caller's own signal. */
export async function sightBefore(prometheus: Prometheus, options: SightOptions): Promise<SightBefore> {
  const [started, { offset }] = await Promise.all([
    prometheus.startedAt(options.signal),
    clockOffset(prometheus, options),
  ]);
  return { startedAt: started.ok ? started.value : null, clockOffsetMs: offset };
}

/**
 * Looks at Prometheus itself at the run's end: whether it is the same process, what its clock shows, and how the
 * watched targets were scraped within the windows. Rejects only for the caller's own signal.
 */
export async function collectSight(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  windows: readonly WindowRecord[],
  gone: readonly string[],
  before: SightBefore | null,
  options: SightOptions,
): Promise<PrometheusSight> {
  const { signal } = options;
  const [started, build, clock, stamps, scrapes] = await Promise.all([
    prometheus.startedAt(signal),
    prometheus.buildInfo(signal),
    clockOffset(prometheus, options),
    stampOffset(prometheus, settings, options),
    scrapeGaps(prometheus, settings, windows, options),
  ]);
  const startedAt = { before: before?.startedAt ?? null, after: started.ok ? started.value : null };
  const clockOffsetMs = hull(before?.clockOffsetMs ?? null, clock.offset);
  const sight = {
    clockOffsetMs,
    stampOffsetMs: stamps,
    startedAt,
    gaps: scrapes.gaps,
    gone,
    version: build.ok ? build.value.version : null,
    scrapeIntervalMs: settings.scrapeIntervalSeconds * 1000,
    unread: {
      ...(scrapes.unread === undefined ? {} : { scrapes: scrapes.unread }),
      ...(started.ok ? {} : { start: started.error.message }),
      ...(clock.unread === undefined ? {} : { clock: clock.unread }),
    },
  };
  const restarted = restartOf(sight);
  if (restarted === undefined) return sight;
  return { ...sight, kept: keptFrom(restarted, scrapes.series, windows) };
}

async function clockOffset(
  prometheus: Prometheus,
  { anchor, signal }: SightOptions,
): Promise<{ readonly offset: Bounds | null; readonly unread?: string }> {
  let offset: Bounds | null = null;
  for (let look = 0; look < CLOCK_LOOKS; look += 1) {
    const answer = await prometheus.clock(signal);
    if (!answer.ok) return offset === null ? { offset, unread: answer.error.message } : { offset };
    const { serverWallMs, sentMonotonic, receivedMonotonic } = answer.value;
    const seen = {
      low: serverWallMs - toWall(anchor, receivedMonotonic),
      // It tells whole milliseconds: it may be up to one further.
      high: serverWallMs + 1 - toWall(anchor, sentMonotonic),
    };
    offset = offset === null || seen.high - seen.low < offset.high - offset.low ? seen : offset;
  }
  return { offset };
}

/** The offset by the newest scrape of any watched target: it cannot lie in the future, nor be older than a scrape. */
async function stampOffset(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  { anchor, clock, signal }: SightOptions,
): Promise<Bounds | null> {
  const queries = settings.targets.map(({ selector }, index) => ({
    tag: String(index),
    query: `max(timestamp(${plain(selector)}))`,
  }));
  let newest = -Infinity;
  const sent = toWall(anchor, clock.now());
  for (const batch of batchesOf(queries)) {
    const answer = await prometheus.instant(taggedQuery(batch), undefined, signal);
    if (!answer.ok) continue;
    for (const { samples } of answer.value.series) {
      newest = Math.max(newest, numberOf(samples[0]?.[1] ?? '-Inf') * 1000);
    }
  }
  if (!Number.isFinite(newest)) return null;
  const received = toWall(anchor, clock.now());
  const { scrapeIntervalSeconds } = settings;
  // A scrape's sample can be read a little after its stamp only: one interval more is allowed for.
  return { low: newest - EARLY_MS - received, high: newest + 2 * scrapeIntervalSeconds * 1000 - sent };
}

interface Gaps {
  readonly gaps: PrometheusSight['gaps'];
  readonly series: readonly RawSeries[];
  readonly unread?: string;
}

/** How the watched targets were scraped within the windows: one read for each watched selector. */
async function scrapeGaps(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  windows: readonly WindowRecord[],
  { faults = [], signal }: SightOptions,
): Promise<Gaps> {
  const spanOf = (window: WindowRecord) => ({ from: Date.parse(window.from), to: Date.parse(window.to) });
  const spans = windows.map(spanOf);
  if (spans.length === 0) return { gaps: [], series: [] };
  const calm = windows.filter(
    (window) =>
      !faults.some(({ phase, instant }) => phase === window.phase && instant.low < window.monotonicTo),
  );
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
  const scrapeMs = settings.scrapeIntervalSeconds * 1000;
  const series: RawSeries[] = [];
  for (const selector of new Set(settings.targets.map((target) => plain(target.selector)))) {
    const answer = await prometheus.rawSamples(selector, from, to + GAP_SCRAPES * scrapeMs, signal);
    if (!answer.ok) return { gaps: [], series, unread: answer.error.message };
    series.push(...answer.value.series);
  }
  if (calm.length > 0) return { gaps: gapsOf(series, calm.map(spanOf)), series };
  const unread = 'Every window has a fault in it: what is not scraped then may be the fault';
  return { gaps: [], series, unread };
}

/** The longest stretch of the windows without a scrape that succeeded, and how many failed, by target. */
export function gapsOf(
  series: readonly RawSeries[],
  spans: readonly { readonly from: number; readonly to: number }[],
): PrometheusSight['gaps'] {
  return [...Map.groupBy(series, ({ labels }) => targetName(labels))].map(([target, list]) => {
    const failed = new Set<number>();
    const succeeded = new Set<number>();
    for (const { labels, samples } of list) {
      for (const [at, value] of samples) {
        if (labels['__name__'] === 'up' && value !== 1) failed.add(at);
        else succeeded.add(at);
      }
    }
    const instants = [...succeeded].filter((at) => !failed.has(at)).sort((left, right) => left - right);
    return {
      target,
      longestMs: Math.max(...spans.map((span) => longestGap(instants, span))),
      failed: [...failed].filter((at) => spans.some(({ from, to }) => at > from && at <= to)).length,
    };
  });
}

function longestGap(
  instants: readonly number[],
  span: { readonly from: number; readonly to: number },
): number {
  let last = instants.findLast((at) => at <= span.from) ?? -Infinity;
  let longest = 0;
  for (const at of instants) {
    if (at <= span.from) continue;
    // What lies outside of the window is no gap of the window's.
    longest = Math.max(longest, Math.min(at, span.to) - Math.max(last, span.from));
    last = at;
    if (at >= span.to) return longest;
  }
  return Math.max(longest, span.to - Math.max(last, span.from));
}

/** Whether something is left of what was scraped in the windows before Prometheus was started anew. */
function keptFrom(
  restarted: number,
  series: readonly RawSeries[],
  windows: readonly WindowRecord[],
): boolean | null {
  const from = Math.min(...windows.map((window) => Date.parse(window.from)));
  if (restarted <= from) return null;
  return series.some(({ samples }) => samples.some(([at]) => at < restarted));
}

function hull(left: Bounds | null, right: Bounds | null): Bounds | null {
  if (left === null || right === null) return left ?? right;
  return { low: Math.min(left.low, right.low), high: Math.max(left.high, right.high) };
}

function plain(selector: string): string {
  return parseSelector(selector)?.text ?? selector;
}
