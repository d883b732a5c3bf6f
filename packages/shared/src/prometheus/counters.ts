import type { Bounds } from '../time/interval.ts';
import { numberOf, type RawSeries } from './reading.ts';
import { targetName, targetOf, type Target } from './scrapes.ts';
import { eachSegment, startsOf, type CounterSample, type Segment, type Starts } from './segments.ts';

/** A stretch of time by the wall clock, milliseconds: `from` excluded, `to` included. */
export interface WallSpan {
  readonly from: number;
  readonly to: number;
  /** Both ends are only known to so much, either way: the clock that stamps the samples is another one. Default 0. */
  readonly blurMs?: number;
}

/** How much the counters of one target grew within a window, as far as scrapes can tell. */
export interface TargetGrowth {
  readonly target: string;
  /** Between scrapes that both lie in the window. */
  readonly inside: Bounds;
  /** Between two scrapes with an edge of the window in between: any part of it may be the window's. */
  readonly edge: Bounds;
  /** For so long within the window the counters may have grown without any scrape ever showing it. */
  readonly hiddenMs: number;
  /** Growth a millisecond in the busiest scrape pair; Infinity when no pair shows any. */
  readonly busiest: number;
}

/** A counter with a value that is none: NaN, infinite or negative. */
export class NotACounter extends Error {}

/** Prometheus moves time stamps by up to this much, to make scrapes look regular. */
const EARLY_MS = 2;
const UNKNOWN_LATE_MS = 100;

/**
 * What no scrape showed is assumed to have come no faster than this many times the target's busiest scrape pair.
 * It is the one assumption in these bounds; everything else is arithmetic.
 */
export const HIDDEN_RATE = 2;

/**
 * Growth of all series within the window, by target. The series are those of one counter, read from some scrapes
 * before the window until some after it. Throws `NotACounter`.
 */
export function growthOf(
  series: readonly RawSeries[],
  targets: readonly Target[],
  window: WallSpan,
): ReadonlyMap<string, TargetGrowth> {
  const tallies = new Map<string, Tally>();
  const starts = new Map<Target | undefined, Starts>();
  for (const one of series) {
    const target = targetOf(targets, one.labels);
    const started = starts.get(target) ?? startsOf(target);
    starts.set(target, started);
    const name = targetName(one.labels);
    const tally = tallies.get(name) ?? tallyOf(name, target);
    tallies.set(name, tally);
    addSeries(tally, counterSamples(one), target, started, window);
  }
  return new Map([...tallies].map(([name, tally]) => [name, growthIn(tally)]));
}

/** Growth of the series that have one value of a label. */
export interface GrowthGroup {
  readonly value: string;
  readonly seriesCount: number;
  readonly growth: ReadonlyMap<string, TargetGrowth>;
}

/** As `growthOf`, for each value of a label apart. Series without the label are those of an empty value. */
export function growthByLabel(
  series: readonly RawSeries[],
  label: string,
  targets: readonly Target[],
  window: WallSpan,
): readonly GrowthGroup[] {
  return [...Map.groupBy(series, ({ labels }) => labels[label] ?? '')].map(([value, list]) => ({
    value,
    seriesCount: list.length,
    growth: growthOf(list, targets, window),
  }));
}

/** Growth over all targets. The upper end includes what may be hidden. */
export function totalGrowth(growth: Iterable<TargetGrowth>): Bounds {
  let low = 0;
  let high = 0;
  for (const one of growth) {
    low += one.inside.low;
    high += one.inside.high + one.edge.high + hiddenGrowth(one.hiddenMs, one.busiest);
  }
  return { low, high };
}

/** The most that can have grown unseen in `ms`, by the assumption above. */
export function hiddenGrowth(ms: number, busiest: number): number {
  return ms === 0 ? 0 : Math.ceil(busiest * HIDDEN_RATE * ms) + 1;
}

/** What the series of one target come to, one after the other. */
interface Tally {
  readonly target: string;
  readonly lateMs: number;
  readonly inside: { low: number; high: number };
  readonly edge: { low: number; high: number };
  hiddenMs: number;
  /** Growth a millisecond of all series together, by the scrape at its end. */
  readonly rates: Map<number, number>;
}

function tallyOf(target: string, known: Target | undefined): Tally {
  return {
    target,
    lateMs: known?.lateMs ?? UNKNOWN_LATE_MS,
    inside: { low: 0, high: 0 },
    edge: { low: 0, high: 0 },
    hiddenMs: 0,
    rates: new Map(),
  };
}

function addSeries(
  tally: Tally,
  samples: readonly CounterSample[],
  target: Target | undefined,
  started: Starts,
  window: WallSpan,
): void {
  const { blurMs = 0 } = window;
  const until = window.to + blurMs;
  let hiddenHere = 0;
  eachSegment(samples, target, started, until, (segment) => {
    if (segment.hiddenMs === 0 && Number.isFinite(segment.from) && segment.to > segment.from) {
      const rate = segment.high / (segment.to - segment.from);
      tally.rates.set(segment.to, (tally.rates.get(segment.to) ?? 0) + rate);
    }
    const place = placeOf(segment, window, tally.lateMs);
    if (place === 'outside') return;
    const sum = place === 'inside' ? tally.inside : tally.edge;
    sum.low += segment.low;
    sum.high += segment.high;
    const overlap = Math.min(segment.to, until) - Math.max(segment.from, window.from - blurMs);
    hiddenHere += Math.max(0, Math.min(segment.hiddenMs, overlap));
  });
  // The series of one target are lost together: the one that lost most speaks for all.
  tally.hiddenMs = Math.max(tally.hiddenMs, hiddenHere);
}

function growthIn({ target, inside, edge, hiddenMs, rates }: Tally): TargetGrowth {
  let busiest = rates.size === 0 ? Infinity : 0;
  for (const rate of rates.values()) busiest = Math.max(busiest, rate);
  return { target, inside, edge, hiddenMs, busiest };
}

function placeOf(segment: Segment, window: WallSpan, lateMs: number): 'inside' | 'edge' | 'outside' {
  const { blurMs = 0 } = window;
  const from = segment.from - EARLY_MS;
  const to = segment.to + lateMs;
  if (from >= window.from + blurMs && to <= window.to - blurMs) return 'inside';
  return to <= window.from - blurMs || from >= window.to + blurMs ? 'outside' : 'edge';
}

/** The samples as they are, once each was found to be a number that a counter can have. */
function counterSamples({ labels, samples }: RawSeries): readonly CounterSample[] {
  for (const [, raw] of samples) {
    const value = numberOf(raw);
    if (Number.isFinite(value) && value >= 0) continue;
    throw new NotACounter(
      `expected a counter, found the value ${raw} in ${labels['__name__'] ?? 'a series'} of ${targetName(labels)}`,
    );
  }
  return samples as readonly CounterSample[];
}
