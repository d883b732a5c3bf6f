import { z } from 'zod';
import { lazily } from '../lazily.ts';
import type { ClusterIdentity } from './platform.ts';
import { clusterIdentity, text } from './platform-parts.ts';

/** A HorizontalPodAutoscaler, and what a document promises of it. */
export interface AutoscalerSpec {
  readonly cluster: ClusterIdentity;
  readonly namespace: string;
  /** Of the HorizontalPodAutoscaler. */
  readonly name: string;
  readonly replicas: { readonly least: number; readonly most: number };
  /** What it scales by. It may scale by more than that. */
  readonly targets: readonly AutoscalerTarget[];
  /** Where the document says so. */
  readonly source: string;
}

export type AutoscalerTarget =
  /** Percent of what the pods request of the resource. */
  | { readonly resource: 'cpu' | 'memory'; readonly utilization: number }
  /** A metric of the pods, by the name that the cluster's metrics know it by, and its average a pod. */
  | { readonly pods: string; readonly average: number };

const positive = z.number().positive();

/** An autoscaler as a platform file states it. */
export const autoscalerSchema = lazily(() =>
  z.strictObject({
    cluster: clusterIdentity(),
    namespace: text,
    name: text,
    replicas: z
      .strictObject({ least: z.number().int().nonnegative(), most: z.number().int().positive() })
      .refine(({ least, most }) => least <= most, {
        path: ['most'],
        error: 'at least as many as replicas.least',
      }),
    targets: z
      .array(
        z.union([
          z.strictObject({ resource: z.enum(['cpu', 'memory']), utilization: positive }),
          z.strictObject({ pods: text, average: positive }),
        ]),
      )
      .min(1),
    source: text,
  }),
);
