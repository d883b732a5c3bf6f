import { describe, expect, test } from 'vitest';
import { incompleteBeta } from '../../../src/judge/sampling/incomplete-beta.ts';
import { chanceOfAtMost, lowerLimit, upperLimit } from '../../../src/judge/sampling/limits.ts';
import { samplesToDecide } from '../../../src/judge/sampling/samples-to-decide.ts';

/** The binomial sum itself, term by term, by logarithms of whole factorials. */
function sumUpTo(hits: number, samples: number, share: number): number {
  const logFactorial = [0];
  for (let n = 1; n <= samples; n += 1) logFactorial.push((logFactorial[n - 1] ?? 0) + Math.log(n));
  const at = (n: number): number => logFactorial[n] ?? Number.NaN;
  let sum = 0;
  for (let k = 0; k <= hits; k += 1) {
    const log = at(samples) - at(k) - at(samples - k);
    sum += Math.exp(log + k * Math.log(share) + (samples - k) * Math.log1p(-share));
  }
  return sum;
}

describe('the incomplete beta function', () => {
  test.each([
    // I_x(1, b) = 1 − (1 − x)^b, I_x(a, 1) = x^a, I_½(a, a) = ½, and the polynomial of I_x(2, 3).
    [0.3, 1, 7, 1 - 0.7 ** 7],
    [0.3, 7, 1, 0.3 ** 7],
    [0.5, 0.5, 0.5, 0.5],
    [0.5, 4321.5, 4321.5, 0.5],
    [0.25, 0.5, 0.5, (2 / Math.PI) * Math.asin(0.5)],
    [0.4, 2, 3, 6 * 0.4 ** 2 - 8 * 0.4 ** 3 + 3 * 0.4 ** 4],
  ])('I_%d(%d, %d)', (x, a, b, expected) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(expected, 12);
  });

  test('is the binomial sum', () => {
    for (const samples of [1, 2, 5, 17, 100, 1000]) {
      for (const share of [1e-4, 0.003, 0.05, 0.3, 0.5, 0.77, 0.999]) {
        for (const part of [0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99]) {
          const hits = Math.floor(part * (samples - 1));
          const given = chanceOfAtMost(hits, samples, share);
          expect(given, `${hits} of ${samples} at ${share}`).toBeCloseTo(sumUpTo(hits, samples, share), 10);
        }
      }
    }
  });
});

describe('one-sided 95 % limits', () => {
  // As R gives them: binom.test(hits, samples, conf.level = 0.9).
  test.each([
    [1, 10, 0.0051, 0.3942],
    [5, 10, 0.2224, 0.7776],
    [10, 100, 0.0553, 0.1637],
    [3, 1000, 0.0008, 0.0077],
  ])('%d of %d', (hits, samples, low, high) => {
    expect(lowerLimit(hits, samples - hits)).toBeCloseTo(low, 4);
    expect(upperLimit(hits, samples - hits)).toBeCloseTo(high, 4);
  });

  test('of nothing bad it is the rule of 59, 299 and 2,995', () => {
    for (const [samples, share] of [
      [59, 0.05],
      [299, 0.01],
      [2995, 0.001],
    ] as const) {
      expect(upperLimit(0, samples)).toBeLessThan(share);
      expect(upperLimit(0, samples - 1)).toBeGreaterThanOrEqual(share);
    }
  });

  test('of all or nothing they are open on one side', () => {
    expect(lowerLimit(0, 10)).toBe(0);
    expect(upperLimit(10, 0)).toBe(1);
    expect(upperLimit(Infinity, 3)).toBe(1);
    expect(lowerLimit(3, Infinity)).toBe(0);
    expect(upperLimit(0, 0)).toBe(1);
  });

  test('hold in at least 95 of 100 cases, whatever the true share is', () => {
    for (const samples of [10, 59, 400]) {
      const limits = Array.from({ length: samples + 1 }, (_, hits) => ({
        low: lowerLimit(hits, samples - hits),
        high: upperLimit(hits, samples - hits),
      }));
      for (const share of [0.001, 0.01, 0.05, 0.2, 0.5, 0.93]) {
        const chance = (hits: number): number =>
          sumUpTo(hits, samples, share) - (hits === 0 ? 0 : sumUpTo(hits - 1, samples, share));
        let missedAbove = 0;
        let missedBelow = 0;
        limits.forEach(({ low, high }, hits) => {
          if (high < share) missedAbove += chance(hits);
          if (low > share) missedBelow += chance(hits);
        });
        expect(missedAbove).toBeLessThanOrEqual(0.05 + 1e-9);
        expect(missedBelow).toBeLessThanOrEqual(0.05 + 1e-9);
      }
    }
  });

  test('move with the counts: more hits never lower them, more misses never raise them', () => {
    for (let hits = 0; hits < 20; hits += 1) {
      for (const misses of [0, 1, 10, 300]) {
        for (const limit of [lowerLimit, upperLimit]) {
          expect(limit(hits + 1, misses)).toBeGreaterThanOrEqual(limit(hits, misses));
          expect(limit(hits, misses + 1)).toBeLessThanOrEqual(limit(hits, misses));
        }
      }
    }
  });
});

describe('samples to decide', () => {
  test('are enough in 95 of 100 cases, and a tenth fewer are not', () => {
    for (const [share, limit] of [
      [0.003, 0.01],
      [0.002, 0.01],
      [0.02, 0.01],
      [0.97, 0.95],
      [0.9, 0.95],
    ] as const) {
      const samples = samplesToDecide(share, limit) ?? 0;
      const decided = (n: number): number => {
        let chance = 0;
        for (let hits = 0; hits <= n; hits += 1) {
          const is = chanceOfAtMost(hits, n, share) - chanceOfAtMost(hits - 1, n, share);
          if (is < 1e-9) continue;
          const good =
            share < limit ? upperLimit(hits, n - hits) < limit : lowerLimit(hits, n - hits) > limit;
          if (good) chance += is;
        }
        return chance;
      };
      expect(decided(samples), `${share} against ${limit}`).toBeGreaterThan(0.949);
      expect(decided(Math.floor(samples * 0.85))).toBeLessThan(0.95);
    }
    expect(samplesToDecide(0.003, 0.01)).toBeGreaterThan(1300);
    expect(samplesToDecide(0.003, 0.01)).toBeLessThan(1600);
    expect(samplesToDecide(0, 0.01)).toBe(299);
  });

  test('are none when the share is the limit', () => {
    expect(samplesToDecide(0.01, 0.01)).toBeUndefined();
    expect(samplesToDecide(0.5, 0)).toBeUndefined();
    expect(samplesToDecide(0.5, 1)).toBeUndefined();
  });
});
