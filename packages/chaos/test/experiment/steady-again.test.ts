import { describe, expect, it } from 'vitest';
import { isSteady, steadyAgain } from '@ordeal/shared/load/steady-again';
import { interval, type Second } from '../fixtures/simulation.ts';
import { steadyState } from '../fixtures/steady.ts';

const good: Second = {};
const bad: Second = { failed: 5 };
const quiet: Second = { requests: 0 };

describe('steady again', () => {
  it('is the start of the first run that lasts', () => {
    expect(found([bad, bad, good, good, bad, good, good, good, good])).toEqual({
      from: 5000,
      confirmed: 8000,
    });
  });

  it('begins when the fault was healed if clients were well all the while', () => {
    expect(found([good, good, good, good], 300)).toEqual({ from: 300, confirmed: 4000 });
  });

  it('is not reached in too few seconds, nor without traffic, nor over a gap', () => {
    expect(found([good, good])).toBeUndefined();
    expect(found([good, good, quiet, good, good])).toBeUndefined();
    const apart = [0, 1000, 5000, 6000].map((from) => interval(from));
    expect(steadyAgain(apart, 0, 3000, (intervals) => steadyState.judge('w', intervals))).toBeUndefined();
    expect(found([])).toBeUndefined();
  });

  it('goes on until there are enough samples to decide', () => {
    const thin: Second = { requests: 40 };
    expect(found([thin, thin, thin])).toBeUndefined();
    expect(found([thin, thin, thin, thin])).toEqual({ from: 0, confirmed: 4000 });
  });

  it('begins later when a run of passable seconds fails as a whole', () => {
    const thin: Second = { requests: 400, failed: 3 };
    const sour: Second = { requests: 50, failed: 0 };
    expect(found([thin, sour, good, good, good])?.from).toBe(0);
  });

  it('counts what an interval says that began before the healing', () => {
    expect(found([bad, good, good, good], 900)).toEqual({ from: 1000, confirmed: 4000 });
  });
});

describe('findings that say steady', () => {
  const [finding] = steadyState.judge('w', [interval(0, { requests: 500 })]);
  if (finding === undefined) throw new Error('no finding');
  it('all pass where they must, and there is one', () => {
    expect(isSteady([finding])).toBe(true);
    expect(isSteady([])).toBe(false);
    expect(isSteady([{ ...finding, outcome: 'inconclusive' }])).toBe(false);
    expect(isSteady([finding, { ...finding, outcome: 'fail', severity: 'should' }])).toBe(true);
    expect(isSteady([{ ...finding, severity: 'should' }])).toBe(false);
  });
});

function found(seconds: readonly Second[], healedAt = 0) {
  const intervals = seconds.map((second, index) => interval(index * 1000, second));
  return steadyAgain(intervals, healedAt, 3000, (some) => steadyState.judge('w', some));
}
