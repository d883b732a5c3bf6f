import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '@ordeal/shared/record/record';
import { makeWorkplace, type Finished } from './ordeal.ts';

/** Every kind of drill and of restore by the command, once: `npm run prove -- recovery` repeats it. */
describe('all drills of a healthy lab', () => {
  const workplace = makeWorkplace();
  let finished: Finished;
  let record: RunRecord;

  beforeAll(async () => {
    const lab = ['--lab', '--lab-name', 'e2e-recovery'];
    const drills = ['--platform', 'agentic-platform', '--scenario', 'recovery', '--pace', 'short'];
    finished = await workplace.run('drill', ...drills, ...lab);
    record = workplace.record();
  }, 400_000);
  afterAll(() => workplace.remove());

  it('pass', () => {
    expect(record.verdict, workplace.why(finished)).toMatchObject({ outcome: 'pass', exitCode: 0 });
    expect(finished.code).toBe(0);
    expect(record.residue).toEqual([]);
  });

  it('are of each kind, and went through each of their steps', () => {
    expect(record.drills.map(({ name }) => name)).toEqual([
      'switchover',
      'switchover-back',
      'region-evacuate',
      'region-return',
      'region-lost',
      'failback',
      'replica-recovers',
    ]);
    for (const { name, steps, rpo, writers } of record.drills) {
      expect(
        steps.filter(({ outcome }) => outcome !== 'done'),
        name,
      ).toEqual([]);
      expect(rpo.acknowledged, name).toBeGreaterThan(100);
      expect(rpo, name).toMatchObject({ lost: 0, duplicate: 0, phantom: 0, corrupt: 0, resurrected: 0 });
      expect(writers?.outcome, name).toBe('excluded');
    }
  });

  it('restore and prove what was restored', () => {
    const restores = record.restores ?? [];
    expect(restores.map(({ name }) => name)).toEqual([
      'backup-freshness',
      'restore',
      'restore-dump',
      'point-in-time',
      'archived-log',
    ]);
    for (const { name, failed, checks = [] } of restores) {
      expect(failed, name).toBeUndefined();
      expect(
        checks.filter(({ outcome }) => outcome === 'broken'),
        name,
      ).toEqual([]);
    }
    expect(restores.find(({ name }) => name === 'point-in-time')?.pointInTime).toBeDefined();
    expect(restores.at(-1)?.archiving?.seen).not.toBeNull();
  });
});
