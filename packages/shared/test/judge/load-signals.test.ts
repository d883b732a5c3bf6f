import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { Observations } from '../../src/judge/observations.ts';
import { settlingRecords } from '../../src/judge/settling.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { Capacity, CapacityStepRecord } from '../../src/record/record.ts';
import { anchor, errorRatio, observationsOf, second, windowAt } from './observations-of.ts';

const step = (outcome: CapacityStepRecord['outcome']): CapacityStepRecord => ({
  rate: 100,
  purpose: 'try',
  outcome,
  detail: '',
  seconds: 10,
  requests: 1000,
  failed: 0,
  dropped: 0,
  p95Ms: 10,
});
const broke = { objective: 'errors', explanation: 'too many' };

describe('a capacity', () => {
  const capacityOf = (
    limit: number,
    capacity?: Capacity,
    outcome: CapacityStepRecord['outcome'] = 'held',
  ) => {
    const objective: Objective = {
      signal: { from: 'load', measure: 'capacity' },
      comparator: '>=',
      limit,
      unit: 'iterations/s',
    };
    const [finding] = judge(
      observationsOf({
        windows: [windowAt('stress', 0, 60_000)],
        assignments: [{ objectiveName: 'capacity', objective, window: 'stress' }],
        capacities: capacity === undefined ? [] : [{ phase: 'stress', capacity, steps: [step(outcome)] }],
      }),
    );
    return finding!;
  };
  const found: Capacity = { how: 'found', low: 100, high: 110, broke };

  it.each<[string, number, Capacity | undefined, string, string | undefined]>([
    ['found, and enough', 100, found, 'pass', undefined],
    ['found, and too little', 111, found, 'fail', undefined],
    ['found, with the limit in its bracket', 105, found, 'inconclusive', 'straddles-limit'],
    [
      'at least enough',
      100,
      { how: 'at-least', low: 100, because: 'no more may be tried' },
      'pass',
      undefined,
    ],
    [
      'at least something',
      200,
      { how: 'at-least', low: 100, because: 'no more may be tried' },
      'inconclusive',
      'straddles-limit',
    ],
    ['below the limit', 100, { how: 'below', high: 50, broke }, 'fail', undefined],
    ['below something', 20, { how: 'below', high: 50, broke }, 'inconclusive', 'straddles-limit'],
    ['unknown', 20, { how: 'unknown', because: 'it was not clear' }, 'inconclusive', 'too-few-samples'],
    ['not searched for', 20, undefined, 'inconclusive', 'not-run'],
  ])('%s', (_, limit, capacity, outcome, reason) => {
    const finding = capacityOf(limit, capacity);
    expect(finding.outcome).toBe(outcome);
    expect(finding.reason).toBe(reason);
  });

  it('shows its bracket, and what broke first', () => {
    expect(capacityOf(100, found)).toMatchObject({
      value: { low: 100, high: 110 },
      explanation: '100/s held; at 110/s errors broke first: too many.',
    });
    expect(capacityOf(20, { how: 'at-least', low: 100, because: 'x' }).value).toEqual({
      low: 100,
      high: null,
    });
  });

  it("says nothing of the platform where the generator's own limit was the end of it", () => {
    const finding = capacityOf(20, { how: 'unknown', because: 'k6 was too slow' }, 'short');
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason: 'load-invalid' });
  });
});

describe('the time to settle', () => {
  /** The spike ends at 10 s; so many of 100 requests fail in each second from then on. */
  const observed = (
    failed: readonly number[],
    limit = 5,
    more: Partial<Observations> = {},
  ): Observations => ({
    ...observationsOf({
      intervals: [...Array.from({ length: 10 }, () => 0), ...failed].map((count, index) =>
        second(index, { requests: 100, failed: count }),
      ),
      windows: [
        windowAt('spike/before', 0, 5000),
        windowAt('spike/settling', 10_000, (10 + failed.length) * 1000),
      ].map((window) => ({ ...window, phase: 'spike' })),
      assignments: [
        {
          objectiveName: 'settle',
          objective: {
            signal: { from: 'load', measure: 'seconds-to-settle' },
            comparator: '<=',
            limit,
            unit: 's',
          },
          window: 'spike/settling',
        },
      ],
      spikes: [
        {
          phase: 'spike',
          steppedBack: { low: anchor.monotonicMs + 9900, high: anchor.monotonicMs + 10_100 },
          steadyForMs: 3000,
          steady: { errors: errorRatio },
        },
      ],
      ...more,
    }),
  });
  const findingOn = (...args: Parameters<typeof observed>) => judge(observed(...args))[0]!;

  it('is judged by its bounds', () => {
    const failed = [50, 40, 0, 0, 0, 0, 0, 0, 0];
    expect(findingOn(failed)).toMatchObject({ outcome: 'pass', value: { low: 0.9, high: 2.1 } });
    expect(findingOn(failed, 0.5)).toMatchObject({ outcome: 'fail', value: { low: 0.5, high: null } });
    expect(findingOn(failed, 1)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      wouldDecide: expect.stringContaining('once a second'),
    });
  });

  it('is a failure without a number when it did not settle in time', () => {
    expect(findingOn(Array.from({ length: 12 }, () => 30))).toMatchObject({
      outcome: 'fail',
      value: { low: 5, high: null },
      explanation: 'It had not settled 5 s after the spike.',
    });
  });

  it.each<[string, Observations, string]>([
    ['the spike did not come about', observed([0], 5, { spikes: [] }), 'not-run'],
    ['too little was seen after it', observed([50, 50, 50]), 'stale'],
    [
      'the load was not valid',
      observed([0, 0, 0, 0, 0, 0], 5, { loadValid: { 'spike/before': { valid: false, reason: 'no CPU' } } }),
      'load-invalid',
    ],
    [
      'the observer was not well',
      observed([0, 0, 0, 0, 0, 0], 5, { observerProblems: [{ reason: 'stalled' }] }),
      'observer-broke',
    ],
    [
      'nothing says what steady is',
      observed([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 5, {
        spikes: [
          {
            phase: 'spike',
            steppedBack: { low: anchor.monotonicMs + 9900, high: anchor.monotonicMs + 10_100 },
            steadyForMs: 3000,
            steady: {},
          },
        ],
      }),
      'not-run',
    ],
  ])('is never a pass when %s', (_, observations, reason) => {
    expect(judge(observations)[0]).toMatchObject({ outcome: 'inconclusive', reason });
  });

  it('is in the record, with as much time as was watched', () => {
    expect(settlingRecords(observed([50, 40, 0, 0, 0, 0, 0, 0, 0], 1))).toMatchObject([
      { phase: 'spike', outcome: 'settled', seconds: { low: 0.9, high: 2.1 } },
    ]);
    expect(settlingRecords(observed(Array.from({ length: 12 }, () => 30)))).toMatchObject([
      { outcome: 'not-settled', seconds: { low: expect.closeTo(9.1, 5), high: null } },
    ]);
  });
});
