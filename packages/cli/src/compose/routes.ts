import type { RouteCaching } from '@ordeal/dr/drivers/route-caching';
import type { RouteDetection } from '@ordeal/dr/drivers/route-detection';
import type { RouteHealth } from '@ordeal/dr/drivers/route-health';
import type { RouteReach } from '@ordeal/dr/drivers/route-reach';
import type { RouteWayBack } from '@ordeal/dr/drivers/route-way-back';
import type { SwitchProof } from '@ordeal/dr/drivers/switch-proof';
import type { RouteDriver } from '@ordeal/shared/drivers/route';
import type { Result } from '@ordeal/shared/platform/diagnostics';

/** A route's driver with its settings. */
export type ConfiguredRoute = RouteDriver &
  RouteHealth &
  Partial<RouteCaching & RouteDetection & RouteReach & RouteWayBack & SwitchProof>;

type Configure = (raw: unknown, path: string) => Result<ConfiguredRoute>;

/** The only list of route drivers. Each is loaded when a platform names it. */
export const routeDrivers: Readonly<Record<string, () => Promise<Configure>>> = {
  haproxy: async () => {
    const { parseHaproxyRoute } = await import('@ordeal/dr/drivers/haproxy/config');
    const { createHaproxyRoute } = await import('@ordeal/dr/drivers/haproxy/route');
    return route(parseHaproxyRoute, createHaproxyRoute);
  },
  dns: async () => {
    const { parseDnsRoute } = await import('@ordeal/dr/drivers/dns/config');
    const { createDnsRoute } = await import('@ordeal/dr/drivers/dns/route');
    return route(parseDnsRoute, createDnsRoute);
  },
  kubernetes: async () => {
    const { parseKubernetesRoute } = await import('@ordeal/dr/drivers/kubernetes-route/config');
    const { createKubernetesRoute } = await import('@ordeal/dr/drivers/kubernetes-route/route');
    return route(parseKubernetesRoute, createKubernetesRoute);
  },
  command: async () => {
    const { parseCommandRoute } = await import('@ordeal/dr/drivers/route-command/config');
    const { createCommandRoute } = await import('@ordeal/dr/drivers/route-command/route');
    return route(parseCommandRoute, createCommandRoute);
  },
};

function route<Config>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => ConfiguredRoute,
): Configure {
  return (raw, path) => {
    const parsed = parse(raw, path);
    return parsed.ok ? { ok: true, value: create(parsed.value) } : parsed;
  };
}
