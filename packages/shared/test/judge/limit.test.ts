import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { LimitCheckRecord, LimitRecord } from '../../src/record/limit-record.ts';
import { observationsOf } from './observations-of.ts';

function found(limits: readonly LimitRecord[]) {
  const [finding] = judge(
    observationsOf({
      limits,
      assignments: [
        {
          objectiveName: 'rate limit',
          objective: {
            signal: { from: 'limit', measure: 'departures' },
            comparator: '<=',
            limit: 0,
            unit: 'departures',
          },
          window: 'requests',
        },
      ],
    }),
  );
  if (finding === undefined) throw new Error('there is a finding for each assignment');
  return finding;
}

function limitOf(...outcomes: readonly LimitCheckRecord['outcome'][]): LimitRecord {
  const checks = outcomes.map((outcome, at) => ({ name: `check ${at}`, outcome, detail: 'as seen' }));
  return { name: 'requests', limit: 'requests of a client', checks };
}

describe('a limit is judged', () => {
  it.each([
    [['held', 'held'], 'pass', 0, 0],
    [['held', 'broken'], 'fail', 1, 1],
    [['broken', 'unknown'], 'fail', 1, 2],
    [['held', 'unknown'], 'inconclusive', 0, 1],
  ] as const)('by its checks: %j', (outcomes, outcome, low, high) => {
    expect(found([limitOf(...outcomes)])).toMatchObject({ outcome, value: { low, high } });
  });

  it('says what was found of each check', () => {
    expect(found([limitOf('held', 'unknown')]).explanation).toContain('check 1: unknown, as seen.');
  });

  it('is not passed where nothing was looked at', () => {
    expect(found([])).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
    expect(found([limitOf()])).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
  });
});
