import { leftOut } from '@ordeal/shared/testing/left-out';
import { storeDriverContract, type StoreSubject } from '@ordeal/shared/testing/store-driver-contract';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  parseCloudNativePgStore,
  type CloudNativePgConfig,
} from '../../../src/drivers/cloudnative-pg/config.ts';
import { clusterPath, readCluster, setFenced } from '../../../src/drivers/cloudnative-pg/cluster-object.ts';
import { createCloudNativePgStore } from '../../../src/drivers/cloudnative-pg/store.ts';
import { settledStatus } from '../../../src/drills/settled.ts';
import { kubernetesApi } from '../../../src/drivers/kubernetes/api.ts';
import { rolesIn } from '../../drills/drilling.ts';
import { freePorts, sql, testContext, twoServers, type TwoServers } from '../two-servers.ts';
import { operateClusters, operateInstances, type OperatorStandIn } from './operator.ts';
import { startPlane, withoutCloudNativePg, type Plane } from './plane.ts';

const missing = withoutCloudNativePg;
const note = missing === undefined ? '' : ` (${missing})`;
const group = { group: 'postgresql.cnpg.io', version: 'v1', namespace: 'shop', plural: 'clusters' };
/** No server has the address of a multicast group, and nobody refuses for it either. */
const silent = '224.0.0.1';
const context = testContext(AbortSignal.timeout(300_000));

let plane: Plane;
let servers: TwoServers;
let operator: OperatorStandIn;

function parsed(raw: unknown): CloudNativePgConfig {
  const result = parseCloudNativePgStore(raw, 'here');
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

function nodes(): readonly { name: string; region: string; url: string }[] {
  return servers.config.nodes.map(({ name, region, url }) => ({ name, region, url }));
}

async function createCluster(name: string, spec: object, status: object): Promise<void> {
  const body = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name }, spec };
  await plane.custom.createNamespacedCustomObject({ ...group, body });
  const object = (await plane.custom.getNamespacedCustomObject({ ...group, name })) as object;
  await plane.custom.replaceNamespacedCustomObjectStatus({ ...group, name, body: { ...object, status } });
}

const client: Pick<StoreSubject, 'write' | 'read' | 'kill'> = {
  write: async (name, id) => void (await sql(server(name), `INSERT INTO writes VALUES (${id})`)),
  read: async (name) =>
    (await sql<{ id: number }>(server(name), 'SELECT id FROM writes')).map((row) => row.id),
  kill: async (name) => servers.kill(server(name)),
};

function server(name: string): TwoServers['a'] {
  return name === 'a' ? servers.a : servers.b;
}

