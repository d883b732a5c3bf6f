import {
  PatchStrategy,
  type V1Deployment,
  type V1Job,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { listNodes, listPods, type Cluster } from '../../src/chaos-mesh/cluster.ts';
import { isFailure } from '../../src/chaos-mesh/failure.ts';

/** What plays the controllers and the kubelets, which a control plane alone does not have. */
export interface StandIn {
  /** Whether the pods of Jobs come up. */
  jobsRun: boolean;
  /** Whether pods that are to go are gone at once, as with a kubelet. */
  podsEnd: boolean;
  /** Whether workloads get the replicas that they ask for. */
  workloadsFollow: boolean;
  stop(): Promise<void>;
}

const EVERY_MS = 40;
const KINDS = { Deployment: 'deployments', StatefulSet: 'statefulsets' } as const;

/**
 * A stand-in for the controllers of Deployments, StatefulSets and Jobs, for the scheduler and for the kubelets, in
 * one namespace: a fixture for tests, and as simple as they need it.
 */
export function startStandIn(cluster: Cluster, namespace: string): StandIn {
  const standIn = { jobsRun: true, podsEnd: true, workloadsFollow: true };
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      try {
        if (standIn.podsEnd) await endPods(cluster, namespace);
        if (standIn.workloadsFollow) {
          for (const kind of ['Deployment', 'StatefulSet'] as const) await follow(cluster, namespace, kind);
        }
        if (standIn.jobsRun) await runJobs(cluster, namespace);
      } catch {
        // The API server is away, or somebody else was faster: the next round sees.
      }
      await systemClock.sleep(EVERY_MS);
    }
  })();
  return Object.assign(standIn, {
    stop: async () => {
      stopped = true;
      await running;
    },
  });
}

async function endPods(cluster: Cluster, namespace: string): Promise<void> {
  for (const { metadata } of await listPods(cluster, { namespace })) {
    if (metadata?.deletionTimestamp === undefined) continue;
    const { name = '', uid = '' } = metadata;
    await quietly(
      cluster.call('ending a pod', (how) =>
        cluster.core.deleteNamespacedPod(
          { namespace, name, body: { gracePeriodSeconds: 0, preconditions: { uid } } },
          how,
        ),
      ),
    );
  }
}

async function follow(cluster: Cluster, namespace: string, kind: keyof typeof KINDS): Promise<void> {
  const address = { group: 'apps', version: 'v1', plural: KINDS[kind], namespace };
  const { items }: { items: V1Deployment[] } = await cluster.call('listing workloads', (how) =>
    cluster.custom.listNamespacedCustomObject(address, how),
  );
  for (const { metadata, spec } of items) {
    const { name = '', uid = '', generation } = metadata ?? {};
    const own = (await listPods(cluster, { namespace })).filter(
      (pod) =>
        pod.metadata?.ownerReferences?.some((owner) => owner.uid === uid) === true &&
        pod.metadata.deletionTimestamp === undefined,
    );
    const wanted = spec?.replicas ?? 1;
    for (const pod of own.slice(wanted)) {
      await quietly(
        cluster.call('removing a replica', (how) =>
          cluster.core.deleteNamespacedPod(
            { namespace, name: pod.metadata?.name ?? '', body: { gracePeriodSeconds: 0 } },
            how,
          ),
        ),
      );
    }
    for (let index = own.length; index < wanted; index += 1) {
      const owner = { apiVersion: 'apps/v1', kind, name, uid, controller: true };
      await createPod(cluster, namespace, `${name}-`, spec?.template.metadata?.labels ?? {}, [owner]);
    }
    const ready = Math.min(wanted, own.length);
    const replicas = own.length;
    await cluster.call(
      'writing a status',
      (how) =>
        cluster.custom.patchNamespacedCustomObjectStatus(
          {
            ...address,
            name,
            body: { status: { replicas, readyReplicas: ready, observedGeneration: generation } },
          },
          how,
        ),
      { contentType: PatchStrategy.MergePatch },
    );
  }
}

/** A pod on a node that takes pods, running and ready. */
export async function createPod(
  cluster: Cluster,
  namespace: string,
  generateName: string,
  labels: Readonly<Record<string, string>>,
  ownerReferences: NonNullable<NonNullable<V1Pod['metadata']>['ownerReferences']> = [],
  spec: Partial<V1Pod['spec']> = {},
): Promise<string> {
  const nodes = await listNodes(cluster, '');
  const [node] = nodes.filter((one) => one.spec?.unschedulable !== true);
  const created = await cluster.call('creating a pod', (how) =>
    cluster.core.createNamespacedPod(
      {
        namespace,
        body: {
          metadata: { generateName, labels, ownerReferences },
          spec: {
            containers: [{ name: 'app', image: 'example.test/app:1' }],
            automountServiceAccountToken: false,
            ...(node?.metadata?.name === undefined ? {} : { nodeName: node.metadata.name }),
            ...spec,
          },
        },
      },
      how,
    ),
  );
  const name = created.metadata?.name ?? '';
  await cluster.call(
    'making a pod ready',
    (how) =>
      cluster.core.patchNamespacedPodStatus(
        {
          namespace,
          name,
          body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
        },
        how,
      ),
    { contentType: PatchStrategy.StrategicMergePatch },
  );
  return name;
}

export async function createNode(cluster: Cluster, name: string): Promise<V1Node> {
  return cluster.core.createNode({ body: { metadata: { name, labels: { pool: 'work' } } } });
}

async function runJobs(cluster: Cluster, namespace: string): Promise<void> {
  const address = { group: 'batch', version: 'v1', plural: 'jobs', namespace };
  const { items }: { items: V1Job[] } = await cluster.call('listing jobs', (how) =>
    cluster.custom.listNamespacedCustomObject(address, how),
  );
  for (const { metadata, status } of items) {
    if (status?.ready === 1) continue;
    await quietly(
      cluster.call(
        'running a job',
        (how) =>
          cluster.custom.patchNamespacedCustomObjectStatus(
            {
              ...address,
              name: metadata?.name ?? '',
              body: { status: { active: 1, ready: 1, startTime: metadata?.creationTimestamp } },
            },
            how,
          ),
        { contentType: PatchStrategy.MergePatch },
      ),
    );
  }
}

async function quietly(task: Promise<unknown>): Promise<void> {
  await task.catch((error: unknown) => {
    if (!isFailure(error, 'not-found', 'conflict')) throw error;
  });
}
