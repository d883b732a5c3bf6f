import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { quantileBounds } from '@ordeal/shared/load/histogram';
import { describe, expect, it } from 'vitest';
import { latencyEffect } from '../../src/experiment/latency-effect.ts';
import { normal, seeded } from '../fixtures/random.ts';
import { interval } from '../fixtures/simulation.ts';
import { MOST_CREDULOUS, tellCredulous, WORLDS } from './worlds.ts';

/** One second whose requests took so long. */
function second(at: number, ms: readonly number[], schema = 3): ClientInterval {
  const buckets = new Map<number, number>();
  for (const one of ms) {
    const index = Math.ceil(Math.log2(one) * 2 ** schema);
    buckets.set(index, (buckets.get(index) ?? 0) + 1);
  }
  const sorted = [...buckets].toSorted(([a], [b]) => a - b);
  const latency = { schema, count: ms.length, sum: 0, zero: 0, buckets: sorted };
  return { ...interval(at * 1000, { requests: ms.length }), latency };
}

const times = <T>(count: number, of: () => T): T[] => Array.from({ length: count }, of);
const seconds = (...all: readonly (readonly number[])[]): readonly ClientInterval[] =>
  all.map((ms, at) => second(at, ms));
const calm = seconds(...times(8, () => times(60, () => 10)));
const mixed = (slow: number, ms = 300, all = 60): readonly number[] => [
  ...times(all - slow, () => 10),
  ...times(slow, () => ms),
];

describe('whether latency moved', () => {
  it.each<[string, (readonly number[])[], boolean]>([
    ['in two seconds of many', [mixed(60), mixed(60), ...times(10, () => mixed(0))], true],
    ['in two seconds apart', [mixed(60), mixed(0), mixed(0), mixed(60), mixed(0)], true],
    ['in all of it, longer than it was steady', times(60, () => mixed(60)), true],
    ['for every tenth request', times(8, () => mixed(6)), true],
    ['in one second alone', [mixed(60), ...times(10, () => mixed(0))], false],
    ['by less than half of the worst steady second', times(8, () => mixed(60, 13)), false],
    ['for one of a hundred', times(8, () => mixed(0).with(0, 300)), false],
    ['in two seconds with hardly any requests', [mixed(1, 300, 1), mixed(1, 300, 1)], false],
  ])('is told %s', (_, during, moved) => {
    expect(latencyEffect(calm, seconds(...during)).moved).toBe(moved);
  });

  it('says what was slow, by how much, and how likely that is by chance', () => {
    expect(latencyEffect(calm, seconds(mixed(6), mixed(6), mixed(6), mixed(6))).words).toMatch(
      /^client p95 up to 304 ms \(steady: up to 10 ms; 24 of 240 took over 279 ms in 4.0 s, by chance less than once in a million\)$/,
    );
  });

  it('is the same for histograms of different widths', () => {
    const finer = times(8, () => mixed(6)).map((ms, at) => second(at, ms, 5));
    expect(latencyEffect(calm, finer).moved).toBe(true);
    expect(latencyEffect(finer, finer).moved).toBe(false);
  });

  it('takes no steady latency for an effect, however ragged, and a real one for one', () => {
    const random = seeded(20_260_102);
    let credulous = 0;
    let blind = 0;
    let ragged = 0;
    for (let world = 0; world < WORLDS; world += 1) {
      // From nearly the same all the time to tails of seconds.
      const spread = 0.1 + 1.9 * random();
      const requests = 20 + Math.floor(random() * 80);
      const draw = (count: number, factor: number): readonly ClientInterval[] =>
        Array.from({ length: count }, (_, at) =>
          second(
            at,
            times(requests, () => factor * 20 * Math.exp(spread * normal(random))),
          ),
        );
      const steady = draw(4 + Math.floor(random() * 12), 1);
      const held = 3 + Math.floor(random() * 12);
      const same = draw(held, 1);
      if (latencyEffect(steady, same).moved) credulous += 1;
      if (isBeyondForTwoSeconds(steady, same)) ragged += 1;
      if (!latencyEffect(steady, draw(held, 3 * Math.exp(2 * spread))).moved) blind += 1;
    }
    tellCredulous('latency', credulous);
    tellCredulous('latency, two seconds beyond the worst steady one alone', ragged);
    expect(credulous).toBeLessThanOrEqual(MOST_CREDULOUS);
    // The worlds are such that p95 alone is wrong about them.
    expect(ragged).toBeGreaterThan(WORLDS / 200);
    expect(blind).toBeLessThan(WORLDS / 100);
  });
});

/** What is often done: no statement on how likely that is. */
function isBeyondForTwoSeconds(
  steady: readonly ClientInterval[],
  during: readonly ClientInterval[],
): boolean {
  const p95 = ({ latency }: ClientInterval): number => quantileBounds(latency, 0.95)?.high ?? 0;
  const worst = Math.max(...steady.map(p95));
  return during.filter((one) => p95(one) > Math.max(worst * 1.5, worst + 5)).length >= 2;
}
