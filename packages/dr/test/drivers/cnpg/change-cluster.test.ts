import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { expect, it } from 'vitest';
import { changeCluster } from '../../../src/drivers/cloudnative-pg/cluster-object.ts';
import type { KubernetesApi } from '../../../src/drivers/kubernetes/api.ts';

it('gives up where somebody else has written the cluster each time in between', async () => {
  let now = 0;
  const signal = new AbortController();
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
    if (now > 120_000) signal.abort(new Error('it went on without end'));
    signal.signal.throwIfAborted();
  };
  const context = { clock: { now: () => now, sleep }, signal: signal.signal } as unknown as DriverContext;
  const api = {
    get: async () => ({ metadata: { resourceVersion: String(now) } }),
    patch: async () => undefined,
  } as unknown as KubernetesApi;
  await expect(changeCluster(api, '/clusters/main', () => ({ spec: {} }), context)).rejects.toThrow(
    /\/clusters\/main was not changed: .* for 30 s/,
  );
});
