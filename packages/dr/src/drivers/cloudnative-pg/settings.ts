import type { NodeReport } from '../postgres/status.ts';
import type { ClusterObject } from './cluster-object.ts';

/** Settings that decide what can be lost and how long a failover takes: the operator's, and the primary's. */
export function settingsOf(
  { spec }: ClusterObject,
  reports: readonly NodeReport[],
): Readonly<Record<string, string>> {
  const answering = reports.filter(({ node }) => node.reachable);
  const primary = answering.find(({ node }) => node.reachable && node.role === 'primary');
  return {
    failoverDelay: `${spec.failoverDelay} s`,
    switchoverDelay: `${spec.switchoverDelay} s`,
    stopDelay: `${spec.stopDelay} s`,
    smartShutdownTimeout: `${spec.smartShutdownTimeout} s`,
    minSyncReplicas: String(spec.minSyncReplicas),
    maxSyncReplicas: String(spec.maxSyncReplicas),
    primaryLease: `${spec.primaryLease.leaseDurationSeconds} s`,
    ...(primary ?? answering[0])?.settings,
  };
}
