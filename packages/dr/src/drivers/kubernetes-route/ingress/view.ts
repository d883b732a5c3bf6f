import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import { routeObject, type RouteObject } from '../route-object.ts';
import { canaryWeight, type CanaryWeight } from './annotations.ts';
import type { IngressRouteConfig } from './config.ts';
import { whyNotMerged } from './merged.ts';
import { hasDefaultBackend, pathsOf, type IngressPath } from './paths.ts';

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

function ingressesPath({ namespace }: IngressRouteConfig): string {
  return `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
}

export function ingressPath(config: IngressRouteConfig, ingress: string): string {
  return `${ingressesPath(config)}/${ingress}`;
}

export function nameOf({ namespace }: IngressRouteConfig, ingress: string): string {
  return `Ingress ${namespace}/${ingress}`;
}

export async function readCanary(
  config: IngressRouteConfig,
  api: KubernetesApi,
  context: DriverContext,
): Promise<CanaryView> {
  const [stable, canary, { items: all = [] }] = await Promise.all([
    api.get(ingressPath(config, config.stable.ingress), context),
    api.get(ingressPath(config, config.canary.ingress), context),
    api.get(ingressesPath(config), context),
  ]);
  const name = nameOf(config, config.canary.ingress);
  const weight = canaryWeight(canary.metadata?.annotations ?? {}, stable.metadata?.annotations ?? {}, name);
  const paths = { stable: pathsOf(stable), canary: pathsOf(canary) };
  if (hasDefaultBackend(stable)) {
    throw new Error(
      `${nameOf(config, config.stable.ingress)} has a defaultBackend, and what it leads to has no canary: put hosts and ` +
        'paths in its place, to both Ingresses',
    );
  }
  const alone = paths.stable.filter(({ key }) => !paths.canary.some((one) => one.key === key));
  if (alone.length > 0 || paths.stable.length === 0) {
    throw new Error(
      `expected ${name} to have every host and path of ${nameOf(config, config.stable.ingress)}, found none for ` +
        `${alone.map(({ key }) => key).join(', ') || 'any'}: what has no canary stays where it is`,
    );
  }
  const why = whyNotMerged(stable, canary, all);
  if (why !== undefined) throw new Error(`the weight of ${name} does not lead traffic: ${why}`);
  const services = (of: readonly IngressPath[]): readonly string[] => [
    ...new Set(of.map(({ service }) => service)),
  ];
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
