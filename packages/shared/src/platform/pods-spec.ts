import { z } from 'zod';
import { quantity } from '../kubernetes/quantity.ts';
import { lazily } from '../lazily.ts';
import type { ClusterIdentity } from './platform.ts';
import { clusterIdentity, text } from './platform-parts.ts';

/** What a document promises of the pods of a Deployment. What it says nothing of is left out, and not looked at. */
export interface PodsSpec {
  readonly cluster: ClusterIdentity;
  readonly namespace: string;
  readonly deployment: string;
  /** Which of its containers is meant. Default: the first one. */
  readonly container?: string;
  /** Of the Deployment itself. Where an autoscaler sets them, `autoscalers` promises their bounds. */
  readonly replicas?: { readonly least: number; readonly most?: number };
  /** Of a rolling update: pods, or a share of them as `25%`. */
  readonly rollout?: { readonly maxSurge: number | string; readonly maxUnavailable: number | string };
  readonly liveness?: PromisedProbe;
  readonly readiness?: PromisedProbe;
  /** As Kubernetes writes them: `250m`, `512Mi`. */
  readonly requests?: PromisedResources;
  readonly limits?: PromisedResources;
  /** Where the document says so. */
  readonly source: string;
}

/** A probe over HTTP. */
export interface PromisedProbe {
  readonly path: string;
  readonly delaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  /** In a row, until it counts. */
  readonly failures?: number;
}

export interface PromisedResources {
  readonly cpu?: string;
  readonly memory?: string;
}

const amount = z.string().refine(isQuantity, { error: 'A quantity of Kubernetes: 250m, 512Mi, 2.' });
const share = z.union([
  z.number().int().nonnegative(),
  z.string().regex(/^\d+%$/, { error: 'A number of pods, or a share as 25%.' }),
]);

/** Pods as a platform file states them. */
export const podsSchema = lazily(() => {
  const count = z.number().int().nonnegative();
  const resources = z
    .strictObject({ cpu: amount.optional(), memory: amount.optional() })
    .refine(({ cpu, memory }) => cpu !== undefined || memory !== undefined, { error: 'cpu or memory' });
  const probe = z.strictObject({
    path: z.string().startsWith('/'),
    delaySeconds: count.optional(),
    periodSeconds: count.optional(),
    timeoutSeconds: count.optional(),
    failures: count.optional(),
  });
  return z
    .strictObject({
      cluster: clusterIdentity(),
      namespace: text,
      deployment: text,
      container: text.optional(),
      replicas: z.strictObject({ least: count, most: count.optional() }).optional(),
      rollout: z.strictObject({ maxSurge: share, maxUnavailable: share }).optional(),
      liveness: probe.optional(),
      readiness: probe.optional(),
      requests: resources.optional(),
      limits: resources.optional(),
      source: text,
    })
    .refine(
      ({ replicas, rollout, liveness, readiness, requests, limits }) =>
        [replicas, rollout, liveness, readiness, requests, limits].some((part) => part !== undefined),
      { error: 'at least one of replicas, rollout, liveness, readiness, requests, limits' },
    );
});

function isQuantity(written: string): boolean {
  try {
    return quantity(written) >= 0;
  } catch {
    return false;
  }
}
