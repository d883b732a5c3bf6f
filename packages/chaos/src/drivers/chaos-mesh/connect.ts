import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { createChaosMeshClient, type ChaosMeshClient } from '../../chaos-mesh/client.ts';
import { clusterUid, connectCluster, type Cluster } from '../../chaos-mesh/cluster.ts';
import { persist } from '../../chaos-mesh/persist.ts';
import type { ChaosMeshConfig } from './config.ts';

export interface Connection {
  readonly cluster: Cluster;
  readonly client: ChaosMeshClient;
}

/** Connects to the cluster that the settings pin. Rejects when another one answers, before anything is asked of it. */
export async function connect(
  { cluster: pin }: Pick<ChaosMeshConfig, 'cluster'>,
  { clock, signal }: DriverContext,
  withinMs: number,
): Promise<Connection> {
  const cluster = connectCluster(
    { context: pin.context, ...(pin.kubeconfig === undefined ? {} : { kubeconfig: pin.kubeconfig }) },
    clock,
  );
  const until = clock.now() + withinMs;
  const uid = await persist({ clock, signal, until }, () => clusterUid(cluster, { signal }));
  if (uid !== pin.uid) {
    throw new Error(
      `Refused: the context "${pin.context}" leads to another cluster (kube-system ${uid}) than the one that is allowed (${pin.uid}).`,
    );
  }
  return { cluster, client: createChaosMeshClient(cluster) };
}
