import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLeftovers } from '../../src/chaos-mesh/sweep.ts';
import { startChaosMeshCluster, withoutCluster, type ChaosMeshCluster } from '../chaos-mesh/cluster.ts';
import { HEALED_WITHIN_MS, killOnce, MOMENTS, report } from '../kills/kill-runner.ts';
import { NAMESPACE, startKubernetesSite, type KubernetesSite } from './kubernetes-site.ts';

/** Injecting waits for a cluster's controllers, so it takes longer than on a host. */
const LATEST_MS = 1_500;
/** Chaos Mesh recovers when its controllers come to it: the object is gone then, and not sooner. */
const RECOVERED_WITHIN_MS = 30_000;

const without = withoutControlPlane();

describe.skipIf(without !== undefined)(
  `a runner with the kubernetes driver that is killed at a random moment leaves nothing ${without ?? ''}`,
  () => {
    let site: KubernetesSite;
    const took: number[] = [];
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
      report('kubernetes', took);
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
    const moments = Math.ceil(MOMENTS / faults.length);

    it.each(faults)(
      '%s',
      async (_, fault, more) => {
        for (let moment = 0; moment < moments; moment += 1) {
          const healed = await killOnce({
            driver: 'kubernetes',
            config: site.raw(fault, more),
            afterMs: Math.random() * LATEST_MS,
            holdMs: 40,
            healedWithinMs: HEALED_WITHIN_MS,
          });
          took.push(healed);
          expect(await leftOn(site)).toEqual([]);
        }
        expect(await site.settled('app=api', 3)).toBe(true);
      },
      120_000 + moments * 10_000,
    );
  },
);

describe.skipIf(withoutCluster !== undefined)(
  `a runner with the chaos-mesh driver that is killed at a random moment leaves no object ${withoutCluster ?? ''}`,
  () => {
    let chaos: ChaosMeshCluster;
    const took: number[] = [];
    beforeAll(async () => {
      chaos = await startChaosMeshCluster();
      await chaos.namespace('shop');
      await chaos.pod('shop', 'api-1');
      await chaos.pod('shop', 'api-2');
    });
    afterAll(async () => {
      report('chaos-mesh', took);
      await chaos?.stop();
    });

    const faults = [{ type: 'pod-failure' }, { type: 'network-delay', latencyMs: 100 }];
    const moments = Math.ceil(MOMENTS / faults.length);

    it.each(faults)(
      '$type',
      async (fault) => {
        for (let moment = 0; moment < moments; moment += 1) {
          const healed = await killOnce({
            driver: 'chaos-mesh',
            config: {
              cluster: { kubeconfig: chaos.plane.kubeconfig, context: 'ordeal-test', uid: chaos.uid },
              pods: { namespace: 'shop', labels: { app: 'api' } },
              fault,
            },
            afterMs: Math.random() * LATEST_MS,
            holdMs: 40,
            healedWithinMs: RECOVERED_WITHIN_MS,
          });
          took.push(healed);
          const until = systemClock.now() + 10_000;
          const { found } = await findLeftovers(chaos.client, {}, { clock: systemClock, until });
          expect(found).toEqual([]);
          expect([...chaos.standIn.world.inEffect]).toEqual([]);
        }
      },
      120_000 + moments * 30_000,
    );
  },
);

/** What of a fault any object still carries, from a look past the driver. */
async function leftOn(site: KubernetesSite): Promise<readonly string[]> {
  const { core } = site.cluster;
  const { spec, metadata } = await site.workload('deployments', 'api');
  const [pods, nodes, policies, jobs] = await Promise.all([
    core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: 'ordeal/isolated' }),
    core.listNode({}),
    site.policies(),
    site.jobs(),
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
    ...jobs.map((job) => `job ${job.metadata?.name}`),
  ];
}
