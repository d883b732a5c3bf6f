import type { Manifest } from '../manifests/kustomization.ts';

/** What one pod uses; null is what nobody measured. */
export interface Use {
  /** Percent of what it requests. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** A second. */
  readonly requests: number | null;
}

/** What each of `pods` uses, by its place in the order in which they were made. */
export type Demand = (pod: number, pods: number) => Use;

/** So much for all of them together, shared evenly as a load balancer does; percents are of one pod. */
function shared(all: Use): Demand {
  return (_, pods) => ({
    cpu: all.cpu === null ? null : all.cpu / pods,
    memory: all.memory === null ? null : all.memory / pods,
    requests: all.requests === null ? null : all.requests / pods,
  });
}

/** As much as so many pods are for, by each target of marketing-agents. */
export const worth = (pods: Use): Demand =>
  shared({
    cpu: pods.cpu === null ? null : 70 * pods.cpu,
    memory: pods.memory === null ? null : 80 * pods.memory,
    requests: pods.requests === null ? null : 100 * pods.requests,
  });

/** The same for all but the youngest pods, which nobody measured. */
export function withoutSome(demand: Demand, unmeasured: number): Demand {
  return (pod, pods) =>
    pod >= pods - unmeasured ? { cpu: null, memory: null, requests: null } : demand(pod, pods);
}

/** A Deployment and its autoscaler, as a cluster is given them, and what its pods have to do. */
export interface Workload {
  readonly namespace: string;
  readonly deployment: Manifest;
  readonly autoscaler: Manifest;
  /**
   * Seconds for which a pod says that it has been ready when it becomes so. A figure of young pods is left out by the
   * controller and not judged by Ordeal: with 600 each decision can be checked, and with 0 it goes as on a cluster.
   */
  readonly readySince: number;
  demand: Demand;
}
