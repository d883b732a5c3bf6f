import { configMapStop } from '@ordeal/shared/stop/config-map';
import { EmergencyStop, watchForStop } from '@ordeal/shared/stop/watch';
import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster, listPods } from '../../src/chaos-mesh/cluster.ts';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';
import type { KubernetesConfig } from '../../src/drivers/kubernetes/config.ts';
import { stopStore, STOP_CONFIG_MAP } from '../../src/coordination/stop-store.ts';
import { driving, entryOf, NAMESPACE, startKubernetesSite, type KubernetesSite } from './kubernetes-site.ts';
import { createPod } from './kubernetes-stand-in.ts';

const without = withoutControlPlane();

let site: KubernetesSite;

const scale = {
  type: 'scale-to-zero',
  kind: 'Deployment',
  namespace: NAMESPACE,
  workloads: { names: ['api'] },
};
const drain = { type: 'drain', nodes: { names: ['node-1'] }, evictWithinSeconds: 2 };
const kill = { type: 'pod-delete', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };
const isolate = { type: 'isolate', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };

describe.skipIf(leftOut(without))('faults on a cluster', () => {
  beforeAll(async () => {
    site = await startKubernetesSite();
    await site.createWorkload('Deployment', 'api', 3);
    await site.createWorkload('Deployment', 'cache', 2);
    await site.settled('app=api', 3);
    await site.settled('app=cache', 2);
  });
  afterAll(() => site.stop());
  afterEach(async () => {
    Object.assign(site.standIn, { jobsRun: true, podsEnd: true, workloadsFollow: true });
    await site.scale('api', 3);
    await site.settled('app=api', 3);
  });

  describe('scaled to zero', () => {
    it('writes what was there into the undo entry and onto the object, and takes it off again', async () => {
      const config = await site.pinned(site.config(scale));
      expect(config.pinned?.objects).toMatchObject([{ name: 'api', replicas: 3 }]);
      const acknowledged = await kubernetesDriver.inject(config, driving());
      expect(acknowledged).toMatchObject([{ target: 'deployment shop/api', detail: 'scaled from 3 to 0' }]);
      const { metadata } = await site.workload('deployments', 'api');
      expect(metadata?.annotations).toMatchObject({ 'ordeal/original': 'replicas=3' });
      expect(metadata?.labels).toMatchObject({ 'ordeal/run': 'run-1', team: 'shop' });
      expect(await site.ready('app=api')).toBe(0);
      expect(await site.ready('app=cache')).toBe(2);
      await kubernetesDriver.heal(entryOf(config), driving());
      const after = (await site.workload('deployments', 'api')).metadata;
      expect(after?.labels).toEqual({ team: 'shop' });
      expect(after?.annotations ?? {}).toEqual({});
      expect(await site.settled('app=api', 3)).toBe(true);
    });

    it('is found and healed without an undo entry of its own, by the settings alone', async () => {
      const config = site.config(scale);
      await kubernetesDriver.inject(await site.pinned(config), driving());
      expect(await kubernetesDriver.status(config, driving())).toEqual({
        state: 'present',
        detail: 'deployment shop/api at zero',
      });
      await kubernetesDriver.heal(entryOf(config), driving());
      expect(await site.settled('app=api', 3)).toBe(true);
    });

    it('leaves alone what somebody else has scaled since, and says so', async () => {
      const config = await site.pinned(site.config(scale));
      await kubernetesDriver.inject(config, driving());
      await site.scale('api', 5);
      const said: string[] = [];
      await kubernetesDriver.heal(entryOf(config), driving(said));
      expect(said.join()).toMatch(/has 5 replicas, which somebody else has asked for/);
      const { spec, metadata } = await site.workload('deployments', 'api');
      expect(spec?.replicas).toBe(5);
      expect(metadata?.labels).toEqual({ team: 'shop' });
    });

    it('does not scale up what was at zero for another reason', async () => {
      const config = await site.pinned(site.config(scale));
      await site.scale('api', 0);
      await kubernetesDriver.heal(entryOf(config), driving());
      expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(0);
      await expect(kubernetesDriver.targets(site.config(scale), driving())).rejects.toThrow(/no replicas/);
    });

    it('is refused when it was scaled or created anew since it was chosen', async () => {
      const config = await site.pinned(site.config(scale));
      await site.scale('api', 4);
      await expect(kubernetesDriver.inject(config, driving())).rejects.toThrow(/from 3 to 4 since/);
      const objects = (config.pinned?.objects ?? []).map((one) => ({ ...one, uid: 'another' }));
      const another: KubernetesConfig = { ...config, pinned: { run: 'run-1', objects } };
      await expect(kubernetesDriver.inject(another, driving())).rejects.toThrow(/created anew since/);
      expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(4);
    });

    it('is refused while a fault of another run, or another fault, is in', async () => {
      const first = await site.pinned(site.config(scale));
      await kubernetesDriver.inject(first, driving());
      await expect(
        kubernetesDriver.pin(site.config(scale), { run: 'run-2', seed: 1 }, driving()),
      ).rejects.toThrow(/A fault of run run-1 is still in at deployment shop\/api/);
      const other = site.config({ ...scale, workloads: { labels: { team: 'shop' } } });
      await expect(kubernetesDriver.targets(other, driving())).rejects.toThrow(/is still in/);
      await kubernetesDriver.heal(entryOf(first), driving());
    });

    it('is not acknowledged while replicas are left', async () => {
      site.standIn.workloadsFollow = false;
      const config = await site.pinned(site.config(scale, { injectWithinSeconds: 1 }));
      await expect(kubernetesDriver.inject(config, driving())).rejects.toThrow(
        /controller has not acted on that/,
      );
      site.standIn.workloadsFollow = true;
      await kubernetesDriver.heal(entryOf(config), driving());
      expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(3);
    });

    it('is healed when its object is gone, and says so', async () => {
      await site.createWorkload('Deployment', 'fleeting', 1);
      const config = await site.pinned(site.config({ ...scale, workloads: { names: ['fleeting'] } }));
      await kubernetesDriver.inject(config, driving());
      await site.cluster.custom.deleteNamespacedCustomObject({
        group: 'apps',
        version: 'v1',
        plural: 'deployments',
        namespace: NAMESPACE,
        name: 'fleeting',
      });
      const said: string[] = [];
      await kubernetesDriver.heal(entryOf(config), driving(said));
      expect(said.join()).toMatch(/fleeting is gone/);
    });
  });

  describe('pods deleted', () => {
    it('hits exactly the chosen pods, by their UIDs, and sees them replaced', async () => {
      const config = await site.pinned(site.config(kill, { choose: { count: 2 } }), 7);
      expect(config.pinned).toMatchObject({ ready: 3, objects: [{}, {}] });
      expect(await site.pinned(site.config(kill, { choose: { count: 2 } }), 7)).toEqual(config);
      const before = await kubernetesDriver.identities(config, driving());
      const pods = await listPods(site.cluster, { namespace: NAMESPACE, labelSelector: 'app=api' });
      const acknowledged = await kubernetesDriver.inject(config, driving());
      expect(acknowledged.map(({ target }) => target).toSorted()).toEqual(Object.keys(before).toSorted());
      expect(acknowledged.every(({ detail }) => /is gone|is ending/.test(detail))).toBe(true);
      await kubernetesDriver.replaced(config, before, driving());
      const after = await listPods(site.cluster, { namespace: NAMESPACE, labelSelector: 'app=api' });
      const uids = new Set(after.map(({ metadata }) => metadata?.uid));
      const survivors = pods.filter(({ metadata }) => uids.has(metadata?.uid));
      expect(survivors).toHaveLength(1);
      expect(Object.values(before)).not.toContain(survivors[0]?.metadata?.uid);
      expect(await kubernetesDriver.status(config, driving())).toEqual({ state: 'absent' });
      await kubernetesDriver.heal(entryOf(config), driving());
    });

    it('is present while a pod is ending, or its replacement is missing', async () => {
      Object.assign(site.standIn, { podsEnd: false, workloadsFollow: false });
      const config = await site.pinned(site.config(kill, { choose: { count: 1 } }));
      const [acknowledged] = await kubernetesDriver.inject(config, driving());
      expect(acknowledged?.detail).toMatch(/is ending, with 30 s of grace/);
      expect(await kubernetesDriver.status(config, driving())).toMatchObject({
        state: 'present',
        detail: expect.stringMatching(/2 pods of 3 ready, shop\/api-\w+ still ending/),
      });
      site.standIn.podsEnd = true;
      await site.settled('app=api', 2);
      expect(await kubernetesDriver.status(config, driving())).toMatchObject({ state: 'present' });
      site.standIn.workloadsFollow = true;
      await kubernetesDriver.heal(entryOf(config), driving());
      expect(await site.ready('app=api')).toBe(3);
    });

    it('is not done to a pod that was replaced since it was chosen', async () => {
      const config = await site.pinned(site.config(kill, { choose: { count: 1 } }));
      await kubernetesDriver.inject(config, driving());
      // One more may be up before the one that was deleted is gone.
      await site.ended('app=api');
      await site.settled('app=api', 3);
      await expect(kubernetesDriver.inject(config, driving())).rejects.toThrow(/is gone since it was chosen/);
      expect(await site.ready('app=api')).toBe(3);
    });

    it('is refused for pods that nobody would bring back', async () => {
      const name = await createPod(site.cluster, NAMESPACE, 'bare-', { app: 'bare' });
      const config = site.config({ ...kill, pods: { namespace: NAMESPACE, labels: { app: 'bare' } } });
      await expect(kubernetesDriver.targets(config, driving())).rejects.toThrow(
        /no controller brings it back/,
      );
      await site.cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name });
    });

    it('ends by itself, and nobody has to watch over it', () => {
      const config = site.config(kill);
      expect(kubernetesDriver.endsByItself(config)).toBe(true);
      expect(kubernetesDriver.unattended(config)).toEqual({ by: 'itself' });
      expect(kubernetesDriver.changesIdentities?.(site.config(scale))).toBe(false);
    });
  });

  describe('a node drained', () => {
    it('moves its pods away, and takes pods again afterwards', async () => {
      const config = await site.pinned(site.config(drain));
      const before = await podsOn('node-1');
      expect(before.length).toBeGreaterThan(0);
      const [acknowledged] = await kubernetesDriver.inject(config, driving());
      expect(acknowledged?.detail).toBe(`cordoned; ${before.length} of ${before.length} pods evicted`);
      await site.settled('app=api', 3);
      expect(await podsOn('node-1')).toEqual([]);
      await kubernetesDriver.heal(entryOf(config), driving());
      const { spec, metadata } = await site.cluster.core.readNode({ name: 'node-1' });
      expect(spec?.unschedulable).toBeUndefined();
      expect(metadata?.labels).toEqual({ pool: 'work' });
    });

    it('leaves what a disruption budget protects, and says so', async () => {
      await fill('node-1');
      await budget('api');
      const said: string[] = [];
      const config = await site.pinned(site.config(drain));
      const [acknowledged] = await kubernetesDriver.inject(config, driving(said));
      expect(acknowledged?.detail).toMatch(/of \d+ pods evicted; refused: shop\/api-/);
      expect(said.join()).toMatch(/is not evicted: .*disruption budget/);
      expect((await podsOn('node-1')).every((name) => name.startsWith('api-'))).toBe(true);
      expect(await site.ready('app=api')).toBe(3);
      await kubernetesDriver.heal(entryOf(config), driving());
      await site.cluster.custom.deleteNamespacedCustomObject({ ...BUDGETS, name: 'api' });
    });

    it('is refused when a pod, or what it keeps, would be lost', async () => {
      await fill('node-1');
      const bare = await createPod(site.cluster, NAMESPACE, 'bare-', { app: 'bare' }, [], {
        nodeName: 'node-1',
      } as never);
      await expect(site.pinned(site.config(drain))).rejects.toThrow(/would be lost: no controller/);
      await site.cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name: bare });
      const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'x', controller: true };
      const spec = { nodeName: 'node-1', volumes: [{ name: 'scratch', emptyDir: {} }] };
      const keeping = await createPod(
        site.cluster,
        NAMESPACE,
        'keeping-',
        { app: 'k' },
        [owner],
        spec as never,
      );
      await gone(bare);
      await expect(site.pinned(site.config(drain))).rejects.toThrow(/keeping-\w+ on node node-1 would lose/);
      await site.cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name: keeping });
      await gone(keeping);
    });

    it('leaves daemons, mirrors and other namespaces alone', async () => {
      await fill('node-1');
      const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'd', controller: true };
      const daemon = await createPod(site.cluster, NAMESPACE, 'daemon-', { app: 'd' }, [owner], {
        nodeName: 'node-1',
      } as never);
      const config = await site.pinned(site.config({ ...drain, namespaces: ['elsewhere'] }));
      const [nothing] = await kubernetesDriver.inject(config, driving());
      expect(nothing?.detail).toBe('cordoned; 0 of 0 pods evicted');
      await kubernetesDriver.heal(entryOf(config), driving());
      const all = await site.pinned(site.config(drain));
      await kubernetesDriver.inject(all, driving());
      await site.settled('app=api', 3);
      expect(await podsOn('node-1')).toEqual([daemon]);
      await kubernetesDriver.heal(entryOf(all), driving());
      await site.cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name: daemon });
      await gone(daemon);
    });

    it('does not touch a node that somebody else has cordoned, or has made schedulable since', async () => {
      await unschedulable('node-1', true);
      await expect(site.pinned(site.config(drain))).rejects.toThrow(/it would hit nothing/);
      await unschedulable('node-1', null);
      const config = await site.pinned(site.config({ type: 'cordon', nodes: { labels: { pool: 'work' } } }));
      expect(config.pinned?.objects).toHaveLength(2);
      await kubernetesDriver.inject(config, driving());
      await unschedulable('node-2', null);
      const said: string[] = [];
      await kubernetesDriver.heal(entryOf(config), driving(said));
      expect(said).toEqual(['node node-2 was made schedulable by somebody else since']);
    });
  });

  describe('pods isolated', () => {
    it('are cut off by a policy of our own, which also catches new ones', async () => {
      const config = await site.pinned(site.config(isolate));
      await kubernetesDriver.inject(config, driving());
      const [policy] = await site.policies();
      expect(policy?.spec).toEqual({
        podSelector: { matchLabels: { app: 'api' } },
        policyTypes: ['Ingress', 'Egress'],
      });
      expect(policy?.metadata?.labels).toMatchObject({
        'app.kubernetes.io/managed-by': 'ordeal',
        'ordeal/run': 'run-1',
      });
      await kubernetesDriver.heal(entryOf(config), driving());
      expect(await site.policies()).toEqual([]);
    });

    it('are named by a label where they were chosen, and by nothing else that they have', async () => {
      const raw = { ...isolate, directions: ['egress'] };
      const config = await site.pinned(site.config(raw, { choose: { percent: 50 } }));
      await kubernetesDriver.inject(config, driving());
      const [policy] = await site.policies();
      const labels = policy?.spec?.podSelector?.matchLabels ?? {};
      expect(Object.keys(labels)).toEqual(['ordeal/isolated']);
      expect(policy?.spec?.policyTypes).toEqual(['Egress']);
      const cut = await listPods(site.cluster, {
        labelSelector: `ordeal/isolated=${labels['ordeal/isolated']}`,
      });
      expect(cut.map(({ metadata }) => metadata?.uid)).toEqual(config.pinned?.objects.map(({ uid }) => uid));
      expect(cut).toHaveLength(1);
      await kubernetesDriver.heal(entryOf(config), driving());
      expect(await site.ready('ordeal/isolated')).toBe(0);
    });

    it('leave a policy alone that is not ours, or is ours no more', async () => {
      const config = await site.pinned(site.config(isolate));
      await kubernetesDriver.inject(config, driving());
      const [policy] = await site.policies();
      const address = {
        group: 'networking.k8s.io',
        version: 'v1',
        plural: 'networkpolicies',
        namespace: NAMESPACE,
        name: policy?.metadata?.name ?? '',
      };
      const body = { metadata: { labels: { 'ordeal/fault': null } } };
      await site.cluster.call(
        'taking a policy over',
        (how) => site.cluster.custom.patchNamespacedCustomObject({ ...address, body }, how),
        { contentType: 'application/merge-patch+json' },
      );
      const said: string[] = [];
      await kubernetesDriver.heal(entryOf(config), driving(said));
      expect(said.join()).toMatch(/carries our label no more: left as it is/);
      expect(await site.policies()).toHaveLength(1);
      await expect(kubernetesDriver.inject(config, driving())).rejects.toThrow(/which is not ours/);
      await site.cluster.custom.deleteNamespacedCustomObject(address);
    });

    it('are still cut off when only half was undone', async () => {
      const config = await site.pinned(site.config(isolate, { choose: { count: 1 } }));
      await kubernetesDriver.inject(config, driving());
      const [policy] = await site.policies();
      await site.cluster.custom.deleteNamespacedCustomObject({
        group: 'networking.k8s.io',
        version: 'v1',
        plural: 'networkpolicies',
        namespace: NAMESPACE,
        name: policy?.metadata?.name ?? '',
      });
      expect(await kubernetesDriver.status(config, driving())).toMatchObject({
        state: 'present',
        detail: expect.stringMatching(/the label ordeal\/isolated on shop\/api-/),
      });
      await kubernetesDriver.heal(entryOf(config), driving());
      expect(await kubernetesDriver.status(config, driving())).toEqual({ state: 'absent' });
    });
  });

  describe('the cluster', () => {
    it('is refused when it is not the one that is pinned, before anything is done', async () => {
      const { cluster, ...config } = site.config(scale);
      const another = { ...config, cluster: { ...cluster, uid: '00000000-0000-0000-0000-000000000000' } };
      await expect(kubernetesDriver.inject(another, driving())).rejects.toThrow(/leads to another cluster/);
      expect(await kubernetesDriver.status(another, driving())).toMatchObject({ state: 'unknown' });
      await expect(kubernetesDriver.heal(entryOf(another), driving())).rejects.toThrow(/another cluster/);
    });

    it('is not called healthy by a user who may not look', async () => {
      const { cluster, ...config } = site.config(scale);
      const blind = { ...config, cluster: { ...cluster, kubeconfig: site.plane.restrictedKubeconfig } };
      expect(await kubernetesDriver.status(blind, driving())).toMatchObject({
        state: 'unknown',
        reason: expect.stringMatching(/forbidden/),
      });
      await expect(kubernetesDriver.heal(entryOf(blind), driving())).rejects.toThrow(/forbidden/);
    });
  });

  describe('its emergency stop', () => {
    it('is a ConfigMap that aborts a run from another machine, by hand as well', async () => {
      const own = stopStore(async () => site.cluster, NAMESPACE, 'ordeal-test');
      const elsewhere = connectCluster({ kubeconfig: site.plane.kubeconfig }, systemClock);
      const watch = watchForStop([configMapStop(own, 'hold')], { clock: systemClock, say: () => undefined });
      const aborted = new Promise((resolve) => {
        watch.signal.addEventListener('abort', resolve, { once: true });
      });
      await elsewhere.core.createNamespacedConfigMap({
        namespace: NAMESPACE,
        body: { metadata: { name: STOP_CONFIG_MAP }, data: { by: 'ada', why: 'customers are hurt' } },
      });
      await aborted;
      expect(watch.signal.reason).toBeInstanceOf(EmergencyStop);
      expect(String(watch.signal.reason)).toMatch(
        /by ada: customers are hurt \(the ConfigMap shop\/ordeal-stop/,
      );
      await watch.end();
      const signal = new AbortController().signal;
      const stop = configMapStop(own, 'hold');
      const second = { by: 'bob', at: '2026-03-01T00:00:00Z', why: 'again' };
      expect(await stop.order(second, signal)).toMatchObject({ by: 'ada' });
      expect(await stop.clear(signal)).toMatchObject({ by: 'ada' });
      expect(await stop.read(signal)).toEqual({ state: 'clear' });
      expect(await stop.order(second, signal)).toBe(second);
      expect(await stop.clear(signal)).toEqual(second);
    });

    it('is not cleared when it was changed since it was read', async () => {
      const store = stopStore(async () => site.cluster, NAMESPACE, 'ordeal-test');
      const signal = new AbortController().signal;
      await store.create({ by: 'ada' }, signal);
      expect(await store.remove('1', signal)).toBe(false);
      const version = (await store.read(signal))?.version ?? '';
      expect(await store.remove(version, signal)).toBe(true);
      expect(await store.remove(version, signal)).toBe(false);
    });
  });
});

