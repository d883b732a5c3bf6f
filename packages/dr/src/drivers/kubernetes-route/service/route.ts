import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import { kubernetesApi } from '../../kubernetes/api.ts';
import type { RegionHealth, RouteHealth } from '../../route-health.ts';
import { whyThrown, type RouteReach } from '../../route-reach.ts';
import type { ServiceRouteConfig } from './config.ts';
import { mustBeKnown } from '../../known-regions.ts';
import { moveTraffic } from '../move.ts';
import { nameOf, readService, saysOf, servicePath, type ServiceView } from './view.ts';

/**
 * A Kubernetes Service, moved by its selector: with the region's label it leads to that region's pods, without it to
 * those of all regions. A switch is done once the endpoints have followed.
 */
export function createServiceRoute(config: ServiceRouteConfig): RouteDriver & RouteHealth & RouteReach {
  const api = kubernetesApi(config);
  const read = async (context: DriverContext): Promise<ServiceView> =>
    await readService(config, api, context);
  return {
    kind: 'kubernetes',
    status: async (context) => statusOf(config, await read(context)),
    health: async (context) => healthOf(config, await read(context)),
    whyNever: (regions) => whyThrown(() => selectorFor(config, regions)),
    switch: async (regions, context) => {
      const value = selectorFor(config, regions);
      await moveTraffic<ServiceView>(
        {
          read: async () => await read(context),
          change: async ({ resourceVersion, selector, pods }) => {
            mustHaveReady(config, regions, pods);
            if (selector[config.label] === value) return undefined;
            const patch = {
              metadata: { resourceVersion },
              spec: { selector: { [config.label]: value ?? null } },
            };
            return { says: saysOf(config, value), patch };
          },
          patch: async (body) => await api.patch(servicePath(config), body, context),
          notShown: (view) => notShown(config, view, regions),
          shownWithinSeconds: config.shownWithinSeconds,
        },
        context,
      );
    },
  };
}

/** The label's value for these regions; undefined is no label at all, which is all regions. */
function selectorFor(config: ServiceRouteConfig, regions: readonly string[]): string | undefined {
  const known = Object.keys(config.regions);
  mustBeKnown(known, regions);
  const wanted = new Set(regions);
  if (wanted.size === known.length) return undefined;
  const [only] = wanted;
  if (wanted.size === 1 && only !== undefined) return config.regions[only];
  throw new Error(
    `a Service's selector leads to one region or to all of them: ${regions.join(', ')} of ${known.join(', ')} takes a ` +
      'route driver that knows weights',
  );
}

/** Traffic that leads to nobody is an outage of its own. */
function mustHaveReady(
  config: ServiceRouteConfig,
  regions: readonly string[],
  pods: ServiceView['pods'],
): void {
  const empty = regions.filter((region) => !pods.some((pod) => pod.region === region && pod.ready));
  if (empty.length === regions.length) {
    throw new Error(
      `no pod of region ${empty.join(', ')} is ready behind ${nameOf(config)}: traffic was ` +
        'left where it is',
    );
  }
}

function regionsServed(view: ServiceView): ReadonlySet<string | undefined> {
  return new Set(view.pods.filter((pod) => view.endpoints.includes(pod.name)).map((pod) => pod.region));
}

function notShown(
  config: ServiceRouteConfig,
  view: ServiceView,
  regions: readonly string[],
): string | undefined {
  const served = regionsServed(view);
  const still = Object.keys(config.regions).filter((one) => served.has(one) && !regions.includes(one));
  if (still.length > 0) return `its endpoints still lead to region ${still.join(', ')}`;
  const ready = regions.filter((one) => view.pods.some((pod) => pod.region === one && pod.ready));
  const late = ready.filter((one) => !served.has(one));
  return late.length > 0 ? `its endpoints do not lead to region ${late.join(', ')}` : undefined;
}

/** A region that the selector leads to no more is draining as long as an endpoint still does. */
function statusOf(config: ServiceRouteConfig, view: ServiceView): RouteStatus {
  const value = view.selector[config.label];
  const served = regionsServed(view);
  const state = (region: string): 'active' | 'draining' | 'out' => {
    if (value === undefined || value === config.regions[region]) return 'active';
    return served.has(region) ? 'draining' : 'out';
  };
  return {
    regions: Object.fromEntries(Object.keys(config.regions).map((region) => [region, state(region)])),
    detail: {
      selector: Object.entries(view.selector)
        .map(([name, one]) => `${name}=${one}`)
        .join(','),
      endpoints: view.endpoints.join(', ') || 'none',
    },
  };
}

function healthOf(config: ServiceRouteConfig, view: ServiceView): RegionHealth {
  return Object.fromEntries(
    Object.keys(config.regions).map((region) => {
      const own = view.pods.filter((pod) => pod.region === region);
      return [region, { up: own.filter((pod) => pod.ready).length, total: own.length }];
    }),
  );
}
