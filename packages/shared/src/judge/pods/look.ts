import type { PodsSpec } from '../../platform/pods-spec.ts';

/** The last look at a Deployment in a load phase: at its beginning, and until its pods are ready. */
export interface PodsLook {
  /** By which the platform calls its pods. */
  readonly pods: string;
  readonly phase: string;
  /** What the platform promised of them as the run began. */
  readonly promised: PodsSpec;
  readonly saw: PodsSaw;
}

export type PodsSaw =
  | { readonly kind: 'seen'; readonly seen: DeploymentSeen }
  /** The cluster has no Deployment of that name. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread'; readonly reason: string };

/** What a Deployment is set to, and how much of it is there. */
export interface DeploymentSeen {
  readonly replicas: number;
  /** How many of them were ready. */
  readonly ready: number;
  /** Null: it does not replace its pods one after another. */
  readonly rollout: { readonly maxSurge: number | string; readonly maxUnavailable: number | string } | null;
  readonly containers: readonly ContainerSeen[];
}

export interface ContainerSeen {
  readonly name: string;
  readonly liveness: ProbeSeen | null;
  readonly readiness: ProbeSeen | null;
  /** As the cluster writes them, by resource. */
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface ProbeSeen {
  /** Null: it does not ask over HTTP. */
  readonly path: string | null;
  readonly delaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failures: number;
}
