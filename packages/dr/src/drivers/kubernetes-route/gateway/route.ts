import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import { kubernetesApi } from '../../kubernetes/api.ts';
import type { RouteHealth } from '../../route-health.ts';
import { healthOf, mustHaveEndpoints, readEndpoints, type RegionEndpoints } from '../endpoints.ts';
import { whyThrown, type RouteReach } from '../../route-reach.ts';
import type { RouteWayBack } from '../../route-way-back.ts';
import { mustBeKnown } from '../../known-regions.ts';
import { moveTraffic } from '../move.ts';
import type { GatewayRouteConfig } from './config.ts';
import {
  backendsOf,
  httpRoutePath,
  httpRouteView,
  nameOf,
  rulesFor,
  whyOtherWeights,
  type HttpRouteView,
} from './view.ts';

/**
 * An HTTPRoute of the Gateway API, moved by the weights of its backends. A switch is done once the controller of each
 * of its Gateways reports that it has taken up what the object says.
 */
export function createGatewayRoute(
  config: GatewayRouteConfig,
): RouteDriver & RouteHealth & RouteReach & RouteWayBack {
  const api = kubernetesApi(config);
  const path = httpRoutePath(config);
  const read = async (context: DriverContext): Promise<HttpRouteView> =>
    httpRouteView(config, await api.get(path, context));
  const endpoints = async (context: DriverContext): Promise<RegionEndpoints> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(config.backends).map(
          async ([region, service]) =>
            [region, await readEndpoints(api, config.namespace, service, context)] as const,
        ),
      ),
    );
  return {
    kind: 'kubernetes',
    status: async (context) => statusOf(await read(context)),
    health: async (context) => healthOf(await endpoints(context)),
    whyNever: (regions) => whyThrown(() => mustBeKnown(Object.keys(config.backends), regions)),
    whyNotBack: async (context) => {
      const why = whyOtherWeights(config, await read(context));
      return why === undefined ? [] : [why];
    },
    switch: async (regions, context) => {
      mustBeKnown(Object.keys(config.backends), regions);
      await moveTraffic<HttpRouteView>(
        {
          read: async () => await read(context),
          change: async (view) => {
            mustHaveEndpoints(await endpoints(context), regions, nameOf(config));
            if (leadsTo(config, view, regions)) return undefined;
            const { rules, says } = rulesFor(config, view, regions);
            const { resourceVersion } = view;
            return { says, patch: { metadata: { resourceVersion }, spec: { rules } } };
          },
          patch: async (body) => await api.patch(path, body, context),
          notShown: (view) => view.notTakenUp,
          shownWithinSeconds: config.shownWithinSeconds,
        },
        context,
      );
    },
  };
}

/** Every rule leads to exactly these regions already, whatever their weights: those are somebody's choice. */
function leadsTo(
  { backends }: GatewayRouteConfig,
  { rules, moved }: HttpRouteView,
  regions: readonly string[],
): boolean {
  const wanted = new Set(regions.map((region) => backends[region]));
  return moved.every((place) =>
    backendsOf(rules[place]).every(({ name, weight }) => weight > 0 === wanted.has(name)),
  );
}

/**
 * As long as a controller has not reported that it has taken up what the object says, nobody knows where clients get:
 * every region is draining then, as is one to which only some of the rules lead.
 */
function statusOf(view: HttpRouteView): RouteStatus {
  const still = view.rules.filter(
    (rule, place) => backendsOf(rule).length > 0 && !view.moved.includes(place),
  ).length;
  const shown = { all: 'active', some: 'draining', none: 'out' } as const;
  const of = (weighed: keyof typeof shown): RouteStatus['regions'][string] =>
    view.notTakenUp === undefined ? shown[weighed] : 'draining';
  return {
    regions: Object.fromEntries(
      Object.entries(view.weighed).map(([region, weighed]) => [region, of(weighed)]),
    ),
    detail: {
      weights: view.says,
      controllers: view.notTakenUp ?? 'have accepted what it says',
      ...(still === 0 ? {} : { 'rules with backends that are not moved': String(still) }),
    },
  };
}
