import { describe, expect, it } from 'vitest';
import { splitRate } from '../../src/plan/arrival-rates.ts';
import { virtualUsers } from '../../src/plan/virtual-users.ts';

describe('splitRate', () => {
  it('keeps whole shares within one second', () => {
    expect(splitRate(100, [5, 3, 2])).toEqual([
      { iterations: 50, perSeconds: 1 },
      { iterations: 30, perSeconds: 1 },
      { iterations: 20, perSeconds: 1 },
    ]);
  });

  it('takes as many seconds as make the shares exact', () => {
    expect(splitRate(100, [1, 1, 1])[0]).toEqual({ iterations: 100, perSeconds: 3 });
    expect(splitRate(0.1, [1])).toEqual([{ iterations: 1, perSeconds: 10 }]);
    expect(splitRate(2.5, [0.3, 0.7])).toEqual([
      { iterations: 3, perSeconds: 4 },
      { iterations: 7, perSeconds: 4 },
    ]);
  });

  it('gives whole numbers that add up to the rate, whatever the weights', () => {
    for (let rate = 1; rate <= 300; rate += 7) {
      for (const weights of [[1], [1, 2, 4], [0.5, 0.25, 3], [7, 11, 13, 17], [0, 1]]) {
        const rates = splitRate(rate / 4, weights);
        const sum = rates.reduce((total, { iterations, perSeconds }) => total + iterations / perSeconds, 0);
        expect(sum).toBeCloseTo(rate / 4, 9);
        const numbers = rates.flatMap(({ iterations, perSeconds }) => [iterations, perSeconds]);
        expect(numbers.every((value) => Number.isSafeInteger(value))).toBe(true);
      }
    }
  });

  it('refuses what is no rate', () => {
    expect(() => splitRate(0, [1])).toThrow('above 0');
    expect(() => splitRate(10, [0, 0])).toThrow('above 0');
    expect(() => splitRate(10, [-1])).toThrow('from 0 up');
    expect(() => splitRate(Number.NaN, [1])).toThrow('from 0 up');
  });
});

describe('virtualUsers', () => {
  it('are more than a black hole occupies within one timeout at the full rate', () => {
    expect(virtualUsers({ iterations: 100, perSeconds: 1 }, 2000)).toBe(255);
    expect(virtualUsers({ iterations: 1, perSeconds: 60 }, 500)).toBeGreaterThan(1);
  });
});
