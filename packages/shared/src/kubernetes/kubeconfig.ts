import { reasonOf } from '../reason-of.ts';

/** Which cluster is meant. */
export interface KubeconfigChoice {
  /** Path of a kubeconfig. Without it: as `kubectl` finds one, or the service account of the pod we run in. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context in it. Without it: the current one. */
  readonly context?: string | undefined;
}

/** What is used of the `KubeConfig` of Kubernetes' client library, which is large and belongs to those who call. */
export interface Kubeconfig {
  loadFromDefault(): void;
  loadFromFile(path: string): void;
  getContexts(): readonly { readonly name: string }[];
  setCurrentContext(name: string): void;
  getCurrentContext(): string;
  getCurrentCluster(): { readonly server: string } | null;
}

/**
 * Loads the kubeconfig and chooses its context. Returns the address of the API server. Talks to nobody; throws when
 * the file or the context is not there, or the context names no cluster.
 */
export function chooseCluster(config: Kubeconfig, { kubeconfig, context }: KubeconfigChoice): string {
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    const which = kubeconfig ?? 'that kubectl would take';
    throw new Error(`The kubeconfig ${which} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new Error(
        `The kubeconfig has no context "${context}", but ${names.join(', ') || 'none at all'}.`,
      );
    }
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error(`The context "${config.getCurrentContext()}" of the kubeconfig names no cluster.`);
  }
  return cluster.server;
}
