import { expect, test } from 'vitest';
import type { DeploymentRecord } from '../../src/record/record.ts';
import { deploymentInWords } from '../../src/report/deployment-words.ts';

const out: DeploymentRecord = {
  name: 'release',
  deployment: 'api',
  from: '1',
  to: '2',
  outcome: 'out',
  startedAt: '2026-01-01T00:00:00.000Z',
  watchedSeconds: 60,
  deploySeconds: { low: 29, high: 31 },
  rollBackSeconds: null,
  returnSeconds: { low: 120, high: null },
  served: true,
  detail: '',
};

test('a deployment in words says that the version before does not serve again', () => {
  expect(deploymentInWords({ ...out, stuck: '1 does not serve again: locked' })).toMatch(
    /^2 was out after .*, not back after .*; 1 does not serve again: locked$/,
  );
  expect(deploymentInWords({ ...out, returnSeconds: { low: 7, high: 9 } })).toMatch(
    /, back again after .* s$/,
  );
});
