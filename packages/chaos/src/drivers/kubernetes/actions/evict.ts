import type { V1Pod } from '@kubernetes/client-node';
import { listPods } from '../../../chaos-mesh/cluster.ts';
import { ApiError, isFailure, mayPass } from '../../../chaos-mesh/failure.ts';
import { MANAGED_BY, MANAGER } from '../../../chaos-mesh/labels.ts';
import { podName } from '../../../chaos-mesh/select-pods.ts';
import type { FaultOf } from '../config.ts';
import { calling, insist, type KubernetesScope } from '../scope.ts';

type DrainScope = KubernetesScope<FaultOf<'drain'>>;

const TRY_EVERY_MS = 1_000;

/**
 * The pods that a drain moves away from a node. Rejects when one of them would be lost: nobody brings it back, or it
 * keeps data in an `emptyDir` and nobody allowed to lose that.
 */
export async function podsToEvict(scope: DrainScope, node: string): Promise<readonly V1Pod[]> {
  const { fault, cluster } = scope;
  const all = await insist(scope, () =>
    listPods(cluster, { fieldSelector: `spec.nodeName=${node}` }, calling(scope)),
  );
  const pods = all.filter((pod) => moves(pod) && inNamespaces(pod, fault.namespaces));
  const bare = pods.filter((pod) => controllerOf(pod) === undefined);
  if (bare.length > 0) {
    throw new Error(
      `${names(bare)} on node ${node} would be lost: no controller brings it back. Leave its namespace out.`,
    );
  }
  const keeping = pods.filter(({ spec }) => spec?.volumes?.some(({ emptyDir }) => emptyDir !== undefined));
  if (keeping.length > 0 && fault.emptyDir === 'refuse') {
    throw new Error(
      `${names(keeping)} on node ${node} would lose what is in its emptyDir; allow that with emptyDir: "lose".`,
    );
  }
  return pods;
}

/** Evicts the pods of a node, as far as disruption budgets allow it in time. Says in words what became of them. */
export async function evictPods(scope: DrainScope, node: string): Promise<string> {
  const { clock, signal, say } = scope.context;
  const until = clock.now() + scope.fault.evictWithinSeconds * 1000;
  const waiting = new Map((await podsToEvict(scope, node)).map((pod) => [podName(pod), pod]));
  const all = waiting.size;
  const refusals = new Map<string, string>();
  for (;;) {
    for (const [name, pod] of waiting) {
      const refused = await evict(scope, pod);
      if (refused === undefined) {
        waiting.delete(name);
        refusals.delete(name);
      } else {
        if (!refusals.has(name)) say(`${name} is not evicted: ${refused}`);
        refusals.set(name, refused);
      }
    }
    if (waiting.size === 0 || clock.now() + TRY_EVERY_MS > until) break;
    await clock.sleep(TRY_EVERY_MS, signal);
  }
  const evicted = `${all - waiting.size} of ${all} pods evicted`;
  return refusals.size === 0 ? evicted : `${evicted}; refused: ${[...refusals.keys()].join(', ')}`;
}

/** Why an eviction was refused; undefined when the pod goes, or is gone. */
async function evict(scope: DrainScope, { metadata }: V1Pod): Promise<string | undefined> {
  const { name = '', namespace = '', uid = '' } = metadata ?? {};
  const { graceSeconds } = scope.fault;
  const deleteOptions = {
    preconditions: { uid },
    ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
  };
  try {
    await scope.cluster.call(
      `evicting ${namespace}/${name}`,
      (how) =>
        scope.cluster.core.createNamespacedPodEviction(
          { name, namespace, body: { metadata: { name, namespace }, deleteOptions } },
          how,
        ),
      calling(scope),
    );
    return undefined;
  } catch (error) {
    // Another one of its name has taken its place: it is gone.
    if (isFailure(error, 'not-found', 'conflict')) return undefined;
    // A budget answers as an overloaded server does, and two budgets on one pod as a broken one.
    if (error instanceof ApiError && mayPass(error.failure)) return error.failure.message;
    throw error;
  }
}

function moves(pod: V1Pod): boolean {
  const { metadata, status } = pod;
  return (
    metadata?.deletionTimestamp === undefined &&
    status?.phase !== 'Succeeded' &&
    status?.phase !== 'Failed' &&
    metadata?.annotations?.['kubernetes.io/config.mirror'] === undefined &&
    metadata?.labels?.[MANAGED_BY] !== MANAGER &&
    controllerOf(pod) !== 'DaemonSet'
  );
}

function inNamespaces({ metadata }: V1Pod, namespaces: readonly string[] | undefined): boolean {
  return namespaces === undefined || namespaces.includes(metadata?.namespace ?? '');
}

/** The kind of what brings a pod back; undefined when nothing does. */
export function controllerOf({ metadata }: V1Pod): string | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true)?.kind;
}

function names(pods: readonly V1Pod[]): string {
  return pods.map(podName).join(', ');
}
