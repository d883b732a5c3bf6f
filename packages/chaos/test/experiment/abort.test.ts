import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { describe, expect, it } from 'vitest';
import { abortNeeded } from '../../src/experiment/abort.ts';
import { interval, type Second } from '../fixtures/simulation.ts';

const condition = { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 };
const good: Second = {};
const bad: Second = { failed: 10 };

describe('the abort condition', () => {
  it('holds after five bad seconds in a row, and not after four', () => {
    expect(reasonFor([good, bad, bad, bad, bad])).toBeUndefined();
    expect(reasonFor([good, bad, bad, bad, bad, bad])).toMatch(/50 of 500 attempts failed within 5\.0 s/);
    expect(reasonFor([bad, bad, bad, good, bad, bad])).toBeUndefined();
  });

  it('is not met by one bad second, however bad and however long', () => {
    expect(reasonFor([good, { failed: 100 }, good])).toBeUndefined();
    expect(
      abortNeeded([interval(0), interval(1000, { failed: 100 }, 30_000)], 31_000, condition),
    ).toBeUndefined();
  });

  it('counts no second twice of several runners, whose reports reach over one another', () => {
    const over = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ ...interval(at * 1000, bad, 1900), seconds: 1 }));
    expect(abortNeeded(over(4), 5000, condition)).toBeUndefined();
    expect(abortNeeded(over(5), 6000, condition)?.reason).toMatch(/within 5\.0 s/);
  });

  it('does not count seconds with few attempts, nor ones that are far apart', () => {
    const few = { requests: 19, failed: 19 };
    expect(reasonFor([few, few, few, few, few, few])).toBeUndefined();
    expect(reasonFor([bad, bad, few, bad, bad, bad])).toBeUndefined();
    const apart = [0, 1000, 2000, 8000, 9000].map((from) => interval(from, bad));
    expect(abortNeeded(apart, 10_000, condition)).toBeUndefined();
  });

  it('counts ticks for which the platform left no virtual user', () => {
    const starved = [0, 1, 2, 3, 4].map((second) => ({ ...interval(second * 1000), dropped: 12 }));
    expect(abortNeeded(starved, 5000, condition)?.reason).toMatch(/60 of 560/);
  });

  it('is met by silence, and by a signal that never spoke', () => {
    expect(abortNeeded([interval(0)], 11_000, condition)).toBeUndefined();
    expect(abortNeeded([interval(0)], 11_001, condition)?.reason).toMatch(/silent for 10\.0 s/);
    expect(abortNeeded([], 0, condition)?.reason).toMatch(/measured nothing/);
    expect(abortNeeded([interval(Number.NaN)], 100, condition)?.reason).toMatch(/silent/);
  });
});

describe('the abort condition, for any plan of seconds', () => {
  const random = mulberry(20_261_121);
  const plans = Array.from({ length: 400 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 40) }, (): Second => {
      const requests = Math.floor(random() * 120);
      return { requests, failed: Math.floor(random() * random() * requests) };
    }),
  );

  it('holds exactly when some five seconds in a row are all bad', () => {
    let met = 0;
    for (const plan of plans) {
      const flags = plan.map(isBad).map(Number).join('');
      const expected = flags.includes('11111');
      met += Number(expected);
      expect(reasonFor(plan) !== undefined, flags).toBe(expected);
    }
    expect(met).toBeGreaterThan(20);
    expect(met).toBeLessThan(380);
  });

  it('once met, stays met as more seconds come', () => {
    for (const plan of plans) {
      const met = plan.map((_, index) => reasonFor(plan.slice(0, index + 1)) !== undefined);
      expect(met.indexOf(true) === -1 || met.slice(met.indexOf(true)).every(Boolean)).toBe(true);
    }
  });

  it('is not met earlier by turning a failure into a success', () => {
    for (const plan of plans) {
      const better = plan.map(({ requests = 0, failed = 0 }) => ({
        requests,
        failed: Math.max(0, failed - 3),
      }));
      expect(reasonFor(plan) === undefined && reasonFor(better) !== undefined).toBe(false);
    }
  });

  it('does not depend on how late the reports within a second come', () => {
    for (const plan of plans) {
      let at = 0;
      const jittered = plan.map((second): ClientInterval => {
        const length = 970 + random() * 60;
        const one = interval(at, second, length);
        at += length;
        return one;
      });
      expect(abortNeeded(jittered, at, condition) !== undefined).toBe(reasonFor(plan) !== undefined);
    }
  });
});

function reasonFor(seconds: readonly Second[]): string | undefined {
  const intervals = seconds.map((second, index) => interval(index * 1000, second));
  return abortNeeded(intervals, seconds.length * 1000, condition)?.reason;
}

function isBad({ requests = 100, failed = 0 }: Second): boolean {
  return requests >= 20 && failed / requests >= 0.1;
}

/** A small generator of repeatable random numbers. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