const BUDGETS = { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', namespace: NAMESPACE };

/** A disruption budget that allows nothing, with the status that its controller would give it. */
async function budget(app: string): Promise<void> {
  await site.cluster.custom.createNamespacedCustomObject({
    ...BUDGETS,
    body: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: app },
      spec: { minAvailable: '100%', selector: { matchLabels: { app } } },
    },
  });
  await site.cluster.call(
    'writing the status of a budget',
    (how) =>
      site.cluster.custom.patchNamespacedCustomObjectStatus(
        {
          ...BUDGETS,
          name: app,
          body: {
            status: {
              observedGeneration: 1,
              disruptionsAllowed: 0,
              currentHealthy: 3,
              desiredHealthy: 3,
              expectedPods: 3,
            },
          },
        },
        how,
      ),
    { contentType: 'application/merge-patch+json' },
  );
}

async function podsOn(node: string): Promise<readonly string[]> {
  const pods = await listPods(site.cluster, { fieldSelector: `spec.nodeName=${node}` });
  return pods
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata?.name ?? '');
}

/** Brings every pod to a node: the others take none until they are there. */
async function fill(node: string): Promise<void> {
  const other = node === 'node-1' ? 'node-2' : 'node-1';
  await unschedulable(other, true);
  for (const name of await podsOn(other)) {
    await site.cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name });
    await gone(name);
  }
  await site.settled('app=api', 3);
  await site.settled('app=cache', 2);
  await unschedulable(other, null);
}

async function gone(name: string): Promise<void> {
  for (;;) {
    const pods = await listPods(site.cluster, { namespace: NAMESPACE });
    if (!pods.some(({ metadata }) => metadata?.name === name)) return;
    await systemClock.sleep(30);
  }
}

async function unschedulable(name: string, is: true | null): Promise<void> {
  await site.cluster.call(
    'cordoning as somebody else',
    (how) => site.cluster.core.patchNode({ name, body: { spec: { unschedulable: is } } }, how),
    { contentType: 'application/merge-patch+json' },
  );
}
