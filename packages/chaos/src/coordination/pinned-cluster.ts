import type { ClusterIdentity } from '@ordeal/shared/platform/platform';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Cluster } from '../chaos-mesh/cluster.ts';
import { connect } from '../drivers/chaos-mesh/connect.ts';

const CONNECT_WITHIN_MS = 5_000;

/** One cluster that is connected to when it is first needed, and again after that has failed. */
export type PinnedCluster = (signal: AbortSignal) => Promise<Cluster>;

/** Rejects when another cluster answers than the one that is pinned, or none does. */
export function pinnedCluster({ kubeconfig, context, uid }: ClusterIdentity, clock: Clock): PinnedCluster {
  const cluster = { context, uid, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
  let connected: Cluster | undefined;
  return async (signal) => {
    connected ??= (await connect({ cluster }, { clock, signal, say: () => {} }, CONNECT_WITHIN_MS)).cluster;
    return connected;
  };
}
