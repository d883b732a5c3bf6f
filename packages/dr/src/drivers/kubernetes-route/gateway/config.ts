import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { accessFields, namespaceField, type KubernetesAccess } from '../../kubernetes/access.ts';
import { parseConfig } from '../../parse.ts';

const route = z
  .strictObject({
    kind: z.literal('gateway'),
    ...accessFields,
    namespace: namespaceField,
    httpRoute: z.string().min(1),
    rules: z
      .array(z.union([z.string().min(1), z.int().nonnegative()]))
      .min(1, 'at least one rule; without it all that have backends')
      .optional(),
    backends: z
      .record(z.string().min(1), z.string().min(1))
      .refine((backends) => Object.keys(backends).length > 0, 'at least one region with its Service')
      .refine(
        (backends) => new Set(Object.values(backends)).size === Object.keys(backends).length,
        'another Service for each region',
      ),
    weights: z.record(z.string().min(1), z.int().min(1).max(1_000_000)).default({}),
    shownWithinSeconds: z.number().positive().default(60),
  })
  .refine(({ weights, backends }) => Object.keys(weights).every((region) => region in backends), {
    path: ['weights'],
    message: 'weights of regions in backends',
  });

/** An HTTPRoute of the Gateway API whose weights lead to the Services of any of its regions. */
export interface GatewayRouteConfig extends KubernetesAccess {
  readonly kind: 'gateway';
  readonly namespace: string;
  readonly httpRoute: string;
  /** The rules that move, by name or place (from 0). Without it all that have backends. */
  readonly rules?: readonly (string | number)[] | undefined;
  /** The Service of each region, in the namespace of the HTTPRoute. */
  readonly backends: Readonly<Record<string, string>>;
  /** What a region weighs when it gets traffic; 1 where nothing is said. */
  readonly weights: Readonly<Record<string, number>>;
  /** How long the Gateway's controller may take to report that it has taken the weights up. */
  readonly shownWithinSeconds: number;
}

export function parseGatewayRoute(raw: unknown, path: string): Result<GatewayRouteConfig> {
  return parseConfig(
    route,
    raw,
    path,
    'a kubernetes route of kind gateway has namespace, httpRoute, backends: { <region>: <Service> }, rules?: [<name or ' +
      'place>], weights?: { <region>: <weight> }, kubeconfig?, context?, clusterUid? and shownWithinSeconds?',
  );
}
