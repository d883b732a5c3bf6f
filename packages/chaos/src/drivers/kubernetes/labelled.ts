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

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

const NODE = 'node';
/** What faults of the driver mark, but for nodes, which have no namespace. */
const KINDS: Readonly<Record<string, Kind>> = {
  deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
  statefulset: { group: 'apps', version: 'v1', plural: 'statefulsets' },
  networkpolicy: { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' },
  job: { group: 'batch', version: 'v1', plural: 'jobs' },
};

/** The kinds of object that a fault marks: whoever may inject it may look at these, and perhaps at no others. */
function kindsOf({ fault, deadMan }: KubernetesConfig): readonly string[] {
  const job = deadMan === undefined ? [] : ['job'];
  switch (fault.type) {
    case 'pod-delete':
      return job;
    case 'scale-to-zero':
      return [fault.kind.toLowerCase(), ...job];
    case 'cordon':
    case 'drain':
      return [NODE, ...job];
    case 'isolate':
      return ['networkpolicy', ...job];
  }
}

const LOOK_WITHIN_MS = 15_000;

/**
 * Everything on the cluster of these faults that carries the mark of one of this driver, of the kinds that they mark: in
 * all namespaces, or in those that are named where that is not permitted. The mark does not say what to do about it, so
 * that is left to the fault's own settings, and without them to a person. Changes nothing. Rejects when another cluster
 * answers than is meant.
 */
export async function labelledObjects(
  faults: readonly [KubernetesConfig, ...KubernetesConfig[]],
  namespaces: readonly string[],
  { clock, signal, say }: DriverContext,
): Promise<LabelledFound> {
  const pin = faults[0].cluster;
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
  for (const shown of new Set(faults.flatMap(kindsOf))) {
    const kind = KINDS[shown];
    await look(shown, () =>
      kind === undefined
        ? listNodes(cluster, FAULT_LABEL, { signal })
        : listAll(cluster, kind, namespaces, signal),
    );
  }
  return { found, unseen };
}

async function listAll(
  cluster: Cluster,
  { group, version, plural }: Kind,
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
