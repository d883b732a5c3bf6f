import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCloudNativePgStore } from '../../../src/drivers/cloudnative-pg/config.ts';
import { createCloudNativePgStore } from '../../../src/drivers/cloudnative-pg/store.ts';
import { testContext, twoServers, type TwoServers } from '../two-servers.ts';
import { operateInstances, type OperatorStandIn } from './operator.ts';
import { startPlane, withoutCloudNativePg, type Plane } from './plane.ts';

const group = { group: 'postgresql.cnpg.io', version: 'v1', namespace: 'shop', plural: 'clusters' };
const note = withoutCloudNativePg === undefined ? '' : ` (${withoutCloudNativePg})`;
const context = testContext(AbortSignal.timeout(300_000));

let plane: Plane;
let servers: TwoServers;
let operator: OperatorStandIn | undefined;

function storeOf(nodes: readonly string[] = ['a', 'b']) {
  const parsed = parseCloudNativePgStore(
    {
      mode: 'instances',
      kubeconfig: plane.plane.kubeconfig,
      clusterUid: plane.uid,
      namespace: 'shop',
      cluster: 'main',
      nodes: servers.config.nodes
        .map(({ name, region, url }) => ({ name, region, url }))
        .map((node) => ({ ...node, name: nodes[node.name === 'a' ? 0 : 1] ?? '' })),
      withinSeconds: 60,
    },
    'here',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return createCloudNativePgStore(parsed.value);
}

describe.skipIf(leftOut(withoutCloudNativePg))(`a CloudNativePG cluster that is only watched${note}`, () => {
  beforeAll(async () => {
    [plane, servers] = await Promise.all([startPlane(true), twoServers()]);
    const spec = {
      instances: 2,
      failoverDelay: 3,
      primaryLease: { leaseDurationSeconds: 12 },
      stopDelay: 60,
    };
    const body = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'main' }, spec };
    await plane.custom.createNamespacedCustomObject({ ...group, body });
    const object = (await plane.custom.getNamespacedCustomObject({ ...group, name: 'main' })) as object;
    const status = {
      currentPrimary: 'a',
      targetPrimary: 'a',
      currentPrimaryTimestamp: '2026-01-01T00:00:00.000000Z',
    };
    await plane.custom.replaceNamespacedCustomObjectStatus({
      ...group,
      name: 'main',
      body: { ...object, status },
    });
  }, 600_000);
  afterAll(async () => {
    await operator?.stop();
    servers?.dispose();
    await plane?.plane.stop();
  });

  it('says how long its settings let it take, by the probe of its primary', async () => {
    await expect(storeOf().bounds?.(context)).rejects.toThrow('there is no pod a in shop');
    const httpGet = { path: '/readyz', port: 8000 };
    const readinessProbe = { httpGet, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 4 };
    const probed = { containers: [{ name: 'postgres', image: 'postgres', readinessProbe }] };
    await plane.core.createNamespacedPod({
      namespace: 'shop',
      body: { metadata: { name: 'a' }, spec: probed },
    });
    const { takeover, settings } = (await storeOf().bounds?.(context)) ?? {};
    expect(settings).toMatchObject({ failoverDelay: '3 s', stopDelay: '60 s' });
    // Not ready after 14 s, then 3 s of delay, a lease of 12 s that is tried every 2 s, and 5 s to promote.
    expect(takeover).toMatchObject({
      killed: { low: 3, high: 36 },
      frozen: { low: 3, high: 36 },
      partitioned: { low: 3, high: 72 },
      stopped: { low: 3, high: 85 },
    });
  }, 60_000);

  it('says so when the operator chooses an instance that is none of its nodes', async () => {
    await expect(storeOf(['main-1', 'main-2']).observe?.('main-1', context)).rejects.toThrow(
      "the operator has made a the primary, which is none of the store's nodes (main-1, main-2)",
    );
  }, 60_000);

  it('sees which instance takes writes when the primary is lost, and when', async () => {
    operator = operateInstances(plane.plane.kubeconfig, 'main', servers, 'by itself');
    const store = storeOf();
    const watching = store.observe?.('a', context);
    // The primary takes writes, and is not taken for the next one.
    await systemClock.sleep(1500);
    const sent = systemClock.now();
    servers.kill(servers.a);
    const taken = await watching;
    expect(taken).toMatchObject({ node: 'b', timeline: 2 });
    expect(taken?.at.high).toBeGreaterThan(sent);
    expect(taken?.at.low).toBeGreaterThan(sent - 1500);
    const { nodes } = await store.status(context);
    expect(nodes.find(({ name }) => name === 'b')).toMatchObject({ role: 'primary', timeline: 2 });
    expect(operator.troubles).toEqual([]);
  }, 120_000);

  it('is not watched where clusters of a topology have to be moved by hand', () => {
    const nodes = servers.config.nodes.map(({ name, region, url }) => ({
      name,
      region,
      url,
      namespace: 'shop',
      cluster: name,
      kubeconfig: plane.plane.kubeconfig,
    }));
    const parsed = parseCloudNativePgStore({ mode: 'clusters', nodes }, 'here');
    expect(parsed.ok && createCloudNativePgStore(parsed.value).observe).toBeUndefined();
  });
});
