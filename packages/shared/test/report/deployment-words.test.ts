import { expect, test } from 'vitest';
import type { DeploymentRecord } from '../../src/record/record.ts';
import { deploymentInWords } from '../../src/report/deployment-words.ts';
import { deployed } from './fixture-deployment.ts';

const out: DeploymentRecord = { ...deployed, returnSeconds: { low: 120, high: null } };

test('a deployment in words says that the version before does not serve again', () => {
  expect(deploymentInWords({ ...out, stuck: '1 does not serve again: locked' })).toMatch(
    /^2 was out after .*, not back after .*; 1 does not serve again: locked$/,
  );
  expect(deploymentInWords({ ...out, returnSeconds: { low: 7, high: 9 } })).toMatch(
    /, back again after .* s$/,
  );
});
