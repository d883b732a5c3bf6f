import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLeftovers } from '../../src/chaos-mesh/sweep.ts';
import { startChaosMeshCluster, withoutCluster, type ChaosMeshCluster } from '../chaos-mesh/cluster.ts';
import {
  GONE_WITHIN_MS,
  killRunner,
  killRunners,
  misses,
  MOMENTS,
  PROVING,
  report,
  type Kill,
} from '../kills/kill-runner.ts';
import { until } from '../chaos-mesh/subject.ts';
import { startTlsProxy, type TlsProxy } from '../chaos-mesh/tls-proxy.ts';
import { NAMESPACE, startKubernetesSite, type KubernetesSite } from './kubernetes-site.ts';

/** Injecting waits for a cluster's controllers, so it takes longer than on a host. */
const LATEST_MS = 1_500;
/** Chaos Mesh recovers when its controllers come to it: the object is gone then, and not sooner. */
const RECOVERED_WITHIN_MS = 30_000;
/** Of a fault that nobody of ours gets to. */
const ENDS_AFTER_SECONDS = 8;

const without = withoutControlPlane();

// A proof that cannot be made fails, with the reason.
describe.skipIf(!PROVING && leftOut(without))(
  `a runner with the kubernetes driver that is killed at a random moment leaves nothing ${without ?? ''}`,
  () => {
    let site: KubernetesSite;
    const kills: Kill[] = [];
    beforeAll(async () => {
      site = await startKubernetesSite();
      await site.createWorkload('Deployment', 'api', 3);
      await site.settled('app=api', 3);
      await site.cluster.core.createNamespacedServiceAccount({
        namespace: NAMESPACE,
        body: { metadata: { name: 'dead-man' } },
      });
    });
    afterAll(async () => {
      report('kubernetes', kills, GONE_WITHIN_MS);
      await site?.stop();
    });

    const workloads = { names: ['api'] };
    const scale = { type: 'scale-to-zero', kind: 'Deployment', namespace: NAMESPACE, workloads };
    const isolate = { type: 'isolate', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };
    const deadMan = { image: 'x', namespace: NAMESPACE, serviceAccount: 'dead-man', afterSeconds: 60 };
    const faults: readonly (readonly [string, object, object])[] = [
      ['scaled to zero, with a dead-man', scale, { deadMan }],
      ['isolated', isolate, { choose: { count: 1 } }],
      ['cordoned', { type: 'cordon', nodes: { names: ['node-1'] } }, {}],
    ];
    // Continuous integration tries the first of them.
    const tried = PROVING ? faults : faults.slice(0, 1);
    const moments = Math.ceil(MOMENTS / faults.length);

    it.each(tried)(
      '%s',
      async (_, fault, more) => {
        const done = await killRunners({
          driver: 'kubernetes',
          config: site.raw(fault, more),
          times: moments,
          latestMs: LATEST_MS,
          left: () => leftOn(site),
          works: async () => (await site.settled('app=api', 3)) && (await site.jobs()).length === 0,
        });
        kills.push(...done);
        expect(misses(done, GONE_WITHIN_MS)).toEqual([]);
        expect(done).toHaveLength(moments);
      },
      120_000 + moments * 10_000,
    );
  },
);

