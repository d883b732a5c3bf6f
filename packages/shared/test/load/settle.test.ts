import { describe, expect, it } from 'vitest';
import { emptyHistogram } from '../../src/load/histogram.ts';
import { sumIntervals } from '../../src/load/window.ts';
import type { ClientInterval } from '../../src/load/client-interval.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import { timeToSettle, type SettleQuestion } from '../../src/load/settle.ts';

/** One interval a second from 100,000 ms on, with so many failures of 100 requests each; null is a gap. */
function intervals(...failed: readonly (number | null)[]): ClientInterval[] {
  return failed.flatMap((one, at) =>
    one === null
      ? []
      : [
          {
            from: 100_000 + at * 1000,
            to: 101_000 + at * 1000,
            iterations: 100,
            dropped: 0,
            requests: 100,
            failed: one,
            errors: {},
            latency: emptyHistogram(),
            under: {},
          },
        ],
  );
}

/** At most one failure in a hundred. */
function judge(list: readonly ClientInterval[]): readonly Finding[] {
  const { requests, failed } = sumIntervals(list);
  return [
    {
      objective: 'errors',
      window: 'w',
      signal: 'client error ratio',
      outcome: requests === 0 ? 'inconclusive' : failed / requests <= 0.01 ? 'pass' : 'fail',
      value: null,
      limit: 0.01,
      comparator: '<=',
      samples: requests,
      unit: 'ratio',
      severity: 'must',
    },
  ];
}

const settle = (list: readonly ClientInterval[], more: Partial<SettleQuestion> = {}) =>
  timeToSettle({
    intervals: list,
    steppedBack: { low: 101_950, high: 102_050 },
    forMs: 3000,
    withinMs: 6000,
    judge,
    ...more,
  });

describe('the time to settle', () => {
  it('lies within the last interval that was not steady', () => {
    expect(settle(intervals(0, 50, 30, 20, 0, 0, 0, 0))).toEqual({
      outcome: 'settled',
      seconds: { low: 0.95, high: 2.05 },
      confirmedAt: 107_000,
    });
  });

  it('is nothing when it never was unsettled', () => {
    const never = settle(intervals(0, 0, 0, 0, 0, 0, 0, 0));
    expect(never).toMatchObject({ outcome: 'settled', seconds: { low: 0, high: 0 } });
  });

  it('may be up to a second when only the interval of the step itself was bad', () => {
    const once = settle(intervals(0, 50, 0, 0, 0, 0, 0, 0));
    expect(once).toMatchObject({ outcome: 'settled', seconds: { low: 0, high: 0.05 } });
  });

  it('does not end with a good second among bad ones', () => {
    const twice = settle(intervals(0, 50, 0, 0, 20, 0, 0, 0, 0));
    expect(twice).toMatchObject({ outcome: 'settled', seconds: { low: 1.95, high: 3.05 } });
  });

  it('is more than was given when it did not settle', () => {
    const bad = Array.from({ length: 12 }, () => 20);
    expect(settle(intervals(0, 50, ...bad))).toEqual({ outcome: 'not-settled', moreThanSeconds: 6 });
    const late = settle(intervals(0, 50, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0));
    expect(late).toEqual({ outcome: 'not-settled', moreThanSeconds: 6 });
  });

  it('cannot be told without measurements, across a gap, or when they end too early', () => {
    expect(settle([])).toMatchObject({ outcome: 'cannot-tell', reason: 'no-samples' });
    expect(settle(intervals(0, 50))).toMatchObject({ outcome: 'cannot-tell', reason: 'stale' });
    expect(settle(intervals(0, 50, 30, null, null, 0, 0, 0, 0))).toMatchObject({
      outcome: 'cannot-tell',
      reason: 'stale',
      sentence: expect.stringContaining('gap of 2.0 s'),
    });
    expect(settle(intervals(0, 50, 30, 0))).toMatchObject({
      outcome: 'cannot-tell',
      reason: 'stale',
      sentence: expect.stringContaining('before it had settled'),
    });
  });
});
