import type { RouteDriver } from '@ordeal/shared/drivers/route';
import type { RouteHealth } from '../route-health.ts';
import type { RouteReach } from '../route-reach.ts';
import type { RouteWayBack } from '../route-way-back.ts';
import type { KubernetesRouteConfig } from './config.ts';
import { createGatewayRoute } from './gateway/route.ts';
import { createIngressRoute } from './ingress/route.ts';
import { createServiceRoute } from './service/route.ts';

/** A route in a Kubernetes cluster. See `parseKubernetesRoute`. */
export function createKubernetesRoute(
  config: KubernetesRouteConfig,
): RouteDriver & RouteHealth & RouteReach & Partial<RouteWayBack> {
  switch (config.kind) {
    case 'gateway':
      return createGatewayRoute(config);
    case 'ingress':
      return createIngressRoute(config);
    default:
      return createServiceRoute(config);
  }
}
