import { describe, expect, it } from 'vitest';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { emptyHistogram } from '@ordeal/shared/load/histogram';
import { sumIntervals } from '@ordeal/shared/load/window';
import type { Finding } from '@ordeal/shared/objectives/finding';
import { judgeStep, type StepSeen } from '../../src/knee/step-outcome.ts';

function second(at: number, more: Partial<ClientInterval> = {}): ClientInterval {
  return {
    from: at * 1000,
    to: (at + 1) * 1000,
    iterations: 100,
    dropped: 0,
    requests: 100,
    failed: 0,
    errors: {},
    latency: emptyHistogram(),
    under: {},
    ...more,
  };
}

const finding = (more: Partial<Finding>): Finding => ({
  objective: 'errors',
  window: 'w',
  signal: 'client error ratio',
  outcome: 'pass',
  value: { low: 0, high: 0 },
  limit: 0.01,
  comparator: '<',
  samples: 1,
  unit: 'ratio',
  severity: 'must',
  ...more,
});

const judgeErrors = (list: readonly ClientInterval[]): readonly Finding[] => {
  const { failed, requests } = sumIntervals(list);
  const ratio = failed / requests;
  return [finding({ outcome: ratio < 0.01 ? 'pass' : 'fail', value: { low: ratio, high: ratio } })];
};

const judge = (more: Partial<StepSeen>) =>
  judgeStep({
    rate: 100,
    window: { from: 2000, to: 6000 },
    intervals: [0, 1, 2, 3, 4, 5, 6].map((at) => second(at)),
    validity: { valid: true },
    generators: 1,
    judge: judgeErrors,
    ...more,
  });

describe('a step', () => {
  it('holds when every objective passes and what arrived came to an end', () => {
    expect(judge({})).toEqual({ how: 'held' });
  });

  it('of several runners holds, although what they reported of a second reaches over nearly two', () => {
    const intervals = [0, 1, 2, 3, 4, 5, 6].map((at) => second(at, { to: (at + 1.9) * 1000, seconds: 1 }));
    expect(judge({ intervals, generators: 2 })).toEqual({ how: 'held' });
  });

  it('may miss what each of several runners has under way', () => {
    const few = { iterations: 96, requests: 96 };
    const intervals = [2, 3, 4, 5].map((at) => second(at, few));
    expect(judge({ intervals, generators: 5 })).toEqual({ how: 'held' });
    expect(judge({ intervals })).toMatchObject({ how: 'broke', objective: 'achieved load' });
  });

  it('is judged without its warm-up, and without what came after', () => {
    const bad = { failed: 100 };
    const intervals = [
      second(0, bad),
      second(1, bad),
      second(2),
      second(3),
      second(4),
      second(5),
      second(6, bad),
    ];
    expect(judge({ intervals })).toEqual({ how: 'held' });
    const within = judge({ intervals: [second(2), second(3), second(4, bad), second(5)] });
    expect(within).toMatchObject({
      how: 'broke',
      objective: 'errors',
      explanation: expect.stringContaining('25 %, must be < 1 %'),
    });
  });

  it('breaks when less than 98 % came to an end, though no objective fails', () => {
    const slow = [2, 3, 4, 5].map((at) => second(at, { iterations: 96, dropped: 4 }));
    expect(judge({ intervals: slow })).toMatchObject({
      how: 'broke',
      objective: 'achieved load',
      explanation: '96.0 % of 400 arrivals came to an end, 16 found no free virtual user',
    });
    const edge = [2, 3, 4, 5].map((at) => second(at, { iterations: at === 2 ? 93 : 99 }));
    expect(judge({ intervals: edge })).toEqual({ how: 'held' });
  });

  it('says nothing of the platform when the generator fell short', () => {
    const bad = [2, 3, 4, 5].map((at) => second(at, { failed: 100 }));
    expect(judge({ intervals: bad, validity: { valid: false, reason: 'no CPU' } })).toEqual({
      how: 'short',
      reason: 'no CPU',
    });
  });

  it('is unclear without measurements, objectives or a decision, and never holds then', () => {
    expect(judge({ intervals: [] }).how).toBe('unclear');
    expect(judge({ intervals: [second(2), second(3)] }).how).toBe('unclear');
    expect(judge({ judge: () => [] }).how).toBe('unclear');
    expect(judge({ judge: () => [finding({ severity: 'should', outcome: 'fail' })] }).how).toBe('unclear');
    expect(judge({ judge: () => [finding({ outcome: 'inconclusive', reason: 'too-few-samples' })] })).toEqual(
      {
        how: 'unclear',
        reason: 'errors: too-few-samples',
      },
    );
  });
});
