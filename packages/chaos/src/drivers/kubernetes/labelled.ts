import type { KubernetesObject } from '@kubernetes/client-node';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Labelled, LabelledFound } from '@ordeal/shared/undo/labelled';
import { listNodes, type Cluster } from '../../chaos-mesh/cluster.ts';
import { RUN_LABEL } from '../../chaos-mesh/labels.ts';
import { persist } from '../../chaos-mesh/persist.ts';
import { connect } from '../chaos-mesh/connect.ts';
import type { KubernetesConfig } from './config.ts';
import { FAULT_LABEL, ORIGINAL } from './scope.ts';

/** What faults of the driver mark, but for nodes, which have no namespace. */
const KINDS = [
  { shown: 'deployment', group: 'apps', version: 'v1', plural: 'deployments' },
  { shown: 'statefulset', group: 'apps', version: 'v1', plural: 'statefulsets' },
  { shown: 'networkpolicy', group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' },
  { shown: 'job', group: 'batch', version: 'v1', plural: 'jobs' },
] as const;

const LOOK_WITHIN_MS = 15_000;

/**
 * Everything on a cluster that carries the mark of a fault of this driver: in all namespaces, or in those that are
 * named where that is not permitted. The mark does not say what to do about it, so that is left to the fault's own
 * settings, and without them to a person. Changes nothing. Rejects when another cluster answers than is meant.
 */
export async function labelledObjects(
  pin: KubernetesConfig['cluster'],
  namespaces: readonly string[],
  { clock, signal, say }: DriverContext,
): Promise<LabelledFound> {
  const { cluster } = await connect({ cluster: pin }, { clock, signal, say }, LOOK_WITHIN_MS);
  const until = clock.now() + LOOK_WITHIN_MS;
  const found: Labelled[] = [];
  const unseen: string[] = [];
  const look = async (shown: string, list: () => Promise<readonly KubernetesObject[]>): Promise<void> => {
    try {
      const objects = await persist({ clock, signal, until }, list);
      found.push(...objects.map((object) => labelledOf(shown, object)));
    } catch (error) {
      signal.throwIfAborted();
      unseen.push(`${shown} in ${pin.context}: ${reasonOf(error)}`);
    }
  };
  await look('node', () => listNodes(cluster, FAULT_LABEL, { signal }));
  for (const kind of KINDS) await look(kind.shown, () => listAll(cluster, kind, namespaces, signal));
  return { found, unseen };
}

async function listAll(
  cluster: Cluster,
  { group, version, plural }: (typeof KINDS)[number],
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const address = { group, version, plural, labelSelector: FAULT_LABEL };
  const what = `listing the ${plural} with the label ${FAULT_LABEL}`;
  const items = (answer: unknown) => (answer as { readonly items: readonly KubernetesObject[] }).items;
  try {
    return items(
      await cluster.call(
        `${what} in all namespaces`,
        (how) => cluster.custom.listClusterCustomObject(address, how),
        { signal },
      ),
    );
  } catch (error) {
    if (namespaces.length === 0) throw error;
    const lists = await Promise.all(
      namespaces.map((namespace) =>
        cluster.call(
          `${what} in namespace ${namespace}`,
          (how) => cluster.custom.listNamespacedCustomObject({ ...address, namespace }, how),
          { signal },
        ),
      ),
    );
    return lists.flatMap(items);
  }
}

function labelledOf(shown: string, { metadata }: KubernetesObject): Labelled {
  const { name = '', namespace, labels, annotations } = metadata ?? {};
  const before = annotations?.[ORIGINAL];
  return {
    name: `${shown} ${namespace === undefined ? name : `${namespace}/${name}`}`,
    state: before === undefined ? 'put there by a fault' : `changed by a fault; before: ${before}`,
    run: labels?.[RUN_LABEL],
    end: {
      by: 'hand',
      how:
        before === undefined
          ? 'delete it'
          : `bring that back, and take off the labels ${FAULT_LABEL} and ${RUN_LABEL} and the annotation ${ORIGINAL}`,
    },
  };
}
