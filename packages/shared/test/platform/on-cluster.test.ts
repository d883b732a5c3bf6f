import { expect, it } from 'vitest';
import { onCluster } from '../../src/platform/on-cluster/on-cluster.ts';
import { placeholderSite } from '../../src/platform/placeholder-site.ts';
import { definePlatform } from '../../src/platform/platform.ts';
import { platformValue } from './platform-value.ts';

const env: Readonly<Record<string, string>> = {
  ORDEAL_CLUSTER_CONTEXT: 'staging',
  ORDEAL_CLUSTER_UID: '0000-aa',
  ORDEAL_LOAD_NAMESPACE: 'load',
};

it('is agreed about on the cluster itself: one run at a time, and a stop that reaches all machines', () => {
  const file = onCluster(
    definePlatform(() => platformValue()),
    { faults: () => ({}) },
  );
  const there = file.build({ env: (name, usual = '') => env[name] ?? usual, lab: () => placeholderSite });
  expect(there.guardrails).toMatchObject({
    allowFaults: ['chaos-mesh'],
    coordination: { cluster: { context: 'staging', uid: '0000-aa' }, namespace: 'load' },
  });
});
