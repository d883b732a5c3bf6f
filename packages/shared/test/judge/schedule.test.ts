import { expect, test } from 'vitest';
import { judgeRestore } from '../../src/judge/signals/restore.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { RestoreRecord, ScheduleRecord } from '../../src/record/record.ts';
import { observationsOf } from './observations-of.ts';

const objective: Objective = {
  signal: { from: 'restore', measure: 'schedule-departures' },
  comparator: '<=',
  limit: 0,
  unit: 'departures',
};

function findingOf(schedule: ScheduleRecord | undefined, failed?: string) {
  const restore: RestoreRecord = {
    name: 'dump',
    kind: 'restore',
    backupAgeSeconds: { low: 1, high: 2 },
    seconds: { low: 1, high: 1 },
    ...(schedule === undefined ? {} : { schedule }),
    ...(failed === undefined ? {} : { failed }),
  };
  return judgeRestore(
    { objectiveName: 'dumps on schedule', objective, window: 'dump' },
    'schedule-departures',
    {
      ...observationsOf({}),
      restores: [restore],
    },
  );
}

const whole: ScheduleRecord = { copies: 31, departures: [], unknown: [] };
const gap = { ...whole, departures: ['between the copies of Monday and Friday lie 96 hours'] };

test('copies that are all there pass, and one gap among them fails and is named', () => {
  expect(findingOf(whole)).toMatchObject({ outcome: 'pass', samples: 31 });
  expect(findingOf(gap)).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
  expect(findingOf(gap).explanation).toContain('between the copies of Monday and Friday');
});

test('what holds nothing is named beside the gap that it leaves', () => {
  const empty = ['monday.sql.gz', 'tuesday.sql.gz', 'wednesday.sql.gz', 'thursday.sql.gz', 'friday.sql.gz'];
  expect(findingOf({ ...gap, empty }).explanation).toContain(
    'Nothing is in monday.sql.gz, tuesday.sql.gz, wednesday.sql.gz and 2 more.',
  );
  expect(findingOf({ ...whole, empty }).outcome).toBe('pass');
});

test('what cannot be told is no pass, and hides no gap', () => {
  const unknown = ['whether older ones were removed is not known'];
  expect(findingOf({ ...whole, unknown })).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
  expect(findingOf({ ...gap, unknown }).outcome).toBe('fail');
});

test('no copy at all fails, whatever became of the restore', () => {
  const none = { copies: 0, departures: ['there is no complete copy at all'], unknown: [] };
  expect(findingOf(none, 'there is no complete backup').outcome).toBe('fail');
});

test('where nobody looked nothing passes', () => {
  expect(findingOf(undefined)).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
});
