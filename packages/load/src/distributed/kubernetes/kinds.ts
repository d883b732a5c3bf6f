import type { ApiCall, ClusterAccess, KubernetesApi } from './api.ts';

/** The kinds of objects that a distributed load consists of. */
export type Kind = 'testruns' | 'jobs' | 'pods' | 'services' | 'configmaps' | 'secrets';

const groups: Readonly<Record<Kind, string>> = {
  testruns: '/apis/k6.io/v1alpha1',
  jobs: '/apis/batch/v1',
  pods: '/api/v1',
  services: '/api/v1',
  configmaps: '/api/v1',
  secrets: '/api/v1',
};

/** As much of any object as is read of all of them. */
export interface AnyObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
}

type Signal = Pick<ApiCall, 'signal'>;

/** The objects of one namespace. */
export interface Namespace {
  readonly name: string;
  readonly api: KubernetesApi;
  /** With strict validation: a field that the server does not know is refused, and not dropped in silence. */
  create(kind: Kind, object: object, how?: Signal & { readonly dryRun?: boolean }): Promise<void>;
  get<T>(kind: Kind, name: string, how?: Signal): Promise<T>;
  list<T = AnyObject>(
    kind: Kind,
    labels: Readonly<Record<string, string>>,
    how?: Signal,
  ): Promise<readonly T[]>;
  /** Refused (409) when another object has taken the name. What the object owns goes after it. */
  delete(kind: Kind, object: AnyObject, how?: Signal & { readonly graceSeconds?: number }): Promise<void>;
  /** The last lines of a container's log. */
  log(pod: string, container: string, lines: number, how?: Signal): Promise<string>;
}

export function namespaceOf(api: KubernetesApi, name: string): Namespace {
  const path = (kind: Kind, object?: string): string =>
    `${groups[kind]}/namespaces/${encodeURIComponent(name)}/${kind}` +
    (object === undefined ? '' : `/${encodeURIComponent(object)}`);
  return {
    name,
    api,
    async create(kind, object, { signal, dryRun = false } = {}) {
      const { name: own = '' } = (object as Partial<AnyObject>).metadata ?? {};
      await api.call({
        method: 'POST',
        path: `${path(kind)}?fieldValidation=Strict&fieldManager=ordeal${dryRun ? '&dryRun=All' : ''}`,
        body: object,
        what: `creating ${own} in ${kind} of namespace ${name}`,
        signal,
      });
    },
    get: (kind, object, { signal } = {}) =>
      api.call({
        method: 'GET',
        path: path(kind, object),
        what: `reading ${object} in ${kind} of namespace ${name}`,
        signal,
      }),
    async list<T>(kind: Kind, labels: Readonly<Record<string, string>>, { signal }: Signal = {}) {
      const selector = Object.entries(labels)
        .map(([label, value]) => `${label}=${value}`)
        .join(',');
      const { items } = await api.call<{ readonly items: readonly T[] }>({
        method: 'GET',
        path: `${path(kind)}?labelSelector=${encodeURIComponent(selector)}`,
        what: `listing ${kind} of namespace ${name}`,
        signal,
      });
      return items;
    },
    async delete(kind, { metadata }, { signal, graceSeconds } = {}) {
      await api.text({
        method: 'DELETE',
        path: path(kind, metadata.name),
        body: {
          propagationPolicy: 'Background',
          preconditions: { uid: metadata.uid },
          ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
        },
        what: `deleting ${metadata.name} from ${kind} of namespace ${name}`,
        signal,
      });
    },
    log: (pod, container, lines, { signal } = {}) =>
      api.text({
        method: 'GET',
        path: `${path('pods', pod)}/log?container=${encodeURIComponent(container)}&tailLines=${lines}`,
        what: `reading the log of ${pod}`,
        signal,
      }),
  };
}

/** The UID of the namespace `kube-system`: what tells one cluster from another, whatever its address is. */
export async function clusterUid(api: KubernetesApi, signal?: AbortSignal): Promise<string> {
  const { metadata } = await api.call<AnyObject>({
    method: 'GET',
    path: '/api/v1/namespaces/kube-system',
    what: 'reading the namespace kube-system',
    signal,
  });
  return metadata.uid;
}

/** A cluster, and which one it is meant to be. */
export interface ClusterRef extends ClusterAccess {
  /** UID of its namespace `kube-system`: when another cluster answers, everything is refused. */
  readonly uid?: string | undefined;
}

/** Rejects when the cluster is another one than was meant. */
export async function expectCluster(
  api: KubernetesApi,
  uid: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (uid === undefined) return;
  const found = await clusterUid(api, signal);
  if (found === uid) return;
  throw new Error(
    `The context ${api.context} leads to another cluster than was named: its kube-system has the UID ${found}, not ${uid}.`,
  );
}
