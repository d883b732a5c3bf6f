import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { KubernetesApi, KubernetesObject } from '../../kubernetes/api.ts';
import { routeObject, type RouteObject } from '../route-object.ts';
import { canaryWeight, type CanaryWeight } from './annotations.ts';
import type { IngressRouteConfig } from './config.ts';

const spec = z.object({
  rules: z
    .array(
      z.object({
        host: z.string().default(''),
        http: z
          .object({
            paths: z.array(
              z.object({
                path: z.string().default('/'),
                pathType: z.string(),
                backend: z.object({ service: z.object({ name: z.string() }).optional() }),
              }),
            ),
          })
          .optional(),
      }),
    )
    .default([]),
});

const status = z.object({
  loadBalancer: z.object({ ingress: z.array(z.unknown()).default([]) }).prefault({}),
});

/** The canary Ingress beside its stable one. */
export interface CanaryView extends RouteObject, CanaryWeight {
  /** Services that each of the two leads to. */
  readonly services: { readonly stable: readonly string[]; readonly canary: readonly string[] };
  /** The Ingresses for which no controller has reported an address. */
  readonly unreported: readonly string[];
}

export function ingressPath({ namespace }: IngressRouteConfig, ingress: string): string {
  return `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${ingress}`;
}

export function nameOf({ namespace }: IngressRouteConfig, ingress: string): string {
  return `Ingress ${namespace}/${ingress}`;
}

export async function readCanary(
  config: IngressRouteConfig,
  api: KubernetesApi,
  context: DriverContext,
): Promise<CanaryView> {
  const [stable, canary] = await Promise.all([
    api.get(ingressPath(config, config.stable.ingress), context),
    api.get(ingressPath(config, config.canary.ingress), context),
  ]);
  const name = nameOf(config, config.canary.ingress);
  const weight = canaryWeight(canary.metadata?.annotations ?? {}, stable.metadata?.annotations ?? {}, name);
  const paths = { stable: pathsOf(stable), canary: pathsOf(canary) };
  const alone = [...paths.stable.keys()].filter((one) => !paths.canary.has(one));
  if (alone.length > 0 || paths.stable.size === 0) {
    throw new Error(
      `expected ${name} to have every host and path of ${nameOf(config, config.stable.ingress)}, found none for ` +
        `${alone.join(', ') || 'any'}: what has no canary stays where it is`,
    );
  }
  const services = (of: ReadonlyMap<string, string>): readonly string[] => [...new Set(of.values())];
  return {
    ...routeObject(name, canary, saysOf(weight)),
    ...weight,
    services: { stable: services(paths.stable), canary: services(paths.canary) },
    unreported: [
      { ingress: config.stable.ingress, object: stable },
      { ingress: config.canary.ingress, object: canary },
    ]
      .filter(({ object }) => status.parse(object.status ?? {}).loadBalancer.ingress.length === 0)
      .map(({ ingress }) => nameOf(config, ingress)),
  };
}

export function saysOf({ weight, total }: CanaryWeight): string {
  return `canary-weight ${weight} of ${total}`;
}

/** The Service behind each host and path. */
function pathsOf(object: KubernetesObject): ReadonlyMap<string, string> {
  return new Map(
    spec
      .parse(object.spec ?? {})
      .rules.flatMap(({ host, http }) =>
        (http?.paths ?? []).map(({ path, pathType, backend }) => [
          `${host || '*'}${path} (${pathType})`,
          backend.service?.name ?? '',
        ]),
      ),
  );
}
