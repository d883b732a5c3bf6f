import { parseDnsRoute } from '@ordeal/dr/drivers/dns/config';
import { createDnsRoute } from '@ordeal/dr/drivers/dns/route';
import { parseHaproxyRoute } from '@ordeal/dr/drivers/haproxy/config';
import { createHaproxyRoute } from '@ordeal/dr/drivers/haproxy/route';
import { parseKubernetesRoute } from '@ordeal/dr/drivers/kubernetes-route/config';
import { createKubernetesRoute } from '@ordeal/dr/drivers/kubernetes-route/route';
import type { RouteCaching } from '@ordeal/dr/drivers/route-caching';
import { parseCommandRoute } from '@ordeal/dr/drivers/route-command/config';
import { createCommandRoute } from '@ordeal/dr/drivers/route-command/route';
import type { RouteDetection } from '@ordeal/dr/drivers/route-detection';
import type { RouteHealth } from '@ordeal/dr/drivers/route-health';
import type { RouteDriver } from '@ordeal/shared/drivers/route';
import type { Result } from '@ordeal/shared/platform/diagnostics';

/** A route's driver with its settings. */
export type ConfiguredRoute = RouteDriver & RouteHealth & Partial<RouteCaching & RouteDetection>;

/** The only list of route drivers. */
export const routeDrivers: Readonly<Record<string, (raw: unknown, path: string) => Result<ConfiguredRoute>>> =
  {
    haproxy: route(parseHaproxyRoute, createHaproxyRoute),
    dns: route(parseDnsRoute, createDnsRoute),
    kubernetes: route(parseKubernetesRoute, createKubernetesRoute),
    command: route(parseCommandRoute, createCommandRoute),
  };

function route<Config>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => ConfiguredRoute,
): (raw: unknown, path: string) => Result<ConfiguredRoute> {
  return (raw, path) => {
    const parsed = parse(raw, path);
    return parsed.ok ? { ok: true, value: create(parsed.value) } : parsed;
  };
}
