import { inItsUnit } from '../../objectives/histogram-unit.ts';
import type { Interval, Obstacle } from './concern.ts';

/** A latency limit at which the histogram does not count: only a bucket's bound is known exactly. */
export function bucketsObstacle({ objective, own }: Interval): Obstacle | undefined {
  const { signal, limit } = objective;
  if (signal.from !== 'prometheus') return undefined;
  if (signal.measure !== 'latency' && signal.measure !== 'latency-share') return undefined;
  const limitMs = signal.measure === 'latency' ? limit : signal.underMs;
  if (signal.buckets === 'native') {
    return own.native === false
      ? {
          expected: `${signal.histogram} as a native histogram`,
          found: 'series without native buckets',
          hint: "let Prometheus scrape native histograms, or leave out buckets: 'native'",
        }
      : undefined;
  }
  const { buckets } = own;
  if (buckets === undefined) return undefined;
  const most = Math.max(0, ...buckets.map(({ series }) => series));
  const wanted = inItsUnit(limitMs, signal);
  const bound = buckets.find(({ le }) => isSame(le, wanted));
  if (bound !== undefined && bound.series === most) return undefined;
  return {
    expected: `a bucket of ${signal.histogram} with le="${wanted}" (${limitMs} ms)`,
    found:
      bound === undefined
        ? neighbours(
            buckets.map(({ le }) => le),
            wanted,
          )
        : `it in ${bound.series} of ${most} series alone`,
    hint: "choose one of the bounds, add this one to the histogram, or use native histograms (buckets: 'native')",
  };
}

/** Limits are written in ms, bounds mostly in seconds: what differs by rounding alone is the same. */
function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(left, right);
}

function neighbours(bounds: readonly number[], wanted: number): string {
  const sorted = bounds.toSorted((left, right) => left - right);
  const below = sorted.findLast((le) => le < wanted);
  const above = sorted.find((le) => le > wanted);
  const named = [below, above].flatMap((le) => (le === undefined ? [] : [`le="${le}"`]));
  if (named.length === 0) return 'no bucket but +Inf';
  if (below === undefined) return `none under ${named.join('')}`;
  return above === undefined
    ? `none between ${named.join('')} and +Inf`
    : `none between ${named.join(' and ')}`;
}
