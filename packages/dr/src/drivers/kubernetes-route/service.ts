import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { KubernetesApi } from '../kubernetes/api.ts';
import type { KubernetesRouteConfig } from './config.ts';

const service = z.object({ selector: z.record(z.string(), z.string()).default({}) });

const slice = z.object({
  endpoints: z
    .array(
      z.object({
        conditions: z.object({ ready: z.boolean().nullish() }).default({}),
        targetRef: z.object({ kind: z.string(), name: z.string() }).optional(),
      }),
    )
    .nullish(),
});

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
export interface ServiceView {
  readonly resourceVersion: string;
  readonly selector: Readonly<Record<string, string>>;
  /** All pods that the selector without the region's label finds. */
  readonly pods: readonly RoutePod[];
  /** Pods that get traffic right now: the ready endpoints. */
  readonly endpoints: readonly string[];
}

export function servicePath({ namespace, service: name }: KubernetesRouteConfig): string {
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

export async function readService(
  config: KubernetesRouteConfig,
  api: KubernetesApi,
  context: DriverContext,
): Promise<ServiceView> {
  const object = await api.get(servicePath(config), context);
  const { selector } = service.parse(object.spec ?? {});
  const rest = Object.entries(selector).filter(([name]) => name !== config.label);
  if (rest.length === 0) {
    throw new Error(
      `expected the selector of Service ${config.namespace}/${config.service} to name more than ${config.label}, found ` +
        `${JSON.stringify(selector)}: without the region it would lead to every pod`,
    );
  }
  const [pods, slices] = await Promise.all([
    api.get(
      `/api/v1/namespaces/${config.namespace}/pods?labelSelector=${encodeURIComponent(rest.map(([name, value]) => `${name}=${value}`).join(','))}`,
      context,
    ),
    // Slices are kinds of their own, so their endpoints are no part of a `spec`.
    api.get(
      `/apis/discovery.k8s.io/v1/namespaces/${config.namespace}/endpointslices?labelSelector=${encodeURIComponent(`kubernetes.io/service-name=${config.service}`)}`,
      context,
    ),
  ]);
  const regionOf = (value: string | undefined): string | undefined =>
    Object.entries(config.regions).find(([, one]) => one === value)?.[0];
  return {
    resourceVersion: object.metadata?.resourceVersion ?? '',
    selector,
    pods: (pods.items ?? []).map((pod) => ({
      name: pod.metadata?.name ?? '',
      region: regionOf(pod.metadata?.labels?.[config.label]),
      ready: podStatus
        .parse(pod.status ?? {})
        .conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    })),
    endpoints: (slices.items ?? [])
      .flatMap((one) => slice.parse(one).endpoints ?? [])
      // Absent means ready, as the API says.
      .filter(({ conditions }) => conditions.ready !== false)
      .flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' ? [targetRef.name] : [])),
  };
}
