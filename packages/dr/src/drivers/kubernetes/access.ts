import { z } from 'zod';

/** How a cluster is reached, as a platform file states it. */
export const accessFields = {
  kubeconfig: z.string().startsWith('/', 'an absolute path').optional(),
  context: z.string().min(1).optional(),
  clusterUid: z.string().min(1).optional(),
} as const;

export const namespaceField = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'the name of a namespace');

/** How a cluster is reached. */
export interface KubernetesAccess {
  /** Path of a kubeconfig. Without it: as `kubectl` finds one, or the service account of the pod this runs in. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context in it; without it the current one. */
  readonly context?: string | undefined;
  /** UID of the namespace `kube-system`. Another cluster is never touched. */
  readonly clusterUid?: string | undefined;
}
