import type { Platform, PlatformContext } from '../platform.ts';

/** Where a platform is when it runs on Kubernetes. */
export interface ClusterSite {
  /** What depends on the platform there: production is asked about before anything is done to it. */
  readonly environment: Exclude<Platform['environment'], 'lab'>;
  readonly entry: string;
  readonly prometheus: string;
  readonly cluster: { readonly kubeconfig?: string; readonly context: string; readonly uid: string };
  /** Of the platform's pods, and of the pods that send load. */
  readonly namespace: string;
  readonly load: { readonly namespace: string; readonly runners: number; readonly receiver: string };
  /** Of the platform's database, by region, straight to each: the drills' own look. */
  readonly databases: Readonly<Record<'a' | 'b', string>>;
}

const KIND = 'kind-ordeal';

/** Reads it from the environment; without a variable it is as `deploy/kubernetes` sets it up on kind. */
export function clusterSite({ env }: Pick<PlatformContext, 'env'>, platform: string): ClusterSite {
  const kubeconfig = env('ORDEAL_KUBECONFIG', '');
  const context = env('ORDEAL_CLUSTER_CONTEXT', KIND);
  return {
    // The cluster that kind makes here is to try it on. Of any other nobody but its users knows.
    environment: environmentOf(env('ORDEAL_ENVIRONMENT', context === KIND ? 'test' : '')),
    entry: env('ORDEAL_ENTRY', 'http://127.0.0.1:30080'),
    prometheus: env('ORDEAL_PROMETHEUS', 'http://127.0.0.1:30090'),
    cluster: {
      ...(kubeconfig === '' ? {} : { kubeconfig }),
      context,
      // Whoever breaks something says which cluster is meant: of this there is no usual one.
      uid: uidOf(env('ORDEAL_CLUSTER_UID', '')),
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

function uidOf(said: string): string {
  if (said !== '') return said;
  throw new Error(
    'the environment variable ORDEAL_CLUSTER_UID is not set: it is what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` says of the cluster that is meant',
  );
}

function environmentOf(said: string): ClusterSite['environment'] {
  switch (said) {
    case 'test':
    case 'staging':
    case 'production':
      return said;
    default:
      throw new Error(
        `the environment variable ORDEAL_ENVIRONMENT is ${said === '' ? 'not set' : `"${said}"`}: say whether the platform on this cluster is test, staging or production`,
      );
  }
}
