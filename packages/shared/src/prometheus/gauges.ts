import type { WallSpan } from './counters.ts';
import { numberOf, type RawSeries } from './reading.ts';
import { targetName } from './scrapes.ts';

/** What the selected gauges were within a window, at their scrapes. */
export interface GaugeWindow {
  /** The extreme that was asked for; undefined when there was no number. */
  readonly value: number | undefined;
  /** Instants at which there were samples. */
  readonly scrapes: number;
  /** Samples that are no number. */
  readonly notNumbers: number;
  /** The longest time without any sample of a target that has some, and which target that is. */
  readonly silence: { readonly ms: number; readonly target: string };
}

/** Reads gauges over a window. Between two scrapes nothing is known of a gauge: its value is what was seen. */
export function gaugeWindow(
  series: readonly RawSeries[],
  window: WallSpan,
  take: 'max' | 'min',
): GaugeWindow {
  const instants = new Map<string, number[]>();
  const values: number[] = [];
  let notNumbers = 0;
  for (const one of series) {
    const name = targetName(one.labels);
    const list = instants.get(name) ?? [];
    instants.set(name, list);
    for (const [at, raw] of one.samples) {
      if (at <= window.from || at > window.to) continue;
      list.push(at);
      const value = numberOf(raw);
      if (Number.isNaN(value)) notNumbers += 1;
      else values.push(value);
    }
  }
  return {
    value: values.length === 0 ? undefined : values.reduce((left, right) => Math[take](left, right)),
    scrapes: new Set([...instants.values()].flat()).size,
    notNumbers,
    silence: [...instants]
      .map(([target, list]) => ({ target, ms: longestGap(list, window) }))
      .reduce((worst, one) => (one.ms > worst.ms ? one : worst), { target: 'any target', ms: 0 }),
  };
}

/** Longest stretch of the window without an instant. */
function longestGap(instants: readonly number[], window: WallSpan): number {
  const ordered = [window.from, ...[...instants].sort((left, right) => left - right), window.to];
  return ordered.reduce((longest, at, index) => Math.max(longest, at - (ordered[index - 1] ?? at)), 0);
}
