import type { ExperimentRecord } from '@ordeal/shared/record/record';
import { expect, test } from 'vitest';
import { answerOf } from '../../src/run/phases/experiment.ts';

const record: ExperimentRecord = {
  name: 'replica-killed',
  fault: 'replica',
  targets: ['replica'],
  injectedAt: '2026-01-01T00:00:00.000Z',
  healedAt: '2026-01-01T00:00:20.000Z',
  effective: true,
  witness: 'process identities',
  recoverySeconds: 2,
};
const notInjected = { ...record, injectedAt: null, healedAt: null, effective: null, recoverySeconds: null };

test('a run breaks more after an experiment only where clients bore it, and all of it is out again', () => {
  expect(answerOf(record)).toMatchObject({ next: 'continue' });
  expect(answerOf({ ...record, aborted: 'too many errors' })).toMatchObject({ next: 'stop' });
  expect(answerOf({ ...record, recoverySeconds: null })).toMatchObject({ next: 'stop' });
  const away = { outcome: 'not back', detail: '2 replicas' } as const;
  expect(answerOf({ ...record, recoverySeconds: null, witnessesBack: away })).toEqual({
    next: 'stop',
    detail: 'not steady again: 2 replicas',
  });
  expect(answerOf({ ...notInjected, notInjected: 'not steady' })).toMatchObject({ next: 'continue' });
  const cut = { ...notInjected, notInjected: 'aborted on its way in', aborted: 'too many errors' };
  expect(answerOf(cut)).toEqual({ next: 'stop', detail: 'not injected: aborted on its way in' });
});
