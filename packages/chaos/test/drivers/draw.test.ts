import { describe, expect, it } from 'vitest';
import { draw } from '../../src/drivers/draw.ts';

const names = Array.from({ length: 10 }, (_, index) => `pod-${index}`);

describe('a draw', () => {
  it('is the same for the same seed, in whatever order the names come', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const drawn = draw(names, 3, seed);
      expect(new Set(drawn).size).toBe(3);
      expect(draw(names.toReversed(), 3, seed)).toEqual(drawn);
    }
  });

  it('hits every name about equally often', () => {
    const hits = new Map<string, number>();
    for (let seed = 0; seed < 2_000; seed += 1) {
      for (const name of draw(names, 2, seed)) hits.set(name, (hits.get(name) ?? 0) + 1);
    }
    // 400 are expected of each; the standard deviation is 18.
    for (const count of hits.values()) expect(Math.abs(count - 400)).toBeLessThan(90);
    expect(hits.size).toBe(10);
  });
});
