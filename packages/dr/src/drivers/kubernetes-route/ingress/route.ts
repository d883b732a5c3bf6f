import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import { kubernetesApi, type KubernetesApi } from '../../kubernetes/api.ts';
import type { RouteHealth } from '../../route-health.ts';
import { whyThrown, type RouteReach } from '../../route-reach.ts';
import type { RouteWayBack } from '../../route-way-back.ts';
import {
  healthOf,
  mustHaveEndpoints,
  readEndpoints,
  type Endpoint,
  type RegionEndpoints,
} from '../endpoints.ts';
import { mustBeKnown } from '../../known-regions.ts';
import { moveTraffic } from '../move.ts';
import { weightAnnotation } from './annotations.ts';
import type { IngressRouteConfig } from './config.ts';
import { ingressPath, nameOf, readCanary, saysOf, type CanaryView } from './view.ts';

/**
 * An Ingress of ingress-nginx with a canary beside it, moved by the canary's weight. The controller reports nothing of
 * the weight that it leads by, so a switch is done once both objects are as they should be.
 */
export function createIngressRoute(
  config: IngressRouteConfig,
): RouteDriver & RouteHealth & RouteReach & RouteWayBack {
  const api = kubernetesApi(config);
  const { stable, canary } = config;
  const read = async (context: DriverContext): Promise<CanaryView> => await readCanary(config, api, context);
  return {
    kind: 'kubernetes',
    status: async (context) => statusOf(config, await read(context)),
    health: async (context) => healthOf(await endpointsOf(config, api, await read(context), context)),
    whyNever: (regions) => whyThrown(() => mustBeKnown([stable.region, canary.region], regions)),
    whyNotBack: async (context) => {
      const why = whyOtherShare(config, await read(context));
      return why === undefined ? [] : [why];
    },
    switch: async (regions, context) => {
      mustBeKnown([stable.region, canary.region], regions);
      await moveTraffic<CanaryView>(
        {
          read: async () => await read(context),
          change: async (view) => {
            const endpoints = await endpointsOf(config, api, view, context);
            mustHaveEndpoints(endpoints, regions, view.name);
            mustBeAsked(config, endpoints);
            if (leadsTo(config, view, regions)) return undefined;
            const weight = weightFor(config, view, regions);
            const { resourceVersion, total } = view;
            const annotations = { [weightAnnotation]: String(weight) };
            return { says: saysOf({ weight, total }), patch: { metadata: { resourceVersion, annotations } } };
          },
          patch: async (body) => await api.patch(ingressPath(config, canary.ingress), body, context),
          notShown: ({ unreported }) =>
            unreported.length === 0
              ? undefined
              : `no controller has reported an address for ${unreported.join(', ')}`,
          shownWithinSeconds: config.shownWithinSeconds,
        },
        context,
      );
    },
  };
}

/** Endpoints of each region. A region of several Services has none as long as one of them has none. */
async function endpointsOf(
  config: IngressRouteConfig,
  api: KubernetesApi,
  { services }: CanaryView,
  context: DriverContext,
): Promise<RegionEndpoints> {
  const of = async (names: readonly string[]): Promise<readonly Endpoint[]> => {
    const each = await Promise.all(
      names.map(async (name) => await readEndpoints(api, config.namespace, name, context)),
    );
    const whole = each.every((own) => own.some(({ ready }) => ready));
    return each.flat().map((one) => ({ ...one, ready: one.ready && whole }));
  };
  const [stable, canary] = await Promise.all([of(services.stable), of(services.canary)]);
  return { [config.stable.region]: stable, [config.canary.region]: canary };
}

/**
 * ingress-nginx looks for a canary only behind a stable Service that has endpoints itself (`get_balancer` in its
 * `balancer.lua`): without them it answers 503, whatever the canary weighs.
 */
function mustBeAsked(config: IngressRouteConfig, endpoints: RegionEndpoints): void {
  if ((endpoints[config.stable.region] ?? []).some(({ ready }) => ready)) return;
  throw new Error(
    `no endpoint is ready behind ${nameOf(config, config.stable.ingress)}, and ingress-nginx asks no canary then: its ` +
      `weight cannot lead traffic to region ${config.canary.region}. Traffic was left where it is: a region that is lost ` +
      'takes a route of kind gateway or service',
  );
}

function weightFor(config: IngressRouteConfig, { total }: CanaryView, regions: readonly string[]): number {
  if (!regions.includes(config.canary.region)) return 0;
  if (!regions.includes(config.stable.region)) return total;
  // Neither of them may be left without traffic by rounding.
  return Math.min(total - 1, Math.max(1, Math.round(config.canaryShare * total)));
}

/** Why a switch away and back would leave another share than the one that is there; undefined when it would not. */
function whyOtherShare(config: IngressRouteConfig, view: CanaryView): string | undefined {
  const { name, says, weight, total } = view;
  // Where all goes to one of the two, that is what comes back.
  if (weight === 0 || weight >= total) return undefined;
  const back = weightFor(config, view, [config.stable.region, config.canary.region]);
  if (back === weight) return undefined;
  return (
    `${name} says ${says}, and the way back would write ${saysOf({ weight: back, total })}: put canaryShare: ` +
    `${weight / total}`
  );
}

/** It leads to exactly these regions already, whatever their shares: those are somebody's choice. */
function leadsTo(config: IngressRouteConfig, view: CanaryView, regions: readonly string[]): boolean {
  return (
    regions.includes(config.stable.region) === view.weight < view.total &&
    regions.includes(config.canary.region) === view.weight > 0
  );
}

function statusOf({ stable, canary }: IngressRouteConfig, view: CanaryView): RouteStatus {
  return {
    regions: {
      [stable.region]: view.weight < view.total ? 'active' : 'out',
      [canary.region]: view.weight > 0 ? 'active' : 'out',
    },
    detail: {
      weight: view.says,
      addresses:
        view.unreported.length === 0
          ? 'reported for both'
          : `none reported for ${view.unreported.join(', ')}`,
    },
  };
}
