import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { V1Deployment, V1Job, V1NetworkPolicy } from '@kubernetes/client-node';
import { PatchStrategy } from '@kubernetes/client-node';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { startControlPlane, type ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { clusterUid, connectCluster, listPods, type Cluster } from '../../src/chaos-mesh/cluster.ts';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';
import type { KubernetesConfig } from '../../src/drivers/kubernetes/config.ts';
import { createNode, startStandIn, type StandIn } from './kubernetes-stand-in.ts';

const run = promisify(execFile);

/** Where everything of the tests is. */
export const NAMESPACE = 'shop';

/** A real API server with two nodes as objects, and workloads that a stand-in keeps alive. */
export interface KubernetesSite {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly standIn: StandIn;
  readonly uid: string;
  config(raw: object, more?: object): KubernetesConfig;
  /** As a person would write it. */
  raw(fault: object, more?: object): object;
  pinned(config: KubernetesConfig, seed?: number): Promise<KubernetesConfig>;
  workload(plural: 'deployments' | 'statefulsets', name: string): Promise<V1Deployment>;
  createWorkload(kind: 'Deployment' | 'StatefulSet', name: string, replicas: number): Promise<void>;
  /** As somebody else would do it. */
  scale(name: string, replicas: number): Promise<void>;
  policies(): Promise<readonly V1NetworkPolicy[]>;
  jobs(): Promise<readonly V1Job[]>;
  ready(labels: string): Promise<number>;
  /** Waits until the stand-in has brought as many up. */
  settled(labels: string, count: number): Promise<boolean>;
  /** Waits until none is ending any more. */
  ended(labels: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startKubernetesSite(): Promise<KubernetesSite> {
  const plane = await startControlPlane();
  try {
    const cluster = connectCluster({ kubeconfig: plane.kubeconfig }, systemClock);
    const uid = await clusterUid(cluster);
    await cluster.core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    await createNode(cluster, 'node-1');
    await createNode(cluster, 'node-2');
    const standIn = startStandIn(cluster, NAMESPACE);
    const apps = (plural: string) => ({ group: 'apps', version: 'v1', plural, namespace: NAMESPACE });
    const raw = (fault: object, more: object = {}): object => ({
      cluster: { kubeconfig: plane.kubeconfig, context: 'ordeal-test', uid },
      fault,
      injectWithinSeconds: 10,
      ...more,
    });
    const config = (fault: object, more: object = {}): KubernetesConfig => {
      const parsed = kubernetesDriver.parse(raw(fault, more), 'config');
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
      return parsed.value;
    };
    const ready = async (labels: string): Promise<number> =>
      (await listPods(cluster, { namespace: NAMESPACE, labelSelector: labels })).filter(
        ({ metadata, status }) =>
          metadata?.deletionTimestamp === undefined &&
          status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
      ).length;
    return {
      plane,
      cluster,
      standIn,
      uid,
      raw,
      config,
      ready,
      pinned: (one, seed = 1) => kubernetesDriver.pin(one, { run: 'run-1', seed }, driving()),
      workload: (plural, name) =>
        cluster.custom.getNamespacedCustomObject({ ...apps(plural), name }) as Promise<V1Deployment>,
      createWorkload: async (kind, name, replicas) => {
        const labels = { app: name };
        await cluster.custom.createNamespacedCustomObject({
          ...apps(`${kind.toLowerCase()}s`),
          body: {
            apiVersion: 'apps/v1',
            kind,
            metadata: { name, labels: { team: 'shop' } },
            spec: {
              replicas,
              selector: { matchLabels: labels },
              ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
              template: {
                metadata: { labels },
                spec: { containers: [{ name: 'app', image: 'example.test/app:1' }] },
              },
            },
          },
        });
      },
      scale: async (name, replicas) => {
        await cluster.call(
          'scaling as somebody else',
          (how) =>
            cluster.custom.patchNamespacedCustomObject(
              { ...apps('deployments'), name, body: { spec: { replicas } } },
              how,
            ),
          { contentType: PatchStrategy.MergePatch },
        );
      },
      policies: async () => {
        const address = { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' };
        const { items }: { items: V1NetworkPolicy[] } = await cluster.custom.listNamespacedCustomObject({
          ...address,
          namespace: NAMESPACE,
        });
        return items;
      },
      jobs: async () => {
        const address = { group: 'batch', version: 'v1', plural: 'jobs', namespace: NAMESPACE };
        const { items }: { items: V1Job[] } = await cluster.custom.listNamespacedCustomObject(address);
        return items;
      },
      settled: async (labels, count) => {
        const until = systemClock.now() + 30_000;
        while ((await ready(labels)) !== count) {
          if (systemClock.now() > until) return false;
          await systemClock.sleep(30);
        }
        return true;
      },
      ended: async (labels) => {
        const until = systemClock.now() + 60_000;
        const ending = async () =>
          (await listPods(cluster, { namespace: NAMESPACE, labelSelector: labels })).some(
            ({ metadata }) => metadata?.deletionTimestamp !== undefined,
          );
        while (await ending()) {
          if (systemClock.now() > until) throw new Error(`pods with ${labels} are still ending`);
          await systemClock.sleep(30);
        }
      },
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

export function driving(said: string[] = [], signal = AbortSignal.timeout(40_000)): DriverContext {
  return { clock: systemClock, signal, say: (message) => said.push(message) };
}

export function entryOf(config: KubernetesConfig): UndoEntry {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver: 'kubernetes',
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing',
  };
}

/** Heals from nothing but the entry's JSON, in another process. */
export async function healElsewhere(entry: string): Promise<void> {
  await run(testTools().node, [join(import.meta.dirname, 'kubernetes-heal.main.ts'), entry]);
}
