import type { DeploymentRecord } from '@ordeal/shared/record/record';
import { expect, test } from 'vitest';
import { answerOf } from '../../src/run/phases/deploy.ts';

const record: DeploymentRecord = {
  name: 'release',
  deployment: 'api',
  from: '1',
  to: '2',
  outcome: 'unfinished',
  because: 'hangs',
  startedAt: '2026-01-01T00:00:00.000Z',
  watchedSeconds: 60,
  deploySeconds: null,
  rollBackSeconds: null,
  returnSeconds: { low: 7, high: 9 },
  served: true,
  detail: '',
};

test('a run goes on after a deployment only where the platform could bear it and is as it was', () => {
  expect(answerOf(record)).toMatchObject({ next: 'continue', detail: expect.stringContaining('hangs') });
  expect(answerOf({ ...record, aborted: 'too many errors' })).toEqual({
    next: 'stop',
    detail: 'aborted: too many errors',
  });
  expect(answerOf({ ...record, stuck: '1 does not serve again' })).toEqual({
    next: 'stop',
    detail: '1 does not serve again',
  });
});
