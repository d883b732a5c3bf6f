import { describe, expect, it } from 'vitest';
import { decideByTrend, together, type LeakDecision } from '../../src/statistics/leak-decision.ts';
import { cutAtSteps, isRatherOneStep } from '../../src/statistics/steps.ts';
import type { Point, Slope } from '../../src/statistics/theil-sen.ts';
import type { Trend } from '../../src/statistics/trend.ts';
import { random } from './support/random.ts';

const slope = (low: number, high: number): Slope => ({
  value: (low + high) / 2,
  bounds: { low, high },
  pairs: 9,
});
const growing: Trend = {
  whole: slope(8, 12),
  early: slope(7, 13),
  late: slope(7, 13),
  steps: [],
  ratherOneStep: false,
};
const said = (more: Partial<Trend>): string => {
  const decision = decideByTrend({ ...growing, ...more }, 1);
  return decision.outcome === 'cannot-tell' ? decision.reason : decision.outcome;
};

describe('a trend against a floor of 1', () => {
  it('is a leak only when all of it grows beyond the floor', () => {
    expect(said({})).toBe('leak');
    expect(said({ whole: slope(0.9, 12) })).toBe('turned');
    expect(said({ whole: slope(0.9, 12), late: slope(0.9, 13) })).toBe('noisy');
    expect(said({ late: slope(0.9, 13) })).toBe('noisy');
    expect(said({ late: slope(2, 3.4) })).toBe('slowing');
    expect(said({ ratherOneStep: true })).toBe('step');
  });

  it('is none only when what goes on is certainly within the floor', () => {
    expect(said({ whole: slope(-1, 1), late: slope(-3, 4) })).toBe('no-leak');
    expect(said({ late: slope(-1, 1) })).toBe('no-leak');
    expect(said({ whole: slope(-1, 1), late: slope(2, 4) })).toBe('turned');
    expect(said({ whole: slope(-1, 1.1), late: slope(-3, 4) })).toBe('noisy');
    expect(said({ whole: slope(-Infinity, Infinity), late: slope(-Infinity, Infinity) })).toBe('noisy');
  });

  it('of several readings says only what all of them say', () => {
    const perMs = { low: 0, high: 1 };
    const leak: LeakDecision = { outcome: 'leak', perMs: { low: 2, high: 3 } };
    const none: LeakDecision = { outcome: 'no-leak', how: 'level', perMs };
    const open: LeakDecision = { outcome: 'cannot-tell', reason: 'noisy', perMs };
    expect(together([leak, leak])).toEqual(leak);
    expect(together([leak, none])).toMatchObject({ reason: 'ambiguous', perMs: { low: 0, high: 3 } });
    expect(together([none, leak])).toMatchObject({ reason: 'ambiguous' });
    expect(together([leak, open])).toMatchObject({ reason: 'noisy' });
    expect(together([open, none])).toMatchObject({ reason: 'noisy' });
  });
});

describe('steps', () => {
  const points = (y: (x: number) => number): Point[] =>
    Array.from({ length: 24 }, (_, x) => ({ x, y: y(x) }));

  it('are told from a line by what is left over', () => {
    const source = random(2);
    expect(isRatherOneStep([points((x) => (x < 15 ? 0 : 9) + source.between(-2, 2))])).toBe(true);
    expect(isRatherOneStep([points((x) => 0.6 * x + source.between(-2, 2))])).toBe(false);
    expect(isRatherOneStep([[]])).toBe(false);
  });

  it('are cut out of a line, falls only where that is asked for', () => {
    const source = random(3);
    const jumpy = points((x) => x + (x >= 8 ? 100 : 0) - (x >= 16 ? 50 : 0) + source.between(-0.5, 0.5));
    expect(cutAtSteps(jumpy, 'rises').steps).toEqual([8]);
    expect(cutAtSteps(jumpy, 'rises and falls')).toMatchObject({ steps: [8, 16] });
    expect(cutAtSteps(jumpy, 'rises and falls').pieces.map((piece) => piece.length)).toEqual([8, 8, 8]);
    expect(
      cutAtSteps(
        points((x) => 10 * Math.floor(x / 3)),
        'rises',
      ).steps,
    ).toEqual([]);
  });
});
