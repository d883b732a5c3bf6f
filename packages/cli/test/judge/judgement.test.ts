import { describe, expect, it } from 'vitest';
import type { Objective } from '@ordeal/shared/objectives/objective';
import { observationsOf, windowAt } from '../../../shared/test/judge/observations-of.ts';
import { judgementOf } from '../../src/judge/conclude.ts';
import { failback, failover } from '../../../shared/test/report/fixture-drills.ts';

const gate: Objective = {
  signal: { from: 'smoke', measure: 'failed' },
  comparator: '<=',
  limit: 0,
  unit: 'checks',
};
const smoke = { total: 3, failed: 1, failures: ['ready: expected status 200, got status 500'] };
const windows = [windowAt('smoke', 0, 100)];

it('fails for a smoke gate that does not hold, by its objective, or by itself where there is none', () => {
  const assigned = { objectiveName: 'smoke gate', objective: gate, window: 'smoke' };
  const judged = judgementOf(observationsOf({ windows, smoke, assignments: [assigned] }), []).verdict;
  expect(judged).toMatchObject({ outcome: 'fail' });
  expect(judged.reasons).toHaveLength(1);
  const alone = judgementOf(observationsOf({ windows, smoke }), []).verdict;
  expect(alone).toMatchObject({ outcome: 'fail', exitCode: 1 });
  expect(alone.reasons[0]).toContain('the smoke gate failed (3 checks): ready: expected status 200');
});

it('says of what was not run that it was not judged', () => {
  const assigned = { objectiveName: 'smoke gate', objective: gate, window: 'smoke' };
  const notRun = [
    { name: 'restore', title: 'Restore', kind: 'restore', why: 'no backup is there', notJudged: ['age'] },
  ] as const;
  const well = { total: 3, failed: 0, failures: [] };
  const { verdict } = judgementOf(
    observationsOf({ windows, smoke: well, assignments: [assigned], notRun }),
    [],
  );
  expect(verdict.exitCode).toBe(0);
  expect(verdict.reasons.at(-1)).toBe('restore is not run here: no backup is there; not judged: "age"');
});

describe('writes that a drill has lost', () => {
  const onDrill = (measure: 'rto' | 'rpo' | 'lost', limit: number) => ({
    objectiveName: measure,
    objective: { signal: { from: 'drill', measure }, comparator: '<=', limit, unit: 's' } as const,
  });
  const losing = { lost: 40, seconds: 12, target: 900 };
  const judged = (
    drill: typeof failover,
    rpo: Partial<typeof failover.rpo>,
    ...objectives: readonly ReturnType<typeof onDrill>[]
  ) => {
    const { name } = drill;
    const assignments = [onDrill('rto', 30), ...objectives].map((one) => ({ ...one, window: name }));
    const drills = [{ ...drill, rpo: { ...drill.rpo, ...rpo } }];
    const { outcome, reasons } = judgementOf(observationsOf({ drills, assignments }), []).verdict;
    return { outcome, said: reasons[0] };
  };

  it('are no pass of a planned move that nobody asks for them', () => {
    expect(judged(failback, {})).toMatchObject({ outcome: 'pass' });
    const said =
      'failback failed: 40 of 18204 acknowledged writes were lost, and a planned move may lose none';
    expect(judged(failback, losing)).toEqual({ outcome: 'fail', said });
    expect(judged(failback, losing, onDrill('rpo', 900)), 'a recovery point is another promise').toEqual({
      outcome: 'fail',
      said,
    });
    expect(judged(failback, losing, onDrill('lost', 100))).toMatchObject({ outcome: 'pass' });
  });

  it('are held against the target of a loss, where no objective says otherwise', () => {
    expect(judged(failover, losing)).toMatchObject({ outcome: 'pass' });
    expect(judged(failover, { ...losing, target: 10 })).toEqual({
      outcome: 'fail',
      said: 'region-lost failed: 40 of 18204 acknowledged writes were lost, 12 s of them, and its target is 10 s',
    });
    expect(judged(failover, { ...losing, target: 10 }, onDrill('rpo', 60))).toMatchObject({
      outcome: 'pass',
    });
    expect(judged(failover, { ...losing, atLeast: true })).toEqual({
      outcome: 'inconclusive',
      said: 'region-lost: 40 of 18204 acknowledged writes were lost, at least 12 s of them, and its target is 900 s',
    });
  });
});

describe('the time that a drill took', () => {
  const judged = (rto: Partial<typeof failover.rto>, ...measures: readonly ('rto' | 'lost')[]) => {
    const drill = { ...failover, rto: { ...failover.rto, ...rto } };
    const assignments = measures.map((measure) => ({
      objectiveName: measure,
      objective: { signal: { from: 'drill', measure }, comparator: '<=', limit: 100, unit: 's' } as const,
      window: drill.name,
    }));
    const { outcome, reasons } = judgementOf(observationsOf({ drills: [drill], assignments }), []).verdict;
    return { outcome, said: reasons[0] };
  };

  it('is held against its own target, where no objective is on it', () => {
    const late = { low: 45.1, high: 46.24, target: 30 };
    const words = 'it recovered after 45.1 to 46.24 s, and its target is 30 s';
    expect(judged(late, 'lost')).toEqual({ outcome: 'fail', said: `region-lost failed: ${words}` });
    expect(judged({ ...late, target: 46 }, 'lost')).toEqual({
      outcome: 'inconclusive',
      said: `region-lost: ${words.replace('30', '46')}`,
    });
    expect(judged({ ...late, target: 47 }, 'lost')).toMatchObject({ outcome: 'pass' });
    expect(judged(late, 'lost', 'rto'), 'the objective allows it').toMatchObject({ outcome: 'pass' });
  });
});
