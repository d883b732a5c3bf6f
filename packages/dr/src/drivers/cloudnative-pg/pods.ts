import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askPostgres } from '../../split-brain/ask-postgres.ts';
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
