import { describe, expect, it } from 'vitest';
import type { Objective } from '@ordeal/shared/objectives/objective';
import { observationsOf, windowAt } from '../../../shared/test/judge/observations-of.ts';
import { judgementOf } from '../../src/judge/conclude.ts';
import type { RestoreMeasure } from '@ordeal/shared/objectives/signal';
import type { RestoreRecord } from '@ordeal/shared/record/record';
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

  it('is not known where its observers broke, or nobody saw it recover, whatever else was asked for', () => {
    const seen = (
      change: Partial<Parameters<typeof observationsOf>[0]>,
      rto: Partial<typeof failover.rto> = {},
    ) => {
      const drill = { ...failover, rto: { ...failover.rto, ...rto } };
      const smokeWell = { total: 1, failed: 0, failures: [] };
      const assigned = { objectiveName: 'something else', objective: gate, window: 'smoke' };
      const given = { drills: [drill], windows, smoke: smokeWell, assignments: [assigned], ...change };
      const { outcome, reasons } = judgementOf(observationsOf(given), []).verdict;
      return { outcome, said: reasons[0] };
    };
    expect(seen({})).toMatchObject({ outcome: 'pass' });
    expect(seen({}, { high: null })).toEqual({
      outcome: 'inconclusive',
      said: 'region-lost: nobody saw it recover',
    });
    const observerProblems = [{ window: 'region-lost', reason: 'the probe process ended with 1' }];
    const words =
      'region-lost: nobody saw how well it went. An observer was not well: the probe process ended with 1.';
    for (const rto of [{ high: null }, { low: 45, high: 46, target: 30 }]) {
      expect(seen({ observerProblems }, rto)).toEqual({ outcome: 'inconclusive', said: words });
    }
  });
});

describe('the targets of a restore', () => {
  const restore: RestoreRecord = {
    name: 'restore-dump',
    kind: 'restore',
    backupAgeSeconds: { low: 7000, high: 7300 },
    seconds: { low: 50, high: 50 },
    targets: { rto: 60, rpo: 7200 },
    backup: { driver: 'pg-dump', id: 'c', instant: { low: '', high: '' }, bytes: 1 },
  };
  const judged = (change: Partial<RestoreRecord>, ...measures: readonly RestoreMeasure[]) => {
    const restores = [{ ...restore, ...change }];
    const assignments = (['point-in-time-error', ...measures] as const).map((measure) => ({
      objectiveName: measure,
      objective: { signal: { from: 'restore', measure }, comparator: '<=', limit: 9000, unit: 's' } as const,
      window: restore.name,
    }));
    const { reasons } = judgementOf(observationsOf({ restores, assignments }), []).verdict;
    return reasons.filter((reason) => reason.includes('target is'));
  };

  it('count where no objective is on them', () => {
    const young = { low: 10, high: 20 };
    expect(judged({ backupAgeSeconds: young })).toEqual([]);
    expect(judged({ backupAgeSeconds: young, seconds: { low: 61, high: 61 } })).toEqual([
      'restore-dump failed: it was restored and proven after 61 s, and its target is 60 s',
    ]);
    expect(judged({})).toEqual([
      'restore-dump: its backup is as old as 7000 to 7300 s, and its target is 7200 s',
    ]);
    const old = { backupAgeSeconds: { low: 8000, high: 8300 } };
    expect(judged(old)).toEqual([
      'restore-dump failed: its backup is as old as 8000 to 8300 s, and its target is 7200 s',
    ]);
    expect(judged(old, 'backup-age'), 'the objective allows it').toEqual([]);
    expect(judged({ seconds: { low: 61, high: 61 } }, 'seconds', 'backup-age')).toEqual([]);
    expect(judged({ ...old, kind: 'point-in-time' }), 'a moment has no age').toEqual([]);
    expect(judged({ ...old, failed: 'it is broken' })).toEqual([]);
  });
});
