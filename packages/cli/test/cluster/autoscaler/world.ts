import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterUid, connectCluster } from '@ordeal/chaos/chaos-mesh/cluster';
import { quantity } from '@ordeal/shared/kubernetes/quantity';
import type { AutoscalerSpec, AutoscalerTarget } from '@ordeal/shared/platform/autoscaler-spec';
import { startControlPlane, type ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { adminOf, type Admin } from '../../../../load/test/cluster/support/admin.ts';
import { startPrometheus, type RealPrometheus } from '../../../../shared/test/prometheus/real-prometheus.ts';
import { pathOf, placedIn, type Manifest } from '../manifests/kustomization.ts';
import { serveGroup } from './api-service.ts';
import { startControllers } from './controllers.ts';
import { startAdapter, startExporter } from './custom-metrics.ts';
import { startNode } from './node.ts';
import { startResourceMetrics } from './resource-metrics.ts';
import type { Workload } from './workload.ts';

const APPLY = 'application/apply-patch+yaml';

/** A cluster whose autoscalers are decided upon by the real controller. */
export interface World {
  readonly plane: ControlPlane;
  readonly admin: Admin;
  readonly prometheus: RealPrometheus;
  /** Its autoscaler, as a platform file would state it, with what it is set to. */
  promised(workload: Workload): AutoscalerSpec;
  /** Ends the controllers, and starts them with other settings. */
  restartControllers(more: readonly string[]): Promise<void>;
  /** What the programs last said. */
  said(): string;
  stop(): Promise<void>;
}

export async function startWorld(workloads: readonly Workload[]): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-autoscaler-'));
  const ends: (() => Promise<void>)[] = [];
  /** What is started is stopped, in the other order. */
  const started = <T extends { stop(): Promise<void> }>(one: T): T => {
    ends.push(() => one.stop());
    return one;
  };
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const plane = started(await startControlPlane());
    const admin = adminOf(plane);
    const uid = await clusterUid(connectCluster({ kubeconfig: plane.kubeconfig }, systemClock));
    const node = started(startNode(admin, workloads));
    const resources = started(await startResourceMetrics(plane, node.pods));
    await serveGroup(admin, 'metrics.k8s.io', 'v1beta1', resources.port);
    const exporter = started(await startExporter(node.pods));
    const prometheus = started(await startPrometheus(1000, [{ job: 'api', targets: [exporter.target] }]));
    await letAnybodyReadMetrics(plane, admin);
    const adapter = started(await startAdapter(plane, dir, prometheus.url));
    await serveGroup(admin, 'custom.metrics.k8s.io', 'v1beta1', adapter.port).catch((error: unknown) => {
      throw new Error(`the adapter is not served; it said:\n${adapter.said()}`, { cause: error });
    });
    for (const workload of workloads) await apply(admin, workload);
    let controllers = startControllers(plane, dir);
    ends.push(() => controllers.stop());
    return {
      plane,
      admin,
      prometheus,
      promised: ({ namespace, autoscaler: { metadata, spec } }) => ({
        cluster: { kubeconfig: plane.kubeconfig, context: 'ordeal-test', uid },
        namespace,
        name: metadata.name,
        replicas: { least: spec.minReplicas, most: spec.maxReplicas },
        targets: spec.metrics.map(targetOf),
        source: 'its manifest',
      }),
      async restartControllers(more) {
        await controllers.stop();
        controllers = startControllers(plane, dir, more);
      },
      said: () => `${adapter.said()}\n${controllers.said()}`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function targetOf({ resource, pods }: Manifest): AutoscalerTarget {
  return pods === undefined
    ? { resource: resource.name, utilization: resource.target.averageUtilization }
    : { pods: pods.metric.name, average: quantity(pods.target.averageValue) };
}

/** As `kubectl apply --server-side` does. */
async function apply(admin: Admin, { namespace, deployment, autoscaler }: Workload): Promise<void> {
  const space: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  for (const object of [space, deployment, autoscaler]) {
    const placed = placedIn(namespace, object);
    const path = `${pathOf(placed)}/${placed.metadata.name}`;
    await admin('PATCH', `${path}?fieldManager=ordeal-proof&fieldValidation=Strict`, placed, APPLY);
  }
}

/**
 * The API server has no certificate here by which the adapter would know it, and believe it who is asking: to the adapter
 * everybody is anonymous. On a cluster it is the service account of the controller that has these rights.
 */
async function letAnybodyReadMetrics({ certificate }: ControlPlane, admin: Admin): Promise<void> {
  // The adapter does not begin without the certificates of those whom it would believe.
  await admin('POST', '/api/v1/namespaces/kube-system/configmaps', {
    metadata: { name: 'extension-apiserver-authentication' },
    data: { 'client-ca-file': certificate, 'requestheader-client-ca-file': certificate },
  });
  const metadata = { name: 'read-custom-metrics' };
  const path = '/apis/rbac.authorization.k8s.io/v1';
  await admin('POST', `${path}/clusterroles`, {
    metadata,
    rules: [
      { apiGroups: ['custom.metrics.k8s.io'], resources: ['*'], verbs: ['get', 'list'] },
      { nonResourceURLs: ['/apis', '/apis/custom.metrics.k8s.io*'], verbs: ['get'] },
    ],
  });
  await admin('POST', `${path}/clusterrolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }],
  });
}
