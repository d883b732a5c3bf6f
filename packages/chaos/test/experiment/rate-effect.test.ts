import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { describe, expect, it } from 'vitest';
import { rateEffect } from '../../src/experiment/rate-effect.ts';
import { poisson, seeded } from '../fixtures/random.ts';
import { interval } from '../fixtures/simulation.ts';
import { MOST_CREDULOUS, tellCredulous, WORLDS } from './worlds.ts';

const seconds = (...iterations: readonly number[]): readonly ClientInterval[] =>
  iterations.map((requests, at) => interval(at * 1000, { requests }));
const times = <T>(count: number, of: () => T): T[] => Array.from({ length: count }, of);
const calm = seconds(...times(10, () => 60));

describe('whether the rate fell', () => {
  it.each<[string, number[], boolean]>([
    ['in two seconds of many', [10, 10, ...times(20, () => 60)], true],
    ['in two seconds apart', [0, 60, 60, 0, 60], true],
    ['in all of it, longer than it was steady', times(60, () => 5), true],
    ['to nothing', [0, 0, 0], true],
    ['in one second alone', [0, 60, 60], false],
    ['by less than half', times(10, () => 31), false],
  ])('is told %s', (_, during, moved) => {
    expect(rateEffect(calm, seconds(...during)).moved).toBe(moved);
  });

  it('is not told of a trickle, which may be thin for seconds by chance', () => {
    const trickle = seconds(4, 2, 3, 3, 4);
    expect(rateEffect(trickle, seconds(0, 0, 3, 5, 2)).moved).toBe(false);
    expect(rateEffect(seconds(...times(30, () => 3)), seconds(...times(8, () => 0))).moved).toBe(true);
  });

  it('says how many ended, and how likely that is by chance', () => {
    expect(rateEffect(calm, seconds(60, 10, 10, 60)).words).toBe(
      'client rate down to 10 iterations/s (steady: at least 60/s; 20 of 740 ended in 2.0 of 14.0 s, by chance less than once in a million)',
    );
  });

  it('moves by nothing that is not a number', () => {
    expect(rateEffect(calm, seconds(10, 10, Number.NaN, 60)).moved).toBe(false);
    expect(rateEffect(seconds(60, Number.NaN), seconds(0, 0, 0)).moved).toBe(false);
  });

  it('says the rate of several runners, whose reports reach over one another, as it is', () => {
    const over = (counts: readonly ClientInterval[]) =>
      counts.map((one) => ({ ...one, to: one.to + 900, seconds: 1 }));
    expect(rateEffect(over(calm), over(seconds(60, 10, 10, 60)))).toEqual(
      rateEffect(calm, seconds(60, 10, 10, 60)),
    );
  });

  it('takes no steady rate for an effect, however thin, and a real fall for one', () => {
    const random = seeded(20_260_103);
    let credulous = 0;
    let blind = 0;
    let ragged = 0;
    for (let world = 0; world < WORLDS; world += 1) {
      const mean = 2 + random() * 60;
      const draw = (count: number, of: number): readonly ClientInterval[] =>
        seconds(...times(count, () => poisson(of, random)));
      const steady = draw(4 + Math.floor(random() * 30), mean);
      const held = 3 + Math.floor(random() * 30);
      const same = draw(held, mean);
      if (rateEffect(steady, same).moved) credulous += 1;
      const lowest = Math.min(...steady.map(({ iterations }) => iterations));
      if (same.filter(({ iterations }) => iterations < lowest / 2).length >= 2) ragged += 1;
      if (mean > 20 && !rateEffect(steady, draw(held, mean / 10)).moved) blind += 1;
    }
    tellCredulous('rate', credulous);
    tellCredulous('rate, two seconds below half of the lowest steady one alone', ragged);
    expect(credulous).toBeLessThanOrEqual(MOST_CREDULOUS);
    // The worlds are such that the rate alone is wrong about them.
    expect(ragged).toBeGreaterThan(WORLDS / 200);
    expect(blind).toBeLessThan(WORLDS / 100);
  });
});
