import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { describe, expect, it } from 'vitest';
import { errorEffect } from '../../src/experiment/error-effect.ts';
import { binomial, seeded } from '../fixtures/random.ts';
import { interval } from '../fixtures/simulation.ts';
import { MOST_CREDULOUS, tellCredulous, WORLDS } from './worlds.ts';

const seconds = (failed: readonly number[], requests = 100): readonly ClientInterval[] =>
  failed.map((count, second) => interval(second * 1000, { requests, failed: count }));
const clean = (count: number): readonly ClientInterval[] => seconds(Array.from({ length: count }, () => 0));

describe('whether errors moved', () => {
  it('shows by four failures within a second after a long calm, spread over a minute not', () => {
    const burst = [4, ...Array.from({ length: 29 }, () => 0)];
    expect(errorEffect(clean(30), seconds(burst))).toMatchObject({
      moved: true,
      words: expect.stringContaining('4 of 100 in 1.0 s, by chance once in'),
    });
    const spread = Array.from({ length: 28 }, (_, second) => (second % 7 === 0 ? 1 : 0));
    expect(errorEffect(clean(30), seconds(spread)).moved).toBe(false);
  });

  it('takes a longer calm to show by fewer', () => {
    const burst = [0, 4, 0, 0];
    expect(errorEffect(clean(4), seconds(burst)).moved).toBe(false);
    expect(errorEffect(clean(40), seconds(burst)).moved).toBe(true);
  });

  it('does not show by so few as one lost connection may take along, after however long a calm', () => {
    expect(errorEffect(clean(3_600), seconds([3, 0, 0])).moved).toBe(false);
  });

  it('shows in the whole as well, where no second is striking', () => {
    expect(errorEffect(clean(30), seconds(Array.from({ length: 30 }, () => 1))).moved).toBe(true);
  });

  it('does not show by what a steady second had as well', () => {
    const calm = [...clean(60), ...seconds([9])];
    expect(errorEffect(calm, seconds([9, 0, 0, 0])).moved).toBe(false);
    expect(errorEffect(calm, seconds([10, 10, 0, 0])).moved).toBe(true);
  });

  it('counts ticks that found no free user', () => {
    const starved = clean(4).map((one) => ({ ...one, dropped: 20 }));
    expect(errorEffect(clean(8), starved)).toMatchObject({ moved: true });
  });

  it('moves by nothing that is not a number', () => {
    const broken = clean(4).map((one) => ({ ...one, failed: Number.NaN }));
    expect(errorEffect(clean(8), broken).moved).toBe(false);
    expect(errorEffect(broken, seconds([50, 50])).moved).toBe(false);
  });

  it('takes no steady share of errors for an effect, and a real one for one', () => {
    const random = seeded(20_260_101);
    let credulous = 0;
    let blind = 0;
    for (let world = 0; world < WORLDS; world += 1) {
      const share = 10 ** (-1 - 3 * random());
      const requests = 20 + Math.floor(random() * 180);
      const draw = (count: number, of: number): readonly ClientInterval[] =>
        seconds(
          Array.from({ length: count }, () => binomial(requests, of, random())),
          requests,
        );
      const steady = draw(4 + Math.floor(random() * 30), share);
      const held = 3 + Math.floor(random() * 30);
      if (errorEffect(steady, draw(held, share)).moved) credulous += 1;
      if (!errorEffect(steady, draw(held, Math.max(0.5, share * 5))).moved) blind += 1;
    }
    tellCredulous('errors', credulous);
    expect(credulous).toBeLessThanOrEqual(MOST_CREDULOUS);
    // What is short and thin enough proves nothing, and is not taken for proof.
    expect(blind).toBeLessThan(WORLDS / 100);
  });
});
