import { describe, expect, it } from 'vitest';
import type { SparseHistogram } from '../../src/load/client-interval.ts';
import {
  bucketBounds,
  countAtMost,
  emptyHistogram,
  mergeHistograms,
  quantileBounds,
} from '../../src/load/histogram.ts';
import { sumIntervals } from '../../src/load/window.ts';

/** A repeatable source of numbers in [0, 1) (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Builds a histogram value by value, from the definition of a bucket. */
function histogramOf(values: readonly number[], schema: number): SparseHistogram {
  const buckets = new Map<number, number>();
  let zero = 0;
  for (const value of values) {
    if (value === 0) {
      zero += 1;
      continue;
    }
    let index = Math.ceil(Math.log2(value) * 2 ** schema);
    while (bucketBounds(schema, index).high < value) index += 1;
    while (bucketBounds(schema, index).low >= value) index -= 1;
    buckets.set(index, (buckets.get(index) ?? 0) + 1);
  }
  return {
    schema,
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    zero,
    buckets: [...buckets].sort(([left], [right]) => left - right),
  };
}

/** Values from microseconds to minutes, some exactly on a bucket's bound, some zero. */
function valuesOf(random: () => number): number[] {
  return Array.from({ length: 1 + Math.floor(random() * 300) }, () => {
    const dice = random();
    if (dice < 0.05) return 0;
    if (dice < 0.15) return 2 ** Math.floor(random() * 12 - 4);
    return 10 ** (random() * 8 - 3);
  });
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed + 1);

describe('quantileBounds', () => {
  it.each([-1, 0, 3, 8])('holds the true quantile by nearest rank (schema %i)', (schema) => {
    for (const seed of seeds) {
      const random = randomOf(seed);
      const values = valuesOf(random);
      const sorted = values.toSorted((left, right) => left - right);
      const histogram = histogramOf(values, schema);
      for (const q of [0, 0.01, 0.5, 0.95, 0.99, 1, random()]) {
        const truth = sorted[Math.max(0, Math.ceil(q * values.length - 1e-9) - 1)] ?? Number.NaN;
        const bounds = quantileBounds(histogram, q);
        expect(bounds?.low, `seed ${seed}, q ${q}`).toBeLessThanOrEqual(truth);
        expect(bounds?.high, `seed ${seed}, q ${q}`).toBeGreaterThanOrEqual(truth);
        const ratio = truth > 0 ? (bounds?.high ?? 0) / (bounds?.low ?? 0) : 2 ** (2 ** -schema);
        expect(ratio, `seed ${seed}, q ${q}`).toBeCloseTo(2 ** (2 ** -schema), 9);
      }
    }
  });

  it('knows no quantile of nothing', () => {
    expect(quantileBounds(emptyHistogram(), 0.95)).toBeUndefined();
  });

  it('takes the seventh of a hundred for 0.07, whatever the rounding', () => {
    const values = Array.from({ length: 100 }, (_, at) => 2 ** at);
    expect(quantileBounds(histogramOf(values, 0), 0.07)).toEqual({ low: 32, high: 64 });
  });

  it('refuses a quantile that is none, and a histogram that does not add up', () => {
    expect(() => quantileBounds(emptyHistogram(), Number.NaN)).toThrow('between 0 and 1');
    expect(() => quantileBounds(emptyHistogram(), 95)).toThrow('between 0 and 1');
    expect(() => quantileBounds({ ...emptyHistogram(), count: 2, buckets: [[1, 1]] }, 1)).toThrow('add up');
  });
});

describe('countAtMost', () => {
  it.each([-1, 0, 3, 8])('holds the true count (schema %i)', (schema) => {
    for (const seed of seeds) {
      const random = randomOf(seed);
      const values = valuesOf(random);
      const histogram = histogramOf(values, schema);
      for (const limit of [0, 1, 100, 512, 10 ** (random() * 8 - 3), ...values.slice(0, 5)]) {
        const truth = values.filter((value) => value <= limit).length;
        const bounds = countAtMost(histogram, limit);
        expect(bounds.low, `seed ${seed}, limit ${limit}`).toBeLessThanOrEqual(truth);
        expect(bounds.high, `seed ${seed}, limit ${limit}`).toBeGreaterThanOrEqual(truth);
      }
    }
  });

  it('is exact where the limit is a bound of a bucket, and at both ends', () => {
    const histogram = histogramOf([0, 1, 64, 64.1, 100], 3);
    expect(countAtMost(histogram, 64)).toEqual({ low: 3, high: 3 });
    expect(countAtMost(histogram, -1)).toEqual({ low: 0, high: 0 });
    expect(countAtMost(histogram, Infinity)).toEqual({ low: 5, high: 5 });
  });
});

describe('mergeHistograms', () => {
  it('is the histogram of all values together, in the coarsest schema', () => {
    for (const seed of seeds) {
      const random = randomOf(seed);
      const left = valuesOf(random);
      const right = valuesOf(random);
      for (const [one, other] of [
        [3, 3],
        [3, 2],
        [0, 4],
        [-2, 1],
      ] as const) {
        const merged = mergeHistograms([histogramOf(left, one), emptyHistogram(), histogramOf(right, other)]);
        const expected = histogramOf([...left, ...right], Math.min(one, other));
        expect(merged.buckets, `seed ${seed}`).toEqual(expected.buckets);
        expect(merged).toMatchObject({ schema: expected.schema, count: expected.count, zero: expected.zero });
        expect(merged.sum).toBeCloseTo(expected.sum, 3);
      }
    }
  });

  it('leaves its arguments as they are, and is empty of nothing', () => {
    const histogram = histogramOf([1, 2, 3], 3);
    const before = structuredClone(histogram);
    mergeHistograms([histogram, histogram]);
    expect(histogram).toEqual(before);
    expect(mergeHistograms([])).toEqual(emptyHistogram());
  });
});

describe('sumIntervals', () => {
  const interval = {
    from: 0,
    to: 1000,
    iterations: 2,
    dropped: 1,
    requests: 4,
    failed: 1,
    errors: { timeout: 1 },
    latency: histogramOf([1, 2, 3, 4], 3),
    under: { 100: 3, 500: 4 },
  };

  it('adds everything up', () => {
    const window = sumIntervals([interval, { ...interval, from: 1000, to: 1500, errors: { reset: 1 } }]);
    expect(window).toMatchObject({
      seconds: 1.5,
      iterations: 4,
      dropped: 2,
      requests: 8,
      failed: 2,
      errors: { timeout: 1, reset: 1 },
      under: { 100: 6, 500: 8 },
    });
    expect(window.latency.count).toBe(8);
  });

  it('gives no count for a limit that an interval with requests did not count', () => {
    expect(sumIntervals([interval, { ...interval, under: { 500: 4 } }]).under).toEqual({ 500: 8 });
    expect(sumIntervals([interval, { ...interval, requests: 0, under: {} }]).under).toEqual(interval.under);
  });

  it('is zero of nothing', () => {
    expect(sumIntervals([])).toMatchObject({ seconds: 0, requests: 0, under: {}, errors: {} });
  });
});
