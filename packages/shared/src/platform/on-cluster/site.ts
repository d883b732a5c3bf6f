import type { PlatformContext } from '../platform.ts';

/** Where a platform is when it runs on Kubernetes. */
export interface ClusterSite {
  readonly entry: string;
  readonly prometheus: string;
  readonly cluster: { readonly kubeconfig?: string; readonly context: string; readonly uid: string };
  /** Of the platform's pods, and of the pods that send load. */
  readonly namespace: string;
  readonly load: { readonly namespace: string; readonly runners: number; readonly receiver: string };
  /** Of the platform's database, by region, straight to each: the drills' own look. */
  readonly databases: Readonly<Record<'a' | 'b', string>>;
}

/** Reads it from the environment; without a variable it is as `deploy/kubernetes` sets it up on kind. */
export function clusterSite({ env }: Pick<PlatformContext, 'env'>, platform: string): ClusterSite {
  const kubeconfig = env('ORDEAL_KUBECONFIG', '');
  return {
    entry: env('ORDEAL_ENTRY', 'http://127.0.0.1:30080'),
    prometheus: env('ORDEAL_PROMETHEUS', 'http://127.0.0.1:30090'),
    cluster: {
      ...(kubeconfig === '' ? {} : { kubeconfig }),
      context: env('ORDEAL_CLUSTER_CONTEXT', 'kind-ordeal'),
      // Whoever breaks something says which cluster is meant: of this there is no usual one.
      uid: env('ORDEAL_CLUSTER_UID'),
    },
    namespace: env('ORDEAL_NAMESPACE', platform),
    load: {
      namespace: env('ORDEAL_LOAD_NAMESPACE', 'ordeal'),
      runners: Number(env('ORDEAL_LOAD_RUNNERS', '2')),
      receiver: env('ORDEAL_RECEIVER_URL', 'http://ordeal.ordeal.svc:8089'),
    },
    databases: {
      a: env('ORDEAL_DATABASE_A', 'postgresql://platform@127.0.0.1:30432/ordeal'),
      b: env('ORDEAL_DATABASE_B', 'postgresql://platform@127.0.0.1:30433/ordeal'),
    },
  };
}
