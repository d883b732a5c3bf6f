import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { accessFields, namespaceField, type KubernetesAccess } from '../../kubernetes/access.ts';
import { parseConfig } from '../../parse.ts';

const route = z.strictObject({
  kind: z.literal('service').optional(),
  ...accessFields,
  namespace: namespaceField,
  service: z.string().min(1),
  label: z.string().min(1),
  regions: z
    .record(z.string().min(1), z.string().min(1))
    .refine((regions) => Object.keys(regions).length > 0, 'at least one region with the value of its label')
    .refine(
      (regions) => new Set(Object.values(regions)).size === Object.keys(regions).length,
      'another value of the label for each region',
    ),
  shownWithinSeconds: z.number().positive().default(60),
});

/** A Service whose selector leads to the pods of one region, or of all of them. */
export interface ServiceRouteConfig extends KubernetesAccess {
  readonly kind?: 'service' | undefined;
  readonly namespace: string;
  readonly service: string;
  /** The label by which a pod's region is told, and its value in each region. */
  readonly label: string;
  readonly regions: Readonly<Record<string, string>>;
  /** How long the endpoints may take to follow the selector. */
  readonly shownWithinSeconds: number;
}

export function parseServiceRoute(raw: unknown, path: string): Result<ServiceRouteConfig> {
  return parseConfig(
    route,
    raw,
    path,
    'a kubernetes route of kind service has namespace, service, label, regions: { <region>: <value of the label> }, kubeconfig?, ' +
      'context?, clusterUid? and shownWithinSeconds?',
  );
}
