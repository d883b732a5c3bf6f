import { faultDriverContract } from '@ordeal/shared/testing/fault-driver-contract';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';
import type { ChaosMeshConfig } from '../../src/drivers/chaos-mesh/config.ts';
import { startAnyCluster, withoutAnyCluster, type AnyCluster } from '../chaos-mesh/any-cluster.ts';
import { configOf, healElsewhere } from '../chaos-mesh/subject.ts';

let cluster: AnyCluster;
let images: readonly string[];

/**
 * Whatever plays Chaos Mesh: only what its API shows is looked at, so that the same holds on a real cluster
 * (ORDEAL_CHAOS_MESH_KUBECONFIG and ORDEAL_CHAOS_MESH_CONTEXT), where the fault is real as well.
 */
describe.skipIf(leftOut(withoutAnyCluster))(
  `the chaos-mesh driver, by the contract, with pod-failure ${withoutAnyCluster ?? ''}`,
  () => {
    beforeAll(async () => {
      cluster = await startAnyCluster();
      images = await cluster.images();
    });
    afterAll(() => cluster?.stop());

    const settings = (app: string) => ({
      cluster: { kubeconfig: cluster.kubeconfig, context: cluster.context, uid: cluster.uid },
      pods: { namespace: cluster.namespace, labels: { app } },
      fault: { type: 'pod-failure' },
    });
    const cases = faultDriverContract<ChaosMeshConfig>(() => ({
      driver: chaosMeshDriver,
      raw: settings('api'),
      empty: configOf(settings('no')),
      mistaken: {
        raw: {
          cluster: { context: '', uid: 'x' },
          pods: { labels: {} },
          fault: { type: 'pod-failure', more: 1 },
          endsAfterSeconds: 0,
        },
        places: ['.context', '.uid', '.pods.namespace', '.fault.more', '.endsAfterSeconds'],
      },
      // A failing pod runs another image than its own.
      works: async () => (await cluster.images()).join() === images.join(),
      healElsewhere,
    }));
    it.each(cases)('$name', async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });
  },
);
