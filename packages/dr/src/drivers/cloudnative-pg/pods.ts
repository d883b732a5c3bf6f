import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { askPostgres, type AskedServer } from '../../split-brain/ask-postgres.ts';
import type { KubernetesApi, KubernetesObject } from '../kubernetes/api.ts';

/** Where an instance listens in its pod. */
const podPort = 5432;

/** What the server in a pod says of whether it takes writes. */
export interface PodAnswer {
  readonly takes: 'yes' | 'no' | 'unknown';
  /** Names the pod. */
  readonly detail: string;
}

/** The pods that may run a cluster's PostgreSQL. Those of its PgBouncers have the cluster's label too. */
export async function podsOf(
  api: KubernetesApi,
  { namespace, cluster }: { readonly namespace: string; readonly cluster: string },
  context: DriverContext,
): Promise<readonly KubernetesObject[]> {
  const selector = encodeURIComponent(`cnpg.io/cluster=${cluster},cnpg.io/podRole!=pooler`);
  const { items = [] } = await api.get(
    `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`,
    context,
  );
  return items;
}

/**
 * A node by its `url`, which is mostly that of a Service: one that leads nowhere refuses, whoever takes writes. Only
 * what a server says itself counts there.
 */
export function asService({ name, url }: Pick<AskedServer, 'name' | 'url'>): AskedServer {
  return { name, url, at: 'service' };
}

/**
 * Why a fence of the node could not be proven by what its pods say, as they are now; empty when it could. `none` is
 * the reason where there are none: then it would be taken for fenced without a look.
 */
export async function whyNoProof(
  node: Pick<AskedServer, 'name' | 'url'>,
  pods: () => Promise<readonly KubernetesObject[]>,
  none: string,
  context: DriverContext,
): Promise<readonly string[]> {
  const start = `a fence of node ${node.name} could not be proven: `;
  try {
    const found = await pods();
    if (found.length === 0) return [start + none];
    const answers = await Promise.all(found.map((pod) => askPod(node.url, pod, context)));
    return answers
      .filter(({ takes }) => takes === 'unknown')
      .map(
        ({ detail }) =>
          `${start}${detail}; it has to answer at its own address, port ${podPort}, where this runs: run it in the ` +
          'cluster, or lead to its pods, and see that user and certificate of the url hold there',
      );
  } catch (error) {
    context.signal.throwIfAborted();
    return [`${start}${reasonOf(error)}`];
  }
}

/** Asks the server in a pod at the pod's own address, with the user and the TLS of `url`. */
export async function askPod(
  url: string,
  { metadata, status }: KubernetesObject,
  context: DriverContext,
  port = podPort,
): Promise<PodAnswer> {
  const name = metadata?.name ?? 'without a name';
  const { phase, podIP } = (status ?? {}) as { readonly phase?: string; readonly podIP?: string };
  // What has ended is not started again, and its address may be another pod's by now.
  if (phase === 'Failed' || phase === 'Succeeded') return { takes: 'no', detail: `pod ${name} has ended` };
  if (podIP === undefined) {
    // It has not been started, and it is started by what the cluster says by then.
    return phase === 'Pending'
      ? { takes: 'no', detail: `pod ${name} was not started yet` }
      : { takes: 'unknown', detail: `pod ${name} has no address to be asked at` };
  }
  const answer = await askPostgres({ name, url, address: { host: podIP, port } }, context);
  return { takes: answer.takes, detail: `pod ${name}: ${answer.detail}` };
}
