import { kill } from 'node:process';
import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { leftOut } from '@ordeal/shared/testing/left-out';
import type { Clock } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';
import type { KubernetesConfig } from '../../src/drivers/kubernetes/config.ts';
import { FROZEN_MS } from '../chaos-mesh/frozen.ts';
import { until } from '../chaos-mesh/subject.ts';
import { startTlsProxy, type TlsProxy } from '../chaos-mesh/tls-proxy.ts';
import { driving, entryOf, NAMESPACE, startKubernetesSite, type KubernetesSite } from './kubernetes-site.ts';

const without = withoutControlPlane();

let site: KubernetesSite;
let proxy: TlsProxy;

const scale = {
  type: 'scale-to-zero',
  kind: 'Deployment',
  namespace: NAMESPACE,
  workloads: { names: ['api'] },
};
const isolate = {
  type: 'isolate',
  pods: { namespace: NAMESPACE, labels: { app: 'api' } },
};
/** For so long healing waits for what may still come. */
const LATE_MS = 1_000;
const kill1 = { type: 'pod-delete', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };
const deadMan = { image: 'x', namespace: NAMESPACE, serviceAccount: 'dead-man', afterSeconds: 60 };

describe.skipIf(leftOut(without))('the kubernetes driver in an outage', () => {
  beforeAll(async () => {
    site = await startKubernetesSite();
    proxy = await startTlsProxy(site.plane);
    await site.createWorkload('Deployment', 'api', 3);
    await site.settled('app=api', 3);
    await site.cluster.core.createNamespacedServiceAccount({
      namespace: NAMESPACE,
      body: { metadata: { name: 'dead-man' } },
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await site.stop();
  });

  const throughProxy = (config: KubernetesConfig): KubernetesConfig => ({
    ...config,
    cluster: { ...config.cluster, kubeconfig: proxy.kubeconfig },
  });

  const rules = [
    ['a lost answer', { how: 'lose-answer' }],
    ['a 500 after it was done', { how: 'answer-after', status: 500 }],
    ['a 500 before it was done', { how: 'answer', status: 500 }],
    ['a 429', { how: 'answer', status: 429, headers: { 'retry-after': '1' } }],
  ] as const;

  it.each(rules)('scales once and back once through %s', async (_, rule) => {
    const config = throughProxy(await site.pinned(site.config(scale, { deadMan })));
    const before = proxy.disturbed.length;
    proxy.disturb('POST', '/jobs', rule, 2);
    proxy.disturb('PATCH', '/deployments/api', rule, 2);
    await kubernetesDriver.inject(config, driving());
    expect((await site.workload('deployments', 'api')).metadata?.annotations).toMatchObject({
      'ordeal/original': 'replicas=3',
    });
    proxy.disturb('PATCH', '/deployments/api', rule, 2);
    proxy.disturb('DELETE', '/jobs', rule, 2);
    await kubernetesDriver.heal(entryOf(config), driving());
    expect(proxy.disturbed.length).toBeGreaterThan(before + 3);
    expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(3);
    expect(await site.jobs()).toEqual([]);
    expect(await site.settled('app=api', 3)).toBe(true);
  });

  it.each(rules)('isolates once and takes it away through %s', async (_, rule) => {
    const config = throughProxy(await site.pinned(site.config(isolate, { choose: { count: 1 } })));
    proxy.disturb('POST', '/networkpolicies', rule, 2);
    proxy.disturb('PATCH', '/pods/', rule, 2);
    await kubernetesDriver.inject(config, driving());
    expect(await site.policies()).toHaveLength(1);
    proxy.disturb('DELETE', '/networkpolicies', rule, 2);
    proxy.disturb('PATCH', '/pods/', rule, 2);
    await kubernetesDriver.heal(entryOf(config), driving());
    expect(await site.policies()).toEqual([]);
    expect(await site.ready('ordeal/isolated')).toBe(0);
  });

  it.each(rules)('deletes one pod and no other through %s', async (_, rule) => {
    const pinned = await site.pinned(site.config(kill1, { choose: { count: 1 } }));
    const before = await uids();
    proxy.disturb('DELETE', '/pods/', rule, 2);
    await kubernetesDriver.inject(throughProxy(pinned), driving());
    await site.settled('app=api', 3);
    await systemClock.sleep(300);
    const after = await uids();
    expect(before.filter((uid) => !after.includes(uid))).toEqual(
      pinned.pinned?.objects.map(({ uid }) => uid),
    );
  });

  it('gets over an API server that is restarted in the middle of inject, and of heal', async () => {
    const config = await site.pinned(site.config(scale, { injectWithinSeconds: 25, deadMan }));
    const [acknowledged] = await Promise.all([
      kubernetesDriver.inject(config, driving()),
      systemClock.sleep(30).then(() => site.plane.restartApiServer()),
    ]);
    expect(acknowledged).toHaveLength(1);
    await Promise.all([
      healWithPatience(config),
      systemClock.sleep(30).then(() => site.plane.restartApiServer()),
    ]);
    expect(await site.jobs()).toEqual([]);
    expect(await site.settled('app=api', 3)).toBe(true);
    expect((await site.workload('deployments', 'api')).metadata?.labels).toEqual({ team: 'shop' });
  });

  it('gets over an API server that is frozen in the middle of inject, and of heal', async () => {
    const config = await site.pinned(site.config(scale, { injectWithinSeconds: 60 }));
    const injection = kubernetesDriver.inject(config, driving([], AbortSignal.timeout(90_000)));
    injection.catch(() => undefined);
    await systemClock.sleep(20);
    await freeze();
    expect(await injection).toHaveLength(1);
    expect((await site.workload('deployments', 'api')).metadata?.annotations).toMatchObject({
      'ordeal/original': 'replicas=3',
    });
    await whileFrozen(async () => {
      expect(await kubernetesDriver.status(config, driving())).toMatchObject({ state: 'unknown' });
    });
    await Promise.all([healWithPatience(config), freeze()]);
    expect(await site.settled('app=api', 3)).toBe(true);
    expect(await kubernetesDriver.status(config, driving())).toEqual({ state: 'absent' });
  });

  it.each([
    ['scaling, when nothing of it was there yet', 'PATCH', '/deployments/api', scale, { deadMan }],
    ['a dead-man', 'POST', '/jobs', scale, { deadMan }],
    ['a policy', 'POST', '/networkpolicies', isolate, { choose: { count: 1 } }],
    ['the label of a pod', 'PATCH', '/pods/', isolate, { choose: { count: 2 } }],
    ['a cordon', 'PATCH', '/nodes/', { type: 'cordon', nodes: { names: ['node-1'] } }, {}],
  ])(
    'heals %s that was given up, and gets to the server only after it was looked for',
    async (_, method, path, fault, more) => {
      // Its own: one that others have used may have more in store for these requests.
      const late = await startTlsProxy(site.plane);
      onTestFinished(late.stop);
      const pinned = await site.pinned(site.config(fault, more));
      const config = { ...pinned, cluster: { ...pinned.cluster, kubeconfig: late.kubeconfig } };
      const later = Promise.withResolvers<void>();
      const told = late.disturbed.length;
      late.disturb(method, path, { how: 'do-later', after: later.promise }, 1);
      const interrupted = new AbortController();
      const injection = kubernetesDriver.inject(config, driving([], interrupted.signal));
      injection.catch(() => undefined);
      await until(async () => late.disturbed.length > told);
      interrupted.abort(new Error('interrupted'));
      await expect(injection).rejects.toThrow('interrupted');
      let looked = false;
      const sleep: Clock['sleep'] = async (ms, signal) => {
        if (ms !== LATE_MS) return systemClock.sleep(ms, signal);
        // Everything was looked at once, and nothing is asked of the server now: the next answer is to what is late.
        looked = true;
        const done = late.answered(method, path, method === 'POST' ? 201 : 200);
        later.resolve();
        await done;
      };
      await kubernetesDriver.heal(entryOf(config), { ...driving(), clock: { ...systemClock, sleep } });
      expect(looked).toBe(true);
      expect(await kubernetesDriver.status(config, driving())).toEqual({ state: 'absent' });
      expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(3);
      expect(await site.jobs()).toEqual([]);
      expect(await site.policies()).toEqual([]);
      expect(await site.ready('ordeal/isolated')).toBe(0);
      expect(await site.settled('app=api', 3)).toBe(true);
    },
  );
});

async function freeze(): Promise<void> {
  await whileFrozen(() => systemClock.sleep(FROZEN_MS));
}

async function whileFrozen(act: () => Promise<void>): Promise<void> {
  const { pid = 0 } = site.plane.apiServer();
  kill(pid, 'SIGSTOP');
  try {
    await act();
  } finally {
    kill(pid, 'SIGCONT');
  }
}

/** As the unwinding does it: again and again until it is done. */
async function healWithPatience(config: KubernetesConfig): Promise<void> {
  const latest = systemClock.now() + 60_000;
  for (;;) {
    try {
      await kubernetesDriver.heal(entryOf(config), driving());
      return;
    } catch (error) {
      if (systemClock.now() > latest) throw error;
      await systemClock.sleep(200);
    }
  }
}

async function uids(): Promise<readonly string[]> {
  const { items } = await site.cluster.core.listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: 'app=api',
  });
  return items.map(({ metadata }) => metadata?.uid ?? '');
}
