import { expect, it } from 'vitest';
import type { Objective } from '@ordeal/shared/objectives/objective';
import { observationsOf, windowAt } from '../../../shared/test/judge/observations-of.ts';
import { judgementOf } from '../../src/judge/conclude.ts';

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
