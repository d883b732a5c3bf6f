import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { accessFields, namespaceField, type KubernetesAccess } from '../../kubernetes/access.ts';
import { parseConfig } from '../../parse.ts';

const side = z.strictObject({ region: z.string().min(1), ingress: z.string().min(1) });

const route = z
  .strictObject({
    kind: z.literal('ingress'),
    ...accessFields,
    namespace: namespaceField,
    stable: side,
    canary: side,
    canaryShare: z.number().gt(0).lt(1).default(0.5),
    shownWithinSeconds: z.number().positive().default(60),
  })
  .refine(({ stable, canary }) => stable.region !== canary.region, {
    path: ['canary', 'region'],
    message: 'another region than that of stable',
  })
  .refine(({ stable, canary }) => stable.ingress !== canary.ingress, {
    path: ['canary', 'ingress'],
    message: 'another Ingress than that of stable',
  });

/** An Ingress of ingress-nginx with a canary beside it: the canary's weight leads to one region, the other, or both. */
export interface IngressRouteConfig extends KubernetesAccess {
  readonly kind: 'ingress';
  readonly namespace: string;
  readonly stable: { readonly region: string; readonly ingress: string };
  readonly canary: { readonly region: string; readonly ingress: string };
  /** The canary's share when both regions get traffic, between 0 and 1. */
  readonly canaryShare: number;
  /** How long it may take until the controller has reported on both. */
  readonly shownWithinSeconds: number;
}

export function parseIngressRoute(raw: unknown, path: string): Result<IngressRouteConfig> {
  return parseConfig(
    route,
    raw,
    path,
    'a kubernetes route of kind ingress has namespace, stable: { region, ingress }, canary: { region, ingress }, ' +
      'canaryShare?, kubeconfig?, context?, clusterUid? and shownWithinSeconds?',
  );
}
