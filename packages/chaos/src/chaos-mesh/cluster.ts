import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  Observable,
  type ConfigurationOptions,
  type CoreV1Event,
  type RequestContext,
  type ResponseContext,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import type { Clock } from '@ordeal/shared/time/clock';
import { chooseCluster } from '@ordeal/shared/kubernetes/kubeconfig';
import { within } from '@ordeal/shared/time/deadline';
import { ApiError, classify } from './failure.ts';

/** How a cluster is reached. */
export interface ClusterAccess {
  /** Path of a kubeconfig. Without it: as `kubectl` finds one, or the service account of the pod we run in. */
  readonly kubeconfig?: string;
  /** Name of a context in it. Without it: the current one. */
  readonly context?: string;
}

/** Of every single call. */
export interface CallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the call; default 5000. */
  readonly withinMs?: number;
}

/** A connection to one cluster. Each call has its own deadline, and rejects with an `ApiError`, or the signal's reason. */
export interface Cluster {
  readonly context: string;
  readonly server: string;
  readonly custom: CustomObjectsApi;
  readonly core: CoreV1Api;
  readonly clock: Clock;
  call<T>(
    what: string,
    task: (options: ConfigurationOptions) => Promise<T>,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<T>;
}

const ANSWER_WITHIN_MS = 5_000;

/** Reads the kubeconfig. Talks to nobody yet; throws when the file or the context is not there. */
export function connectCluster(access: ClusterAccess, clock: Clock): Cluster {
  const config = new KubeConfig();
  const server = chooseCluster(config, access);
  return {
    context: config.getCurrentContext(),
    server,
    custom: config.makeApiClient(CustomObjectsApi),
    core: config.makeApiClient(CoreV1Api),
    clock,
    call: async (what, task, options = {}) => {
      const { signal, withinMs = ANSWER_WITHIN_MS, contentType } = options;
      const request: { sent?: RequestContext } = {};
      try {
        return await within(clock, withinMs, 'An answer', signal, (ending) =>
          task({
            middleware: [
              {
                // A middleware of promises throws in this client; one of its own observables works.
                pre: (context) => {
                  context.setSignal(ending);
                  if (contentType !== undefined) context.setHeaderParam('Content-Type', contentType);
                  request.sent = context;
                  return new Observable<RequestContext>(Promise.resolve(context));
                },
                post: (context) => new Observable<ResponseContext>(Promise.resolve(context)),
              },
            ],
            middlewareMergeStrategy: 'append',
          }),
        );
      } catch (error) {
        signal?.throwIfAborted();
        throw new ApiError(what, classify(error), error);
      } finally {
        // The client makes a pool of connections for each request: it is of no use to the next one.
        void request.sent
          ?.getDispatcher()
          ?.destroy()
          .catch(() => undefined);
      }
    },
  };
}

/** The UID of the namespace `kube-system`: what tells one cluster from another, whatever its address is. */
export async function clusterUid(cluster: Cluster, options?: CallOptions): Promise<string> {
  const namespace = await cluster.call(
    'reading the namespace kube-system',
    (how) => cluster.core.readNamespace({ name: 'kube-system' }, how),
    options,
  );
  const uid = namespace.metadata?.uid;
  if (uid === undefined) throw new Error('The namespace kube-system has no UID.');
  return uid;
}

export interface PodQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export async function listPods(
  cluster: Cluster,
  { namespace, ...query }: PodQuery,
  options?: CallOptions,
): Promise<readonly V1Pod[]> {
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const list = await cluster.call(
    `listing the pods in ${where}`,
    (how) =>
      namespace === undefined
        ? cluster.core.listPodForAllNamespaces(query, how)
        : cluster.core.listNamespacedPod({ namespace, ...query }, how),
    options,
  );
  return list.items;
}

export async function listNodes(
  cluster: Cluster,
  selector: string,
  options?: CallOptions,
): Promise<readonly V1Node[]> {
  const list = await cluster.call(
    'listing the nodes',
    (how) => cluster.core.listNode({ labelSelector: selector }, how),
    options,
  );
  return list.items;
}

/** The events about one object, told by its UID: an earlier one of the same name is another. Oldest first. */
export async function listEvents(
  cluster: Cluster,
  namespace: string,
  uid: string,
  options?: CallOptions,
): Promise<readonly CoreV1Event[]> {
  const list = await cluster.call(
    `listing the events in namespace ${namespace}`,
    (how) => cluster.core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.uid=${uid}` }, how),
    options,
  );
  return list.items.toSorted((a, b) => instantOf(a) - instantOf(b));
}

function instantOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  const time = lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return time === undefined ? 0 : new Date(time).getTime();
}
