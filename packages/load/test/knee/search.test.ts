import { describe, expect, it } from 'vitest';
import type { Capacity } from '@ordeal/shared/record/record';
import { nextStep, type SearchBounds, type Step } from '../../src/knee/search.ts';
import type { StepOutcome } from '../../src/knee/step-outcome.ts';

const held: StepOutcome = { how: 'held' };
const broke: StepOutcome = { how: 'broke', objective: 'errors', explanation: 'too many' };
const short: StepOutcome = { how: 'short', reason: 'no CPU' };
const unclear: StepOutcome = { how: 'unclear', reason: 'too few' };

interface Searched {
  readonly capacity: Capacity;
  readonly steps: readonly (Step & { readonly times: number })[];
}

/** Searches on a platform that answers each step as `bear` says. */
function search(
  bounds: SearchBounds,
  bear: (rate: number, purpose: Step['purpose'], serial: number) => StepOutcome,
  overAfter = Infinity,
): Searched {
  const steps: (Step & { times: number })[] = [];
  for (;;) {
    const next = nextStep(bounds, steps, steps.length >= overAfter);
    if (next.do === 'end') return { capacity: next.capacity, steps };
    const { rate, purpose, times } = next;
    steps.push({ rate, purpose, times, outcome: bear(rate, purpose, steps.length) });
    if (steps.length > 60) throw new Error(`no end: ${steps.map((one) => one.rate).join(' ')}`);
  }
}

const bearing = (capacity: number) => (rate: number) => (rate <= capacity ? held : broke);
const rates = ({ steps }: Searched) =>
  steps.map(({ rate, purpose }) => (purpose === 'try' ? rate : `${rate}!`));

describe('the search for the knee', () => {
  it('doubles, bisects, confirms the lower end and tries the upper one again', () => {
    const found = search({ from: 50, to: 2000 }, bearing(330));
    expect(rates(found)).toEqual([50, 100, 200, 400, 283, 336, 308, '308!', 336]);
    expect(found.capacity).toEqual({
      how: 'found',
      low: 308,
      high: 336,
      broke: { how: 'broke', objective: 'errors', explanation: 'too many' },
    });
  });

  it('finds it from below and from above, within its precision, in few steps', () => {
    for (let capacity = 11; capacity < 3000; capacity *= 1.07) {
      for (const from of [10, 300, 3000]) {
        const { capacity: found, steps } = search({ from, to: 4000, lowest: 5 }, bearing(capacity));
        if (found.how !== 'found') throw new Error(`${capacity} from ${from}: ${JSON.stringify(found)}`);
        expect(found.low).toBeLessThanOrEqual(capacity);
        expect(found.high).toBeGreaterThan(capacity);
        expect(found.high / found.low).toBeLessThanOrEqual(1.1);
        expect(steps.length).toBeLessThanOrEqual(18);
      }
    }
  });

  it('takes no single break for the knee', () => {
    for (let serial = 0; serial < 14; serial += 1) {
      const hiccup = search({ from: 50, to: 2000 }, (rate, purpose, at) =>
        at === serial && purpose === 'try' ? broke : bearing(330)(rate),
      );
      if (hiccup.capacity.how !== 'found') throw new Error(JSON.stringify(hiccup.capacity));
      expect(hiccup.capacity.low).toBeLessThanOrEqual(330);
      expect(hiccup.capacity.low).toBeGreaterThan(330 / 1.15);
      expect(hiccup.capacity.high).toBeLessThan(330 * 1.15);
    }
  });

  it('goes down when the confirmation breaks', () => {
    const found = search({ from: 50, to: 2000 }, (rate, purpose) =>
      bearing(purpose === 'try' ? 330 : 250)(rate),
    );
    expect(found.capacity).toMatchObject({ how: 'found' });
    expect(rates(found).filter((one) => one === '308!')).toHaveLength(2);
    if (found.capacity.how !== 'found') return;
    expect(found.capacity.low).toBeLessThanOrEqual(250);
    expect(found.capacity.low).toBeGreaterThan(200);
    expect(found.capacity.high).toBeLessThanOrEqual(330);
  });

  it('says "at least" when the highest allowed rate holds, and confirms it', () => {
    const found = search({ from: 50, to: 150 }, bearing(9999));
    expect(rates(found)).toEqual([50, 100, 150, '150!']);
    expect(found.capacity).toEqual({ how: 'at-least', low: 150, because: 'no more than 150/s may be tried' });
  });

  it('says "below" when the lowest breaks twice', () => {
    const found = search({ from: 40, to: 150, lowest: 10 }, bearing(1));
    expect(rates(found)).toEqual([40, 20, 10, 10]);
    expect(found.capacity).toMatchObject({ how: 'below', high: 10, broke: { objective: 'errors' } });
  });

  it("does not take the generator's limit for the platform's", () => {
    const found = search({ from: 50, to: 2000 }, (rate) => (rate > 300 ? short : held));
    expect(rates(found)).toEqual([50, 100, 200, 400, 400, '200!']);
    expect(found.capacity).toEqual({
      how: 'at-least',
      low: 200,
      because: 'at 400/s the generator fell short: no CPU',
    });
    expect(search({ from: 50, to: 2000 }, () => short).capacity).toMatchObject({ how: 'unknown' });
  });

  it('tries what could not be decided for longer, and then says so', () => {
    const found = search({ from: 50, to: 100 }, (rate, _, serial) =>
      serial < 2 ? unclear : bearing(60)(rate),
    );
    expect(found.steps.slice(0, 3).map(({ rate, times }) => [rate, times])).toEqual([
      [50, 1],
      [50, 2],
      [50, 4],
    ]);
    expect(found.capacity.how).toBe('found');
    const never = search({ from: 50, to: 100 }, () => unclear);
    expect(never.steps).toHaveLength(3);
    expect(never.capacity).toMatchObject({
      how: 'unknown',
      because: expect.stringMatching(/50\/s .*too few/),
    });
  });

  it('keeps a wide bracket, and confirms it, when the time is over', () => {
    const found = search({ from: 50, to: 2000 }, bearing(330), 4);
    expect(rates(found)).toEqual([50, 100, 200, 400, '200!']);
    expect(found.capacity).toMatchObject({ how: 'found', low: 200, high: 400 });
    expect(search({ from: 50, to: 2000, mostTries: 4 }, bearing(330)).capacity).toMatchObject({
      low: 200,
      high: 400,
    });
  });

  it('ends, whatever it is told', () => {
    let state = 7;
    const random = (): number => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
    for (let round = 0; round < 500; round += 1) {
      const outcomes = [held, broke, short, unclear] as const;
      const { steps } = search({ from: 50, to: 5000 }, () => outcomes[Math.floor(random() * 4)]!);
      expect(steps.length).toBeLessThanOrEqual(40);
    }
  });
});
