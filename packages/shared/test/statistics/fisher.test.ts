import { describe, expect, it } from 'vitest';
import { fisherUpperTail } from '../../src/statistics/fisher.ts';

/** The same by whole numbers, without any rounding. */
function exactly(inside: [number, number], outside: [number, number]): number {
  const [offered, failed] = inside;
  const all = offered + outside[0];
  const bad = failed + outside[1];
  let sum = 0n;
  for (let here = failed; here <= Math.min(bad, offered); here += 1) {
    sum += choose(offered, here) * choose(all - offered, bad - here);
  }
  const digits = 10n ** 30n;
  return Number((sum * digits) / choose(all, bad)) / 1e30;
}

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let result = 1n;
  for (let step = 1; step <= k; step += 1) result = (result * BigInt(n - k + step)) / BigInt(step);
  return result;
}

const tail = (inside: [number, number], outside: [number, number]): number =>
  fisherUpperTail({ offered: inside[0], failed: inside[1] }, { offered: outside[0], failed: outside[1] });

describe("Fisher's exact test", () => {
  it('is right about the lady tasting tea', () => {
    expect(tail([4, 4], [4, 0])).toBeCloseTo(1 / 70, 12);
    expect(tail([4, 3], [4, 1])).toBeCloseTo(17 / 70, 12);
    expect(tail([4, 0], [4, 4])).toBeCloseTo(1, 12);
  });

  it.each<[[number, number], [number, number]]>([
    [
      [100, 4],
      [600, 0],
    ],
    [
      [120, 7],
      [5_000, 31],
    ],
    [
      [1, 1],
      [999, 9],
    ],
    [
      [3_000, 40],
      [500, 1],
    ],
    [
      [15, 3],
      [16, 2],
    ],
    [
      [50, 50],
      [50, 50],
    ],
    [
      [0, 0],
      [100, 5],
    ],
    [
      [100, 20],
      [100, 30],
    ],
    [
      [120, 3],
      [80, 80],
    ],
    // Far below what is to be expected: what the tail begins with is too small to be a number.
    [
      [900, 4],
      [900, 900],
    ],
    [
      [1_000, 2],
      [1_500, 1_400],
    ],
    [
      [700, 0],
      [700, 700],
    ],
  ])('agrees with whole numbers for %o inside and %o outside', (inside, outside) => {
    const exact = exactly(inside, outside);
    expect(Math.abs(tail(inside, outside) - exact)).toBeLessThan(exact * 1e-9 + 1e-25);
  });

  it('is at or below a level at most that often, whatever the common share of failures is', () => {
    const offered = [9, 14] as const;
    for (const share of [0.01, 0.1, 0.3, 0.5, 0.8]) {
      for (const level of [0.2, 0.05, 0.01, 0.001]) {
        let often = 0;
        for (let inHere = 0; inHere <= offered[0]; inHere += 1) {
          for (let there = 0; there <= offered[1]; there += 1) {
            if (tail([offered[0], inHere], [offered[1], there]) > level) continue;
            often += binomial(offered[0], inHere, share) * binomial(offered[1], there, share);
          }
        }
        expect(often, `share ${share}, level ${level}`).toBeLessThanOrEqual(level);
      }
    }
  });

  it('is NaN for what are no counts', () => {
    expect(tail([4, 5], [4, 0])).toBeNaN();
    expect(tail([4, -1], [4, 0])).toBeNaN();
    expect(tail([4, Number.NaN], [4, 0])).toBeNaN();
    expect(tail([4.5, 1], [4, 0])).toBeNaN();
  });
});

function binomial(n: number, k: number, share: number): number {
  return Number(choose(n, k)) * share ** k * (1 - share) ** (n - k);
}
