import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { KubernetesApi } from '../kubernetes/api.ts';
import type { RegionHealth } from '../route-health.ts';

const slice = z.object({
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()).default([]),
        conditions: z.object({ ready: z.boolean().nullish() }).default({}),
        targetRef: z.object({ kind: z.string(), name: z.string() }).optional(),
      }),
    )
    .nullish(),
});

/** One place that a Service leads to. */
export interface Endpoint {
  /** The pod's, where it is one; otherwise the address. */
  readonly name: string;
  readonly isPod: boolean;
  readonly ready: boolean;
}

/** What a Service leads to, by its EndpointSlices. What has addresses of both families is in two of them: it counts once. */
export async function readEndpoints(
  api: KubernetesApi,
  namespace: string,
  service: string,
  context: DriverContext,
): Promise<readonly Endpoint[]> {
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const slices = await api.get(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`,
    context,
  );
  const all = (slices.items ?? [])
    // Slices are kinds of their own, so their endpoints are no part of a `spec`.
    .flatMap((one) => slice.parse(one).endpoints ?? [])
    .map(({ addresses, conditions, targetRef }): Endpoint => ({
      name: targetRef?.name ?? addresses[0] ?? '',
      isPod: targetRef?.kind === 'Pod',
      // Absent means ready, as the API says.
      ready: conditions.ready !== false,
    }));
  return [...Map.groupBy(all, ({ name }) => name).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, ready: same.some(({ ready }) => ready) }];
  });
}

/** Endpoints of each region. */
export type RegionEndpoints = Readonly<Record<string, readonly Endpoint[]>>;

export function healthOf(endpoints: RegionEndpoints): RegionHealth {
  return Object.fromEntries(
    Object.entries(endpoints).map(([region, own]) => [
      region,
      { up: own.filter(({ ready }) => ready).length, total: own.length },
    ]),
  );
}

/**
 * Traffic that leads to nobody is an outage of its own. A weight is kept also for a Service that has nobody, so every
 * region that is to get traffic must have a ready endpoint.
 */
export function mustHaveEndpoints(
  endpoints: RegionEndpoints,
  regions: readonly string[],
  object: string,
): void {
  const empty = regions.filter((region) => !(endpoints[region] ?? []).some(({ ready }) => ready));
  if (empty.length === 0) return;
  throw new Error(
    `no endpoint of region ${empty.join(', ')} is ready behind ${object}: traffic was left where it is`,
  );
}
