import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import { readEndpoints } from '../endpoints.ts';
import { routeObject, type RouteObject } from '../route-object.ts';
import type { ServiceRouteConfig } from './config.ts';

const service = z.object({ selector: z.record(z.string(), z.string()).default({}) });

const podStatus = z
  .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
  .prefault({});

/** A pod that the Service may lead to. */
export interface RoutePod {
  readonly name: string;
  /** Undefined when its label is none of the route's. */
  readonly region: string | undefined;
  readonly ready: boolean;
}

/** The Service, with what it leads to. */
export interface ServiceView extends RouteObject {
  readonly selector: Readonly<Record<string, string>>;
  /** All pods that the selector without the region's label finds. */
  readonly pods: readonly RoutePod[];
  /** Pods that get traffic right now: the ready endpoints. */
  readonly endpoints: readonly string[];
}

export function servicePath({ namespace, service: name }: ServiceRouteConfig): string {
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

export function nameOf({ namespace, service: name }: ServiceRouteConfig): string {
  return `Service ${namespace}/${name}`;
}

export function saysOf({ label }: ServiceRouteConfig, value: string | undefined): string {
  return value === undefined ? `a selector without ${label}` : `${label}=${value}`;
}

export async function readService(
  config: ServiceRouteConfig,
  api: KubernetesApi,
  context: DriverContext,
): Promise<ServiceView> {
  const object = await api.get(servicePath(config), context);
  const { selector } = service.parse(object.spec ?? {});
  const rest = Object.entries(selector).filter(([name]) => name !== config.label);
  if (rest.length === 0) {
    throw new Error(
      `expected the selector of ${nameOf(config)} to name more than ${config.label}, found ` +
        `${JSON.stringify(selector)}: without the region it would lead to every pod`,
    );
  }
  const [pods, endpoints] = await Promise.all([
    api.get(
      `/api/v1/namespaces/${config.namespace}/pods?labelSelector=${encodeURIComponent(rest.map(([name, value]) => `${name}=${value}`).join(','))}`,
      context,
    ),
    readEndpoints(api, config.namespace, config.service, context),
  ]);
  const regionOf = (value: string | undefined): string | undefined =>
    Object.entries(config.regions).find(([, one]) => one === value)?.[0];
  return {
    ...routeObject(nameOf(config), object, saysOf(config, selector[config.label])),
    selector,
    pods: (pods.items ?? []).map((pod) => ({
      name: pod.metadata?.name ?? '',
      region: regionOf(pod.metadata?.labels?.[config.label]),
      ready: podStatus
        .parse(pod.status ?? {})
        .conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    })),
    endpoints: endpoints.filter(({ ready, isPod }) => ready && isPod).map(({ name }) => name),
  };
}
