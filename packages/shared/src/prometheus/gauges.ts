import type { WallSpan } from './counters.ts';
import { numberOf, type RawSeries } from './reading.ts';
import { seriesName, targetName } from './scrapes.ts';

/** What the selected gauges were within a window, at their scrapes. */
export interface GaugeWindow {
  /** The extreme that was asked for; undefined when there was no number. */
  readonly value: number | undefined;
  /** Instants at which there were samples. */
  readonly scrapes: number;
  /** Samples that are no number. */
  readonly notNumbers: number;
  /** The longest time without any sample of a target, or of a series that has some in the window, and of which. */
  readonly silence: { readonly ms: number; readonly of: string };
}

/** Reads gauges over a window. Between two scrapes nothing is known of a gauge: its value is what was seen. */
export function gaugeWindow(
  series: readonly RawSeries[],
  window: WallSpan,
  take: 'max' | 'min',
): GaugeWindow {
  const instants = new Map<string, number[]>();
  const silences: GaugeWindow['silence'][] = [];
  const values: number[] = [];
  let notNumbers = 0;
  for (const one of series) {
    const name = targetName(one.labels);
    const list = instants.get(name) ?? [];
    instants.set(name, list);
    const own: number[] = [];
    for (const [at, raw] of one.samples) {
      if (at <= window.from || at > window.to) continue;
      own.push(at);
      const value = numberOf(raw);
      if (Number.isNaN(value)) notNumbers += 1;
      else values.push(value);
    }
    list.push(...own);
    // An exporter that is scraped well may cease to show what it watches, just when that is in trouble.
    if (own.length > 0) silences.push({ ms: longestGap(own, window), of: seriesName(one.labels) });
  }
  // Where all of a target is silent, that says more than its single series.
  const targets = [...instants].map(([of, list]) => ({ ms: longestGap(list, window), of }));
  return {
    value: values.length === 0 ? undefined : values.reduce((left, right) => Math[take](left, right)),
    scrapes: new Set([...instants.values()].flat()).size,
    notNumbers,
    silence: [...targets, ...silences].reduce((worst, one) => (one.ms > worst.ms ? one : worst), {
      ms: 0,
      of: 'any target',
    }),
  };
}

/** Longest stretch of the window without an instant. */
function longestGap(instants: readonly number[], window: WallSpan): number {
  const ordered = [window.from, ...[...instants].sort((left, right) => left - right), window.to];
  return ordered.reduce((longest, at, index) => Math.max(longest, at - (ordered[index - 1] ?? at)), 0);
}

/** What gauges that hold instants (Unix seconds) showed at a window's end. */
export interface NewestInstant {
  /** By the last samples within the window; undefined when there was no number. */
  readonly before: number | undefined;
  /** By the next samples after it, where each series that has one before has one there; never below `before`. */
  readonly after: number | undefined;
  /** When a series that shows it was last sampled within the window. */
  readonly sampledAt: number | undefined;
  /** Instants in the window at which there were samples. */
  readonly scrapes: number;
  readonly notNumbers: number;
}

/** The newest instant of all series. */
export function newestInstant(series: readonly RawSeries[], window: WallSpan): NewestInstant {
  const instants = new Set<number>();
  let notNumbers = 0;
  let before: number | undefined;
  let after: number | undefined;
  let sampledAt: number | undefined;
  let followed = true;
  for (const { samples } of series) {
    let last: readonly [at: number, value: number] | undefined;
    let next: number | undefined;
    for (const [at, raw] of samples) {
      const value = numberOf(raw);
      if (at > window.from && at <= window.to) {
        instants.add(at);
        if (Number.isNaN(value)) notNumbers += 1;
        else last = [at, value];
      } else if (at > window.to && !Number.isNaN(value)) next ??= value;
    }
    if (last === undefined) {
      // It may be that of a series that only begins after the window.
      if (next !== undefined) after = Math.max(after ?? next, next);
      continue;
    }
    followed &&= next !== undefined;
    if (before === undefined || last[1] > before) [sampledAt, before] = last;
    else if (last[1] === before) sampledAt = Math.max(sampledAt ?? last[0], last[0]);
    after = Math.max(after ?? last[1], last[1], next ?? last[1]);
  }
  return { before, after: followed ? after : undefined, sampledAt, scrapes: instants.size, notNumbers };
}
