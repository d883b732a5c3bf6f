import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { expect, it } from 'vitest';
import { readCluster } from '../../../src/drivers/cloudnative-pg/cluster-object.ts';
import { longestLease } from '../../../src/drivers/cloudnative-pg/lease.ts';
import type { KubernetesApi } from '../../../src/drivers/kubernetes/api.ts';

const cluster = (spec: object) => {
  const api = { get: async () => ({ metadata: {}, spec }) } as unknown as KubernetesApi;
  return readCluster(api, '/clusters/main', {} as DriverContext);
};
const gone = () => Promise.reject(new Error('connection refused'));

it('is what the cluster says, and the operator’s own where it says nothing', async () => {
  expect(await longestLease([cluster({ primaryLease: { leaseDurationSeconds: 40 } })])).toBe(40);
  expect(await longestLease([cluster({ instances: 2 })])).toBe(15);
});

it('is the longest of several, as far as they answer', async () => {
  const long = { primaryLease: { leaseDurationSeconds: 25 } };
  expect(await longestLease([cluster({}), gone(), cluster(long)])).toBe(25);
  await expect(longestLease([gone(), gone()])).rejects.toThrow('connection refused; connection refused');
});
