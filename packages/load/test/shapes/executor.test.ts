import { describe, expect, it } from 'vitest';
import type { RateLeg } from '@ordeal/shared/load/workload';
import { arrivalsUntil } from '../../src/shapes/arrivals.ts';
import { timeoutFor, MOST_VIRTUAL_USERS } from '../../src/shapes/black-hole.ts';
import { arrivalScenarios } from '../../src/shapes/executor.ts';
import { virtualUsers } from '../../src/plan/virtual-users.ts';

const leg = (seconds: number, from: number, to = from): RateLeg => ({ seconds, from, to });

describe('arrivals', () => {
  it('are the area below the rate', () => {
    const rates = [leg(10, 0, 100), leg(10, 100), leg(10, 50, 0)];
    const until = (seconds: number): number => arrivalsUntil({ rate: 100, rates }, seconds);
    expect([-1, 0, 5, 10, 15, 20, 25, 30, 99].map(until)).toEqual([
      0, 0, 125, 500, 1000, 1500, 1687.5, 1750, 1750,
    ]);
    expect(arrivalsUntil({ rate: 3 }, 7)).toBe(21);
  });
});

describe("k6's scenarios", () => {
  it('are constant where the rate is, split exactly by weight', () => {
    expect(arrivalScenarios([leg(2, 100), leg(1.5, 100)], [2, 1, 0], 1000)).toEqual([
      {
        executor: 'constant-arrival-rate',
        rate: 200,
        timeUnit: '3s',
        duration: '3500ms',
        preAllocatedVUs: 89,
        maxVUs: 89,
      },
      {
        executor: 'constant-arrival-rate',
        rate: 100,
        timeUnit: '3s',
        duration: '3500ms',
        preAllocatedVUs: 47,
        maxVUs: 47,
      },
      undefined,
    ]);
  });

  it('ramp and jump, in whole numbers of one unit of time', () => {
    const [one, two] = arrivalScenarios([leg(10, 0, 50), leg(5, 50), leg(5, 0.5)], [2, 1], 1000);
    expect(one).toMatchObject({
      executor: 'ramping-arrival-rate',
      startRate: 0,
      timeUnit: '3s',
      stages: [
        { target: 100, duration: '10000ms' },
        { target: 100, duration: '5000ms' },
        { target: 1, duration: '0s' },
        { target: 1, duration: '5000ms' },
      ],
    });
    expect(two).toMatchObject({ timeUnit: '6s', stages: [{ target: 100 }, {}, { target: 1 }, {}] });
  });

  it('have virtual users for a black hole at the highest rate, all of them beforehand', () => {
    const [one] = arrivalScenarios([leg(10, 10), leg(10, 200)], [1], 2000);
    expect(one).toMatchObject({ preAllocatedVUs: 505, maxVUs: 505 });
  });

  it('are none without a rate or a weight', () => {
    expect(() => arrivalScenarios([], [1], 1000)).toThrow(RangeError);
    expect(() => arrivalScenarios([leg(1, 0)], [1], 1000)).toThrow(RangeError);
    expect(() => arrivalScenarios([leg(1, 5)], [0], 1000)).toThrow(RangeError);
    expect(() => arrivalScenarios([leg(1, -5, 5)], [1], 1000)).toThrow(RangeError);
  });
});

describe('the timeout for a black hole', () => {
  it("is the platform's own while it needs few virtual users, and otherwise fits", () => {
    expect(timeoutFor(50, 5000)).toBe(5000);
    const timeout = timeoutFor(2000, 5000);
    expect(timeout).toBeLessThan(5000);
    expect(virtualUsers({ iterations: 2000, perSeconds: 1 }, timeout)).toBeLessThanOrEqual(
      MOST_VIRTUAL_USERS,
    );
    expect(virtualUsers({ iterations: 2000, perSeconds: 1 }, timeout + 2)).toBeGreaterThan(
      MOST_VIRTUAL_USERS,
    );
  });
});
