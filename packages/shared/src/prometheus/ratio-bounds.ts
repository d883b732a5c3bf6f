import type { Bounds } from '../time/interval.ts';
import { hiddenGrowth, totalGrowth, type TargetGrowth } from './counters.ts';

/** A share of events, between two counters whose scrapes are the same. */
export interface RatioBounds {
  /** Undefined when nothing at all may have been counted. */
  readonly ratio: Bounds | undefined;
  /** Events of the part, and the others: the least and the most that there may be. */
  readonly hit: Bounds;
  readonly miss: Bounds;
  /** Events that certainly are the window's: of the part, not of the part, and of the whole. */
  readonly part: number;
  readonly rest: number;
  readonly whole: number;
  /** For so long, summed over targets, events may have been lost with a process or a scrape. */
  readonly hiddenMs: number;
}

/**
 * Bounds of `part / whole`, growth over the window. Where the part is indeed part of the whole, an event is either
 * in it or not, so both ends take what is uncertain in the way that is worst for them. Where it turns out to be no
 * part of the whole (it grew more), the two are bounded without any regard to each other.
 */
export function ratioBounds(
  part: ReadonlyMap<string, TargetGrowth>,
  whole: ReadonlyMap<string, TargetGrowth>,
): RatioBounds {
  const names = new Set([...part.keys(), ...whole.keys()]);
  const hit = { low: 0, high: 0 };
  const miss = { low: 0, high: 0 };
  let nested = true;
  let hiddenMs = 0;
  for (const name of names) {
    const p = part.get(name) ?? nothing;
    const w = whole.get(name) ?? nothing;
    // Lost together, an event may have been either. The part's series alone lost: what the whole shows as a miss may
    // have been a hit. The part may be far too rare to show a rate of its own.
    const busiest = whole.has(name) ? w.busiest : p.busiest;
    const both = hiddenGrowth(w.hiddenMs, busiest);
    const partOnly = hiddenGrowth(Math.max(0, p.hiddenMs - w.hiddenMs), busiest);
    if (p.inside.low > w.inside.high || p.edge.low > w.edge.high) nested = false;
    hiddenMs += Math.max(p.hiddenMs, w.hiddenMs);
    hit.low += p.inside.low;
    hit.high += p.inside.high + p.edge.high + both + partOnly;
    miss.low += Math.max(0, w.inside.low - p.inside.high - partOnly);
    miss.high += Math.max(0, w.inside.high - p.inside.low) + Math.max(0, w.edge.high - p.edge.low) + both;
  }
  const total = totalGrowth(whole.values());
  const counts = { hit, miss, part: hit.low, rest: miss.low, whole: total.low, hiddenMs };
  if (total.high === 0 && hit.high === 0) return { ratio: undefined, ...counts };
  if (!nested) {
    return { ratio: { low: divide(hit.low, total.high), high: hit.high / total.low }, ...counts };
  }
  return {
    ratio: {
      low: divide(hit.low, hit.low + miss.high),
      high: miss.low === 0 ? 1 : hit.high === Infinity ? 1 : divide(hit.high, hit.high + miss.low),
    },
    ...counts,
  };
}

const nothing: TargetGrowth = {
  target: '',
  inside: { low: 0, high: 0 },
  edge: { low: 0, high: 0 },
  hiddenMs: 0,
  busiest: 0,
};

function divide(left: number, right: number): number {
  return right === 0 || right === Infinity ? 0 : left / right;
}
