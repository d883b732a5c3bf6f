import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiextensionsV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  type V1Pod,
} from '@kubernetes/client-node';
import {
  startControlPlane,
  withoutControlPlane,
  type ControlPlane,
} from '@ordeal/shared/testing/kubernetes/control-plane';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { parse } from 'yaml';
import { createChaosMeshClient, type ChaosMeshClient } from '../../src/chaos-mesh/client.ts';
import { clusterUid, connectCluster, listPods, type Cluster } from '../../src/chaos-mesh/cluster.ts';
import { chaosMeshCrds, withoutCrds } from './crds.ts';
import { startStandIn, type StandIn } from './stand-in/stand-in.ts';

/** Why there can be no cluster with Chaos Mesh's resources here; undefined when there can. */
export const withoutCluster = withoutCrds ?? withoutControlPlane();

/** A real API server with the real CRDs, and the stand-in for the controllers. */
export interface ChaosMeshCluster {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly client: ChaosMeshClient;
  readonly standIn: StandIn;
  /** Of the namespace kube-system. */
  readonly uid: string;
  namespace(name: string): Promise<void>;
  /** A running, ready pod with one container `api`, with the labels `app` and whatever else. */
  pod(namespace: string, name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  pods(namespace: string): Promise<readonly V1Pod[]>;
  stop(): Promise<void>;
}

const FAULTS = ['podchaos', 'networkchaos', 'stresschaos', 'iochaos', 'httpchaos', 'dnschaos', 'timechaos'];

/** `resources`: the plurals of further CRDs. The largest take seconds to load. */
export async function startChaosMeshCluster(resources: readonly string[] = []): Promise<ChaosMeshCluster> {
  const plane = await startControlPlane();
  try {
    await installCrds(plane.kubeconfig, [...FAULTS, ...resources]);
    const cluster = connectCluster({ kubeconfig: plane.kubeconfig }, systemClock);
    const standIn = startStandIn(cluster);
    return {
      plane,
      cluster,
      client: createChaosMeshClient(cluster),
      standIn,
      uid: await clusterUid(cluster),
      namespace: async (name) => {
        await cluster.core.createNamespace({ body: { metadata: { name } } });
      },
      pod: (namespace, name, labels = {}) => createPod(cluster, namespace, name, labels),
      pods: (namespace) => listPods(cluster, { namespace }),
      stop: async () => {
        await standIn.stop();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function installCrds(kubeconfig: string, plurals: readonly string[]): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(ApiextensionsV1Api);
  // The typed API would drop what it has other names for, such as `enum` and `default`.
  const custom = config.makeApiClient(CustomObjectsApi);
  const group = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
  const files = readdirSync(chaosMeshCrds).filter((name) =>
    plurals.some((plural) => name === `chaos-mesh.org_${plural}.yaml`),
  );
  const names: string[] = [];
  for (const file of files) {
    const body = parse(readFileSync(join(chaosMeshCrds, file), 'utf8')) as { metadata: { name: string } };
    await custom.createClusterCustomObject({ ...group, body });
    names.push(body.metadata.name);
  }
  for (const name of names) {
    for (;;) {
      const { status } = await api.readCustomResourceDefinition({ name });
      if (status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True')) break;
      await systemClock.sleep(50);
    }
  }
}

async function createPod(
  cluster: Cluster,
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  await cluster.core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name, labels: { app: 'api', ...labels } },
      spec: {
        containers: [{ name: 'api', image: 'example.test/api:1' }],
        automountServiceAccountToken: false,
      },
    },
  });
  await cluster.call(
    'making a pod ready',
    (how) =>
      cluster.core.patchNamespacedPodStatus(
        {
          namespace,
          name,
          body: {
            status: {
              phase: 'Running',
              conditions: [{ type: 'Ready', status: 'True' }],
              containerStatuses: [
                {
                  name: 'api',
                  ready: true,
                  restartCount: 0,
                  image: 'example.test/api:1',
                  imageID: 'example.test/api:1',
                },
              ],
            },
          },
        },
        how,
      ),
    { contentType: PatchStrategy.StrategicMergePatch },
  );
}