describe.skipIf(leftOut(missing))(`the instances of a CloudNativePG cluster${note}`, () => {
  const raw = (): Record<string, unknown> => ({
    mode: 'instances',
    kubeconfig: plane.plane.kubeconfig,
    clusterUid: plane.uid,
    namespace: 'shop',
    cluster: 'main',
    nodes: nodes(),
    withinSeconds: 60,
  });

  beforeAll(async () => {
    [plane, servers] = await Promise.all([startPlane(true), twoServers()]);
    const status = {
      currentPrimary: 'a',
      targetPrimary: 'a',
      currentPrimaryTimestamp: '2026-01-01T00:00:00.000000Z',
    };
    await createCluster('main', { instances: 2 }, status);
    operator = operateInstances(plane.plane.kubeconfig, 'main', servers);
  }, 600_000);
  afterAll(async () => {
    await operator?.stop();
    servers?.dispose();
    await plane?.plane.stop();
  });

  describe('keep the contract', () => {
    const cases = storeDriverContract(() => ({
      ...client,
      driver: createCloudNativePgStore(parsed(raw())),
      nodes: ['a', 'b'],
      parse: parseCloudNativePgStore,
      mistaken: {
        raw: { mode: 'instances', namespace: 'No Namespace', nodes: [{ name: 'a', region: 'a', url: 'x' }] },
        places: ['.namespace', '.cluster', '.nodes', '.nodes[0].url'],
      },
      // What starts it is the operator, and it has seen the fence.
      restart: async () => undefined,
    }));
    it.each(cases)('$name', { timeout: 120_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });

  it('promotes no instance that is fenced, and tells the fence', async () => {
    const store = createCloudNativePgStore(parsed(raw()));
    await store.fence('b', context);
    await expect(store.promote('b', context)).rejects.toThrow('node b is fenced');
    const object = (await plane.custom.getNamespacedCustomObject({ ...group, name: 'main' })) as {
      metadata: { annotations: Record<string, string> };
    };
    expect(object.metadata.annotations['cnpg.io/fencedInstances']).toBe('["b"]');
    expect((await store.status(context)).nodes[0]).toMatchObject({
      role: 'primary',
      detail: { fence: 'none' },
    });
    await store.rejoin('b', 'a', context);
    expect(operator.troubles).toEqual([]);
  }, 120_000);

  it('says what the operator does not do, and does not take it for done', async () => {
    await operator.stop();
    const store = createCloudNativePgStore(parsed({ ...raw(), withinSeconds: 1 }));
    await expect(store.promote('b', context)).rejects.toThrow(
      'it is in phase "Switchover in progress" (Switching over to b)',
    );
    operator = operateInstances(plane.plane.kubeconfig, 'main', servers);
    await createCloudNativePgStore(parsed(raw())).promote('b', context);
    await createCloudNativePgStore(parsed(raw())).promote('a', context);
  }, 120_000);

  it('tells what the operator is still to do, so that what became of a move is not decided before', async () => {
    const store = createCloudNativePgStore(parsed(raw()));
    // Its operator may still be starting it again.
    await store.rejoin('b', 'a', context);
    await operator.stop();
    expect(await store.underWay?.(context)).toBeUndefined();
    const stop = new AbortController();
    const going = store.demote('a', 'b', testContext(stop.signal));
    const path = clusterPath('shop', 'main');
    const api = kubernetesApi({ kubeconfig: plane.plane.kubeconfig });
    while ((await readCluster(api, path, context)).status.targetPrimary !== 'b')
      await Promise.race([going, systemClock.sleep(50)]);
    stop.abort(new Error('interrupted by SIGINT'));
    await expect(going).rejects.toThrow('interrupted by SIGINT');
    expect(await store.underWay?.(context)).toContain('the operator moves the primary from a to b');
    const settled = settledStatus(store, ['a', 'b'], context);
    operator = operateInstances(plane.plane.kubeconfig, 'main', servers);
    expect(rolesIn(await settled)).toEqual({ a: 'standby', b: 'primary' });
    await store.promote('a', context);
    expect(await store.underWay?.(context)).toBeUndefined();
  }, 120_000);

  it('takes no refusal at the address of a Service for a fence, and asks the pod by its name', async () => {
    const [port = 0] = await freePorts(1);
    const url = `postgresql://nobody@127.0.0.1:${port}/postgres`;
    const store = createCloudNativePgStore(
      parsed({
        ...raw(),
        nodes: nodes().map((node) => (node.name === 'b' ? { ...node, url } : node)),
        withinSeconds: 1,
      }),
    );
    const questions = store.openQuestions?.();
    expect(await questions?.ask('b', context)).toMatchObject({ takes: 'unknown' });
    questions?.close();
    expect(await store.whyNoProof?.('b', context)).toEqual([
      expect.stringContaining('there is no pod b in the namespace shop'),
    ]);
    await plane.pod('b', { phase: 'Running', podIP: silent });
    try {
      expect(await store.whyNoProof?.('b', context)).toEqual([expect.stringContaining('pod b: ')]);
      await expect(store.fence('b', context)).rejects.toThrow(/is not seen to refuse writes \(pod b: /);
    } finally {
      await plane.core.deleteNamespacedPod({ namespace: 'shop', name: 'b', gracePeriodSeconds: 0 });
    }
    await store.fence('b', context);
    await createCloudNativePgStore(parsed(raw())).rejoin('b', 'a', context);
  }, 120_000);

  it('touches no other Kubernetes, and nothing without the right to', async () => {
    const other = createCloudNativePgStore(parsed({ ...raw(), clusterUid: 'of another' }));
    await expect(other.promote('b', context)).rejects.toThrow(
      'this is another cluster, and nothing was touched',
    );
    const nobody = createCloudNativePgStore(
      parsed({ ...raw(), clusterUid: undefined, kubeconfig: plane.plane.restrictedKubeconfig }),
    );
    await expect(nobody.promote('b', context)).rejects.toThrow('403');
    const none = createCloudNativePgStore(parsed({ ...raw(), cluster: 'nowhere' }));
    await expect(none.status(context)).rejects.toThrow('404');
  });
});

describe.skipIf(leftOut(missing))(`CloudNativePG clusters of a distributed topology${note}`, () => {
  const raw = (): Record<string, unknown> => ({
    mode: 'clusters',
    nodes: nodes().map((node) => ({
      ...node,
      kubeconfig: plane.plane.kubeconfig,
      clusterUid: plane.uid,
      namespace: 'shop',
      cluster: node.name,
    })),
    withinSeconds: 60,
  });

  beforeAll(async () => {
    [plane, servers] = await Promise.all([startPlane(true), twoServers()]);
    for (const name of ['a', 'b']) {
      const replica = { primary: 'a', self: name, source: name === 'a' ? 'b' : 'a' };
      await createCluster(name, { instances: 1, replica }, { phase: 'Cluster in healthy state' });
    }
    operator = operateClusters(plane.plane.kubeconfig, servers);
  }, 600_000);
  afterAll(async () => {
    await operator?.stop();
    servers?.dispose();
    await plane?.plane.stop();
  });

  describe('keep the contract', () => {
    const cases = storeDriverContract(() => ({
      ...client,
      driver: createCloudNativePgStore(parsed(raw())),
      nodes: ['a', 'b'],
      parse: parseCloudNativePgStore,
      mistaken: {
        raw: { mode: 'clusters', nodes: [{ name: 'a' }] },
        places: ['.nodes', '.nodes[0].cluster'],
      },
      restart: async () => undefined,
    }));
    it.each(cases)('$name', { timeout: 120_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });

  it('moves the primary with a token of its own for each demotion', async () => {
    const store = createCloudNativePgStore(parsed(raw()));
    const tokens: string[] = [];
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      await store.demote(from, to, context);
      await store.promote(to, context);
      await store.rejoin(from, to, context);
      const object = (await plane.custom.getNamespacedCustomObject({ ...group, name: to })) as {
        status: { lastPromotionToken: string };
      };
      tokens.push(object.status.lastPromotionToken);
    }
    expect(new Set(tokens).size).toBe(4);
    expect(operator.troubles).toEqual([]);
  }, 200_000);

  it('lifts its own fence, and none of an instance that somebody else has fenced', async () => {
    const store = createCloudNativePgStore(parsed(raw()));
    const api = kubernetesApi({ kubeconfig: plane.plane.kubeconfig });
    const path = clusterPath('shop', 'b');
    await setFenced(api, path, () => ['b-7'], context);
    await store.fence('b', context);
    expect((await readCluster(api, path, context)).fenced).toEqual(['b-7', '*']);
    await store.rejoin('b', 'a', context);
    expect((await readCluster(api, path, context)).fenced).toEqual(['b-7']);
  }, 120_000);

  it('takes no refusal at the address of a Service for a fence while a pod has not refused', async () => {
    const [port = 0] = await freePorts(1);
    const { nodes: known } = raw() as { nodes: readonly { name: string; url: string }[] };
    const url = `postgresql://nobody@127.0.0.1:${port}/postgres`;
    const store = createCloudNativePgStore(
      parsed({
        ...raw(),
        nodes: known.map((node) => (node.name === 'b' ? { ...node, url } : node)),
        withinSeconds: 1,
      }),
    );
    const of = (podRole: string): Record<string, string> => ({
      'cnpg.io/cluster': 'b',
      'cnpg.io/podRole': podRole,
    });
    const questions = store.openQuestions?.();
    expect(await questions?.ask('b', context)).toMatchObject({ takes: 'unknown' });
    questions?.close();
    // Its poolers take no writes of their own, and an address of one that has ended is somebody else's.
    await plane.pod('b-pooler', { phase: 'Running', podIP: silent }, of('pooler'));
    expect(await store.whyNoProof?.('b', context)).toEqual([
      expect.stringContaining('the cluster shop/b has no pod'),
    ]);
    await plane.pod('b-0', { phase: 'Failed', podIP: silent }, of('instance'));
    // Without an address it was not started: what the operator starts in it by then finds the fence.
    await plane.pod('b-1', { phase: 'Pending' }, of('instance'));
    expect(await store.whyNoProof?.('b', context)).toEqual([]);
    await store.fence('b', context);
    await createCloudNativePgStore(parsed(raw())).rejoin('b', 'a', context);
    await plane.pod('b-2', { phase: 'Running', podIP: silent }, of('instance'));
    expect(await store.whyNoProof?.('b', context)).toEqual([expect.stringContaining('pod b-2: ')]);
    await expect(store.fence('b', context)).rejects.toThrow(/is not seen to refuse writes \(pod b-2: /);
    for (const name of ['b-pooler', 'b-0', 'b-1', 'b-2'])
      await plane.core.deleteNamespacedPod({ namespace: 'shop', name, gracePeriodSeconds: 0 });
    await createCloudNativePgStore(parsed(raw())).rejoin('b', 'a', context);
  }, 120_000);

  it('refuses to make two writers', async () => {
    const store = createCloudNativePgStore(parsed(raw()));
    await expect(store.promote('b', context)).rejects.toThrow('node a accepts writes');
  });
});
