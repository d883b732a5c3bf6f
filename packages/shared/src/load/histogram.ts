import type { Bounds } from '../time/interval.ts';
import type { SparseHistogram } from './client-interval.ts';

/** Schema that an empty histogram carries: 2^(2^-3), buckets 9 % wide, which is what k6 sends. */
const USUAL_SCHEMA = 3;

/** A histogram of nothing. */
export function emptyHistogram(): SparseHistogram {
  return { schema: USUAL_SCHEMA, count: 0, sum: 0, zero: 0, buckets: [] };
}

/** Bounds of a bucket: its values lie in (low, high]. */
export function bucketBounds(schema: number, index: number): Bounds {
  const step = 2 ** -schema;
  return { low: 2 ** ((index - 1) * step), high: 2 ** (index * step) };
}

/**
 * All values of several histograms in one. Histograms of one schema merge without loss; of several, all are
 * brought to the coarsest. Empty ones have no say in the schema.
 */
export function mergeHistograms(list: readonly SparseHistogram[]): SparseHistogram {
  const filled = list.filter((one) => one.count > 0);
  if (filled.length === 0) return emptyHistogram();
  const schema = Math.min(...filled.map((one) => one.schema));
  const merged = new Map<number, number>();
  for (const one of filled) {
    for (const [index, count] of one.buckets) {
      const target = coarser(index, one.schema - schema);
      merged.set(target, (merged.get(target) ?? 0) + count);
    }
  }
  return {
    schema,
    count: total(filled, (one) => one.count),
    sum: total(filled, (one) => one.sum),
    zero: total(filled, (one) => one.zero),
    buckets: [...merged].sort(([left], [right]) => left - right),
  };
}

/**
 * The bucket that holds the quantile: its true value, by nearest rank (the ⌈q·n⌉-th smallest of n), lies
 * within these milliseconds. Undefined when there are no values.
 */
export function quantileBounds(histogram: SparseHistogram, q: number): Bounds | undefined {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`A quantile lies between 0 and 1, not at ${q}`);
  if (histogram.count === 0) return undefined;
  // The small allowance undoes the rounding of q·n: 0.07 · 100 is 7.000000000000001.
  const rank = Math.max(1, Math.ceil(q * histogram.count - 1e-9));
  let seen = histogram.zero;
  if (rank <= seen) return { low: 0, high: 0 };
  for (const [index, count] of histogram.buckets) {
    seen += count;
    if (rank <= seen) return bucketBounds(histogram.schema, index);
  }
  throw new Error(
    `A histogram's buckets must add up to its count: they hold ${seen} values, its count is ${histogram.count}`,
  );
}

/** How many values are at most `limitMs`. The ends differ by the bucket that the limit lies in. */
export function countAtMost(histogram: SparseHistogram, limitMs: number): Bounds {
  if (Number.isNaN(limitMs)) throw new RangeError('A limit in milliseconds is a number, not NaN');
  if (limitMs < 0) return { low: 0, high: 0 };
  let low = histogram.zero;
  for (const [index, count] of histogram.buckets) {
    const bucket = bucketBounds(histogram.schema, index);
    if (bucket.high <= limitMs) low += count;
    else if (bucket.low < limitMs) return { low, high: low + count };
  }
  return { low, high: low };
}

/** The slowest values, `most` of them, of those that may lie between the two ends (ms). `sum` is what they are at most. */
export function slowestBetween(
  histogram: SparseHistogram,
  { low, high }: Bounds,
  most: number,
): SparseHistogram {
  let left = most;
  let sum = 0;
  const buckets: (readonly [index: number, count: number])[] = [];
  for (const [index, count] of histogram.buckets.toReversed()) {
    const bucket = bucketBounds(histogram.schema, index);
    if (left === 0 || bucket.high < low) break;
    if (bucket.low >= high) continue;
    const taken = Math.min(left, count);
    left -= taken;
    sum += taken * bucket.high;
    buckets.unshift([index, taken]);
  }
  return { schema: histogram.schema, count: most - left, sum, zero: 0, buckets };
}

/** Index of the bucket that takes in bucket `index` when the schema falls by `steps`. */
function coarser(index: number, steps: number): number {
  // `+ 0` turns a negative zero, which Math.ceil gives for small negative numbers, into a plain one.
  return Math.ceil(index / 2 ** steps) + 0;
}

function total(list: readonly SparseHistogram[], of: (one: SparseHistogram) => number): number {
  return list.reduce((sum, one) => sum + of(one), 0);
}
