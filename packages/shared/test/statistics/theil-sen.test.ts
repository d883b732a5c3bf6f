import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../src/statistics/normal.ts';
import { quantile, ranks } from '../../src/statistics/order.ts';
import { serialInflation } from '../../src/statistics/serial-inflation.ts';
import { residuals, theilSen, type Point } from '../../src/statistics/theil-sen.ts';
import { random } from './support/random.ts';

const line = (slope: number, count: number, noise: () => number = () => 0): Point[] =>
  Array.from({ length: count }, (_, x) => ({ x, y: 3 + slope * x + noise() }));

/** Values of which each keeps a share of the one before. */
function alike(keep: number, seed: number): () => number {
  const source = random(seed);
  let level = source.normal();
  return () => (level = keep * level + Math.sqrt(1 - keep * keep) * source.normal());
}

describe('the Theil–Sen slope', () => {
  it('is that of a line, with no width', () => {
    expect(theilSen([line(2, 10)])).toEqual({ value: 2, bounds: { low: 2, high: 2 }, pairs: 45 });
    expect(theilSen([line(0, 10)]).bounds).toEqual({ low: 0, high: 0 });
  });

  it('has the bounds of the ranks that Sen names', () => {
    // n = 6, no ties: Var(S) = 6·5·17/18 = 28.33, C = 1.96·5.32 = 10.43, ranks ⌊2.28⌋ = 2 and ⌈12.72⌉ + 1 = 14 of 15.
    const points = [1, 4, 2, 8, 5, 7].map((y, x) => ({ x, y }));
    const slopes = points
      .flatMap((left, index) =>
        points.slice(index + 1).map((right) => (right.y - left.y) / (right.x - left.x)),
      )
      .sort((left, right) => left - right);
    const { value, bounds } = theilSen([points]);
    expect(value).toBe(slopes[7]);
    expect(bounds).toEqual({ low: slopes[1], high: slopes[13] });
  });

  it('knows nothing of no pair, and no bounds of too few', () => {
    expect(theilSen([[{ x: 1, y: 1 }]])).toMatchObject({
      pairs: 0,
      bounds: { low: -Infinity, high: Infinity },
    });
    expect(theilSen([[]]).value).toBeNaN();
    expect(theilSen([[1, 5, 2].map((y, x) => ({ x, y }))]).bounds).toEqual({
      low: -Infinity,
      high: Infinity,
    });
  });

  it('is not moved by a fifth of outliers', () => {
    const points = line(2, 50).map((point) => (point.x % 5 === 0 ? { ...point, y: 1e6 } : point));
    const { value, bounds } = theilSen([points]);
    expect(value).toBe(2);
    expect(bounds.low).toBeLessThanOrEqual(2);
    expect(bounds.high).toBeGreaterThanOrEqual(2);
  });

  it('takes no pair across strata', () => {
    const second = line(2, 10).map(({ x, y }) => ({ x: x + 100, y: y - 1000 }));
    expect(theilSen([line(2, 10), second])).toMatchObject({ value: 2, pairs: 90 });
    expect(theilSen([[...line(2, 10), ...second]]).value).toBeLessThan(0);
  });

  it('holds the true slope in 95 % of its intervals', () => {
    let held = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      const source = random(seed);
      const { low, high } = theilSen([line(0.5, 24, () => source.normal())]).bounds;
      if (low <= 0.5 && high >= 0.5) held += 1;
    }
    expect(held / 400).toBeGreaterThanOrEqual(0.93);
    expect(held / 400).toBeLessThanOrEqual(0.99);
  });

  it('holds it seldom when neighbours are alike, and far oftener when that is accounted for', () => {
    let naive = 0;
    let inflated = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const points = line(0.5, 48, alike(0.6, seed));
      const plain = theilSen([points]);
      const factor = serialInflation([residuals(points, plain.value)]);
      const wide = theilSen([points], 0.95, factor);
      if (plain.bounds.low <= 0.5 && plain.bounds.high >= 0.5) naive += 1;
      if (wide.bounds.low <= 0.5 && wide.bounds.high >= 0.5) inflated += 1;
    }
    expect(naive / 200).toBeLessThan(0.7);
    expect(inflated / 200).toBeGreaterThan(0.8);
  });
});

describe('the inflation by likeness', () => {
  it('is none for independent values, nor for ones that alternate', () => {
    const source = random(1);
    const independent = Array.from({ length: 48 }, () => source.normal());
    expect(serialInflation([independent])(48)).toBeLessThan(1.6);
    expect(serialInflation([independent.map((_, at) => (at % 2 === 0 ? 1 : -1))])(48)).toBeGreaterThanOrEqual(
      1,
    );
    expect(serialInflation([])(10)).toBe(1);
    expect(serialInflation([[1, 1, 1, 1]])(4)).toBe(1);
  });

  it('is that of the formula', () => {
    // Ranks of a half wave: with ρ(1) = r alone it is 1 + 2/(n(n−1)(n−2)) · (n−1)(n−2)(n−3) · r = 1 + 2(n−3)r/n.
    const values = [1, 2, 3, 4, 8, 7, 6, 5];
    const centred = values.map((value) => value - 4.5);
    const r1 = centred.slice(1).reduce((sum, value, at) => sum + value * centred[at]!, 0) / 42;
    const r2 = centred.slice(2).reduce((sum, value, at) => sum + value * centred[at]!, 0) / 42;
    const counted = [r1, r2].map((r) => (r > 1.96 / Math.sqrt(8) ? r + (2 + 4 * r) / 8 : 0));
    const expected = 1 + (2 / (8 * 7 * 6)) * (7 * 6 * 5 * counted[0]! + 6 * 5 * 4 * counted[1]!);
    expect(serialInflation([values])(8)).toBeCloseTo(expected, 10);
  });
});

describe('order', () => {
  it('has quantiles between values, and shared ranks', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.1)).toBeCloseTo(1.4, 10);
    expect(quantile([], 0.5)).toBeNaN();
    expect(ranks([30, 10, 20, 10])).toEqual([4, 1.5, 3, 1.5]);
  });

  it('has the normal quantiles of the tables', () => {
    expect(normalQuantile(0.5)).toBeCloseTo(0, 8);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
    expect(() => normalQuantile(1)).toThrow(RangeError);
  });
});
