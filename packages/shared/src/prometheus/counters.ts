import type { Bounds } from '../time/interval.ts';
import { numberOf, type RawSeries } from './reading.ts';
import { targetName, targetOf, type Target } from './scrapes.ts';
import { segmentsOf, type CounterSample, type Segment } from './segments.ts';

/** A stretch of time by the wall clock, milliseconds: `from` excluded, `to` included. */
export interface WallSpan {
  readonly from: number;
  readonly to: number;
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
  const groups = new Map<string, { lateMs: number; list: (readonly Segment[])[] }>();
  for (const one of series) {
    const target = targetOf(targets, one.labels);
    const name = targetName(one.labels);
    const group = groups.get(name) ?? { lateMs: target?.lateMs ?? UNKNOWN_LATE_MS, list: [] };
    group.list.push(segmentsOf(counterSamples(one), target, window.to));
    groups.set(name, group);
  }
  return new Map(
    [...groups].map(([name, { list, lateMs }]) => [name, growthOfTarget(name, list, window, lateMs)]),
  );
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

function growthOfTarget(
  target: string,
  list: readonly (readonly Segment[])[],
  window: WallSpan,
  lateMs: number,
): TargetGrowth {
  const inside = { low: 0, high: 0 };
  const edge = { low: 0, high: 0 };
  let hiddenMs = 0;
  for (const segments of list) {
    let hiddenHere = 0;
    for (const segment of segments) {
      const place = placeOf(segment, window, lateMs);
      if (place === 'outside') continue;
      const sum = place === 'inside' ? inside : edge;
      sum.low += segment.low;
      sum.high += segment.high;
      const overlap = Math.min(segment.to, window.to) - Math.max(segment.from, window.from);
      hiddenHere += Math.max(0, Math.min(segment.hiddenMs, overlap));
    }
    // The series of one target are lost together: the one that lost most speaks for all.
    hiddenMs = Math.max(hiddenMs, hiddenHere);
  }
  return { target, inside, edge, hiddenMs, busiest: busiestRate(list) };
}

function placeOf(segment: Segment, window: WallSpan, lateMs: number): 'inside' | 'edge' | 'outside' {
  const { from, to } = segment;
  if (from - EARLY_MS >= window.from && to + lateMs <= window.to) return 'inside';
  return to + lateMs <= window.from || from - EARLY_MS >= window.to ? 'outside' : 'edge';
}

function busiestRate(list: readonly (readonly Segment[])[]): number {
  const rates = new Map<number, number>();
  for (const segment of list.flat()) {
    if (segment.hiddenMs > 0 || !Number.isFinite(segment.from) || segment.to <= segment.from) continue;
    const rate = segment.high / (segment.to - segment.from);
    rates.set(segment.to, (rates.get(segment.to) ?? 0) + rate);
  }
  return rates.size === 0 ? Infinity : Math.max(...rates.values());
}

function counterSamples(series: RawSeries): readonly CounterSample[] {
  return series.samples.map(([at, raw]) => {
    const value = numberOf(raw);
    if (!Number.isFinite(value) || value < 0) {
      throw new NotACounter(
        `expected a counter, found the value ${raw} in ${series.labels['__name__'] ?? 'a series'} of ${targetName(series.labels)}`,
      );
    }
    return [at, value];
  });
}
