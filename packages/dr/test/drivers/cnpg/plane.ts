import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiextensionsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  setHeaderOptions,
  type V1PodStatus,
} from '@kubernetes/client-node';
import {
  startControlPlane,
  withoutControlPlane,
  type ControlPlane,
} from '@ordeal/shared/testing/kubernetes/control-plane';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { parse } from 'yaml';

/** Where the CRDs are: beside the checkout, or where the environment says. They are data for tests alone. */
const crds = join(
  process.env['ORDEAL_CRDS'] ?? join(import.meta.dirname, '../../../../../../shared/crds'),
  'cloudnative-pg',
);

/** Why there can be no cluster with CloudNativePG's resources here; undefined when there can. */
export const withoutCloudNativePg = existsSync(crds)
  ? withoutControlPlane()
  : `skipped: no CRDs in ${crds} (ORDEAL_CRDS names another folder)`;

/** A real API server with CloudNativePG's `Cluster`, and the namespace `shop`. */
export interface Plane {
  readonly plane: ControlPlane;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  readonly uid: string;
  /** Makes a pod with that status: there is no kubelet that would. */
  pod(name: string, status: V1PodStatus, labels?: Readonly<Record<string, string>>): Promise<void>;
}

/** Without `withCrd` there are only Kubernetes' own kinds. */
export async function startPlane(withCrd: boolean): Promise<Plane> {
  const plane = await startControlPlane();
  try {
    const config = new KubeConfig();
    config.loadFromFile(plane.kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    const custom = config.makeApiClient(CustomObjectsApi);
    await core.createNamespace({ body: { metadata: { name: 'shop' } } });
    if (withCrd) await installCrd(config, custom);
    const uid = (await core.readNamespace({ name: 'kube-system' })).metadata?.uid ?? '';
    const pod: Plane['pod'] = async (name, status, labels = {}) => {
      const spec = { containers: [{ name: 'postgres', image: 'postgres' }] };
      await core.createNamespacedPod({ namespace: 'shop', body: { metadata: { name, labels }, spec } });
      await core.patchNamespacedPodStatus(
        { namespace: 'shop', name, body: { status } },
        setHeaderOptions('Content-Type', 'application/merge-patch+json'),
      );
    };
    return { plane, core, custom, uid, pod };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function installCrd(config: KubeConfig, custom: CustomObjectsApi): Promise<void> {
  const body = parse(readFileSync(join(crds, 'postgresql.cnpg.io_clusters.yaml'), 'utf8')) as {
    metadata: { name: string };
  };
  // The typed API would drop what it has other names for, such as `enum` and `default`.
  await custom.createClusterCustomObject({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    body,
  });
  const api = config.makeApiClient(ApiextensionsV1Api);
  for (;;) {
    const { status } = await api.readCustomResourceDefinition(body.metadata);
    if (status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True')) return;
    await systemClock.sleep(50);
  }
}
