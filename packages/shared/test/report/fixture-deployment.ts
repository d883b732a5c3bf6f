import type { DeploymentRecord } from '../../src/record/record.ts';

/** A deployment that came out, and was taken back as it was meant to be. */
export const deployed: DeploymentRecord = {
  name: 'release',
  deployment: 'api',
  from: '1',
  to: '2',
  outcome: 'out',
  startedAt: '2026-01-01T00:00:00.000Z',
  watchedSeconds: 60,
  deploySeconds: { low: 29, high: 31 },
  rollBackSeconds: null,
  returnSeconds: { low: 7, high: 9 },
  served: true,
  detail: '',
};
