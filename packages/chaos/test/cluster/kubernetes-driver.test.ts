import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { faultDriverContract, type ContractSubject } from '@ordeal/shared/testing/fault-driver-contract';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';
import type { KubernetesConfig } from '../../src/drivers/kubernetes/config.ts';
import { healElsewhere, NAMESPACE, startKubernetesSite, type KubernetesSite } from './kubernetes-site.ts';

const without = withoutControlPlane();

let site: KubernetesSite;

const deployment = {
  type: 'scale-to-zero',
  kind: 'Deployment',
  namespace: NAMESPACE,
  workloads: { names: ['api'] },
};
const statefulSet = { ...deployment, kind: 'StatefulSet', workloads: { labels: { team: 'shop' } } };
const nodes = { names: ['node-1'] };
const isolate = { type: 'isolate', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };
const deadMan = {
  image: 'example.test/kubectl:1',
  namespace: NAMESPACE,
  serviceAccount: 'dead-man',
  afterSeconds: 60,
};

describe.skipIf(leftOut(without))('the kubernetes driver, by the contract', () => {
  beforeAll(async () => {
    site = await startKubernetesSite();
    await site.createWorkload('Deployment', 'api', 3);
    await site.createWorkload('StatefulSet', 'store', 2);
    await site.cluster.core.createNamespacedServiceAccount({
      namespace: NAMESPACE,
      body: { metadata: { name: 'dead-man' } },
    });
    await site.settled('app=api', 3);
    await site.settled('app=store', 2);
  });
  afterAll(() => site.stop());

  const variants: readonly [string, object, object, object, () => Promise<boolean>][] = [
    [
      'scale-to-zero of a Deployment',
      deployment,
      {},
      { ...deployment, workloads: { labels: { team: 'nobody' } } },
      () => scaledUp('deployments', 'api', 3),
    ],
    [
      'scale-to-zero of a StatefulSet, with a dead-man',
      statefulSet,
      { deadMan },
      { ...statefulSet, workloads: { names: ['nothing'] } },
      async () => (await scaledUp('statefulsets', 'store', 2)) && (await site.jobs()).length === 0,
    ],
    [
      'cordon',
      { type: 'cordon', nodes },
      {},
      { type: 'cordon', nodes: { labels: { pool: 'nothing' } } },
      () => takesPods('node-1'),
    ],
    [
      'drain',
      { type: 'drain', nodes },
      { deadMan },
      { type: 'drain', nodes: { names: ['nothing'] } },
      async () => (await takesPods('node-1')) && (await site.settled('app=api', 3)),
    ],
    [
      'isolate',
      isolate,
      {},
      { ...isolate, pods: { ...isolate.pods, labels: { app: 'nothing' } } },
      async () => (await site.policies()).length === 0,
    ],
    [
      'isolate one pod',
      isolate,
      { choose: { count: 1 }, deadMan },
      { ...isolate, pods: { ...isolate.pods, labels: { app: 'nothing' } } },
      async () => (await site.policies()).length === 0 && (await site.ready('ordeal/isolated')) === 0,
    ],
  ];

  describe.each(variants)('%s', (_, fault, more, empty, works) => {
    const cases = faultDriverContract((): ContractSubject<KubernetesConfig> => ({
      driver: kubernetesDriver,
      raw: site.raw(fault, more),
      empty: site.config(empty, { injectWithinSeconds: 1 }),
      mistaken: {
        raw: {
          cluster: { context: '', uid: 'x' },
          fault: { type: 'scale-to-zero', kind: 'Pod', namespace: NAMESPACE, workloads: { names: [] } },
          injectWithinSeconds: 0,
          deadMan: { ...deadMan, afterSeconds: 1 },
        },
        places: [
          '.cluster.context',
          '.cluster.uid',
          '.fault.kind',
          '.fault.workloads.names',
          '.injectWithinSeconds',
          '.deadMan.afterSeconds',
        ],
      },
      works,
      healElsewhere,
    }));
    it.each(cases)('$name', async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });
});

async function scaledUp(
  plural: 'deployments' | 'statefulsets',
  name: string,
  count: number,
): Promise<boolean> {
  const { spec } = await site.workload(plural, name);
  return spec?.replicas === 0 ? false : site.settled(`app=${name}`, count);
}

async function takesPods(name: string): Promise<boolean> {
  return (await site.cluster.core.readNode({ name })).spec?.unschedulable !== true;
}