describe.skipIf(!PROVING && leftOut(withoutCluster))(
  `a runner with the chaos-mesh driver that is killed at a random moment leaves no object ${withoutCluster ?? ''}`,
  () => {
    let chaos: ChaosMeshCluster;
    const kills: Kill[] = [];
    let proxy: TlsProxy;
    beforeAll(async () => {
      if (withoutCluster !== undefined) throw new Error(withoutCluster);
      chaos = await startChaosMeshCluster();
      proxy = await startTlsProxy(chaos.plane);
      await chaos.namespace('shop');
      await chaos.pod('shop', 'api-1');
      await chaos.pod('shop', 'api-2');
    });
    afterAll(async () => {
      report('chaos-mesh', kills, RECOVERED_WITHIN_MS);
      await proxy?.stop();
      await chaos?.stop();
    });

    const faults = [{ type: 'pod-failure' }, { type: 'network-delay', latencyMs: 100 }];
    const tried = PROVING ? faults : faults.slice(1);
    const moments = Math.ceil(MOMENTS / faults.length);

    it.each(tried)(
      '$type',
      async (fault) => {
        const done = await killRunners({
          driver: 'chaos-mesh',
          config: {
            cluster: { kubeconfig: chaos.plane.kubeconfig, context: 'ordeal-test', uid: chaos.uid },
            pods: { namespace: 'shop', labels: { app: 'api' } },
            fault,
          },
          times: moments,
          latestMs: LATEST_MS,
          left: () => leftIn(chaos),
          works: async () => chaos.standIn.world.inEffect.size === 0,
        });
        kills.push(...done);
        expect(misses(done, RECOVERED_WITHIN_MS)).toEqual([]);
        expect(done).toHaveLength(moments);
      },
      120_000 + moments * 30_000,
    );

    it.each(Array.from({ length: PROVING ? Math.ceil(MOMENTS / 10) : 1 }, (_, index) => index + 1))(
      'has its fault ended by the cluster when the API server goes away as well, and says until then that it is left (%i)',
      async () => {
        const config = {
          cluster: { kubeconfig: proxy.kubeconfig, context: 'ordeal-test', uid: chaos.uid },
          pods: { namespace: 'shop', labels: { app: 'api' } },
          fault: { type: 'pod-failure' },
          endsAfterSeconds: ENDS_AFTER_SECONDS,
        };
        const storm = { driver: 'chaos-mesh', config, latestMs: LATEST_MS };
        try {
          const killed = await killRunner(storm, { holdMs: 60_000, meanwhile: proxy.cut });
          const { inEffect } = chaos.standIn.world;
          await until(async () => inEffect.size === 0, ENDS_AFTER_SECONDS * 1000 + 10_000);
          // A runner that was killed before it wrote an entry has injected nothing.
          const underWay = killed.open().length > 0;
          await until(async () => !underWay || killed.guardianSays().includes('not healed yet'));
          expect(underWay && killed.guardianSays().includes('left 0')).toBe(false);
          proxy.mend();
          await until(async () => killed.open().length === 0, 60_000);
          await until(async () => killed.guardianSays().includes('left 0'));
          expect(await leftIn(chaos)).toEqual([]);
        } finally {
          proxy.mend();
        }
      },
    );
  },
);

async function leftIn({ client, standIn }: ChaosMeshCluster): Promise<readonly string[]> {
  const patience = { clock: systemClock, until: systemClock.now() + 10_000 };
  const { found, unseen } = await findLeftovers(client, {}, patience);
  return [
    ...found.map(({ ref, state }) => `${ref.kind} ${ref.name} is ${state}`),
    ...unseen.map(({ kind }) => `${kind} was not seen`),
    ...standIn.world.inEffect,
  ];
}

/** What of a fault any object still carries, from a look past the driver. A dead-man stands until all is sure. */
async function leftOn(site: KubernetesSite): Promise<readonly string[]> {
  const { core } = site.cluster;
  const { spec, metadata } = await site.workload('deployments', 'api');
  const [pods, nodes, policies] = await Promise.all([
    core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: 'ordeal/isolated' }),
    core.listNode({}),
    site.policies(),
  ]);
  return [
    ...(spec?.replicas === 3 ? [] : [`api has ${spec?.replicas} replicas`]),
    ...(metadata?.labels?.['ordeal/fault'] === undefined ? [] : ['api is marked']),
    ...pods.items.map((pod) => `pod ${pod.metadata?.name} is marked`),
    ...nodes.items.flatMap((node) =>
      node.spec?.unschedulable === true || node.metadata?.labels?.['ordeal/fault'] !== undefined
        ? [`node ${node.metadata?.name} is cordoned`]
        : [],
    ),
    ...policies.map((policy) => `policy ${policy.metadata?.name}`),
  ];
}
