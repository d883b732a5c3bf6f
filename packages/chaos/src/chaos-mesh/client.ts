import { PatchStrategy, type CoreV1Event } from '@kubernetes/client-node';
import { listEvents, type CallOptions, type Cluster } from './cluster.ts';
import { CLEAN_FINALIZER, PAUSE, labelSelector } from './labels.ts';
import { manifestOf, type ChaosMeshKind, type Order } from './manifest.ts';
import { plurals, type ChaosMeshKinds } from './types/kinds.ts';

/** Names one object. With `uid` an action on it is refused (`conflict`) when another one has taken its name. */
export interface ObjectRef<Kind extends ChaosMeshKind = ChaosMeshKind> {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/**
 * The objects of Chaos Mesh in one cluster. Each method is one call of the API, with its own deadline, and rejects
 * with an `ApiError`. Nothing is ever replaced: a replacement without its `status` would inject the fault anew.
 */
export interface ChaosMeshClient {
  /** With strict validation: a field that the CRD does not know is refused, and not dropped in silence. */
  create<Kind extends ChaosMeshKind>(
    order: Order<Kind>,
    options?: CallOptions,
  ): Promise<ChaosMeshKinds[Kind]>;
  get<Kind extends ChaosMeshKind>(ref: ObjectRef<Kind>, options?: CallOptions): Promise<ChaosMeshKinds[Kind]>;
  /** Without a namespace: in all of them. */
  list<Kind extends ChaosMeshKind>(
    kind: Kind,
    query: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> },
    options?: CallOptions,
  ): Promise<readonly ChaosMeshKinds[Kind][]>;
  /** The kinds that this cluster has the CRDs of. Rejects with `not-served` where Chaos Mesh is not installed. */
  served(options?: CallOptions): Promise<readonly ChaosMeshKind[]>;
  /** Recovers the fault and keeps its object. Its `duration` runs on. Without effect on what is done once. */
  pause(ref: ObjectRef, options?: CallOptions): Promise<void>;
  /** Injects a paused fault again, into the same targets. */
  resume(ref: ObjectRef, options?: CallOptions): Promise<void>;
  /** Asks for the deletion; the object goes once its fault is recovered. */
  delete(ref: ObjectRef, options?: CallOptions): Promise<void>;
  /** Asks the controller to give up an object that is being deleted and does not recover. */
  forceCleanup(ref: ObjectRef, options?: CallOptions): Promise<void>;
  /** Takes every finalizer off. What was injected and not recovered stays in: it is nobody's business any more. */
  removeFinalizers(ref: ObjectRef, options?: CallOptions): Promise<void>;
  /** Oldest first. */
  events(ref: ObjectRef & { readonly uid: string }, options?: CallOptions): Promise<readonly CoreV1Event[]>;
}

const GROUP = { group: 'chaos-mesh.org', version: 'v1alpha1' } as const;

/** A client on a connection (`connectCluster`). */
export function createChaosMeshClient(cluster: Cluster): ChaosMeshClient {
  const { custom } = cluster;
  const address = ({ kind, namespace, name }: ObjectRef) => ({
    ...GROUP,
    namespace,
    name,
    plural: plurals[kind],
  });
  const patch = async (ref: ObjectRef, metadata: object, options?: CallOptions): Promise<void> => {
    const body = { metadata: { ...metadata, ...(ref.uid === undefined ? {} : { uid: ref.uid }) } };
    await cluster.call(
      `patching ${nameOf(ref)}`,
      (how) => custom.patchNamespacedCustomObject({ ...address(ref), body, fieldValidation: 'Strict' }, how),
      { ...options, contentType: PatchStrategy.MergePatch },
    );
  };
  return {
    create: (order, options) =>
      cluster.call(
        `creating ${nameOf(order)}`,
        (how) =>
          custom.createNamespacedCustomObject(
            {
              ...GROUP,
              namespace: order.namespace,
              plural: plurals[order.kind],
              body: manifestOf(order),
              fieldValidation: 'Strict',
              fieldManager: 'ordeal',
            },
            how,
          ),
        options,
      ),
    get: (ref, options) =>
      cluster.call(
        `reading ${nameOf(ref)}`,
        (how) => custom.getNamespacedCustomObject(address(ref), how),
        options,
      ),
    list: async (kind, { namespace, labels = {} }, options) => {
      const selector = labelSelector(labels);
      const list = (await cluster.call(
        `listing ${plurals[kind]} in ${namespace ?? 'all namespaces'}`,
        (how) =>
          namespace === undefined
            ? custom.listCustomObjectForAllNamespaces(
                { ...GROUP, resourcePlural: plurals[kind], labelSelector: selector },
                how,
              )
            : custom.listNamespacedCustomObject(
                { ...GROUP, namespace, plural: plurals[kind], labelSelector: selector },
                how,
              ),
        options,
      )) as { readonly items: ChaosMeshKinds[typeof kind][] };
      return list.items;
    },
    served: async (options) => {
      const { resources } = await cluster.call(
        'asking for the kinds of Chaos Mesh',
        (how) => custom.getAPIResources(GROUP, how),
        options,
      );
      const names = new Set(resources.map(({ name }) => name));
      return (Object.keys(plurals) as ChaosMeshKind[]).filter((kind) => names.has(plurals[kind]));
    },
    pause: (ref, options) => patch(ref, { annotations: { [PAUSE]: 'true' } }, options),
    resume: (ref, options) => patch(ref, { annotations: { [PAUSE]: null } }, options),
    delete: async (ref, options) => {
      await cluster.call(
        `deleting ${nameOf(ref)}`,
        (how) =>
          custom.deleteNamespacedCustomObject(
            {
              ...address(ref),
              body: {
                propagationPolicy: 'Background',
                ...(ref.uid === undefined ? {} : { preconditions: { uid: ref.uid } }),
              },
            },
            how,
          ),
        options,
      );
    },
    forceCleanup: (ref, options) => patch(ref, { annotations: { [CLEAN_FINALIZER]: 'forced' } }, options),
    removeFinalizers: (ref, options) => patch(ref, { finalizers: null }, options),
    events: ({ namespace, uid }, options) => listEvents(cluster, namespace, uid, options),
  };
}

/** For people, for instance `NetworkChaos shop/slow-database`. */
export function nameOf({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}
