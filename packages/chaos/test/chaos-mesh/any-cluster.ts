import { randomBytes } from 'node:crypto';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { clusterUid, connectCluster, listPods, type Cluster } from '../../src/chaos-mesh/cluster.ts';
import { startChaosMeshCluster, withoutCluster } from './cluster.ts';

/** A cluster where Chaos Mesh is at work, or what plays it, with two ready pods that are labelled `app=api`. */
export interface AnyCluster {
  readonly kubeconfig: string;
  readonly context: string;
  readonly uid: string;
  readonly namespace: string;
  /** Of all containers of the pods. */
  images(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** A real one with nodes is named by its kubeconfig and the context in it. */
const kubeconfig = process.env['ORDEAL_CHAOS_MESH_KUBECONFIG'];
const context = process.env['ORDEAL_CHAOS_MESH_CONTEXT'] ?? '';

/** Why there is none here; undefined when there is one. */
export const withoutAnyCluster = kubeconfig === undefined ? withoutCluster : undefined;

const IMAGE = process.env['ORDEAL_CHAOS_MESH_IMAGE'] ?? 'registry.k8s.io/pause:3.10';
const READY_WITHIN_MS = 120_000;

export function startAnyCluster(): Promise<AnyCluster> {
  return kubeconfig === undefined ? standIn() : realCluster(kubeconfig);
}

async function standIn(): Promise<AnyCluster> {
  const chaos = await startChaosMeshCluster();
  await chaos.namespace('shop');
  await chaos.pod('shop', 'api-1');
  await chaos.pod('shop', 'api-2');
  return {
    kubeconfig: chaos.plane.kubeconfig,
    context: 'ordeal-test',
    uid: chaos.uid,
    namespace: 'shop',
    images: () => imagesIn(chaos.cluster, 'shop'),
    stop: () => chaos.stop(),
  };
}

async function realCluster(path: string): Promise<AnyCluster> {
  const cluster = connectCluster({ kubeconfig: path, context }, systemClock);
  const namespace = `ordeal-test-${randomBytes(4).toString('hex')}`;
  const stop = async (): Promise<void> => {
    await cluster.core.deleteNamespace({ name: namespace });
  };
  // Chaos Mesh may be told to look at namespaces with this annotation alone.
  const annotations = { 'chaos-mesh.org/inject': 'enabled' };
  await cluster.core.createNamespace({ body: { metadata: { name: namespace, annotations } } });
  try {
    for (const name of ['api-1', 'api-2']) {
      await cluster.core.createNamespacedPod({
        namespace,
        body: {
          metadata: { name, labels: { app: 'api' } },
          spec: { containers: [{ name: 'api', image: IMAGE }], automountServiceAccountToken: false },
        },
      });
    }
    const until = systemClock.now() + READY_WITHIN_MS;
    while (!(await allReady(cluster, namespace))) {
      if (systemClock.now() > until) throw new Error(`the pods of ${namespace} do not get ready`);
      await systemClock.sleep(500);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kubeconfig: path,
    context,
    uid: await clusterUid(cluster),
    namespace,
    images: () => imagesIn(cluster, namespace),
    stop,
  };
}

async function allReady(cluster: Cluster, namespace: string): Promise<boolean> {
  const pods = await listPods(cluster, { namespace });
  return pods.every(
    ({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
  );
}

async function imagesIn(cluster: Cluster, namespace: string): Promise<readonly string[]> {
  const pods = await listPods(cluster, { namespace });
  return pods.flatMap(({ spec }) => spec?.containers.map(({ image = '' }) => image) ?? []);
}
