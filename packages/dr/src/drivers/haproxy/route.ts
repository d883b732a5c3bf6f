import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import type { RegionHealth, RouteHealth } from '../route-health.ts';
import { whyThrown, type RouteReach } from '../route-reach.ts';
import { mustBeKnown } from '../known-regions.ts';
import type { RouteDetection } from '../route-detection.ts';
import { detectionOf } from './detection.ts';
import type { HaproxyRouteConfig } from './config.ts';
import { readServers } from './backend.ts';
import { bringIn } from './bring-in.ts';
import { tell } from './runtime.ts';
import type { ServerState } from './servers.ts';

/** HAProxy, moved by its runtime socket. What it is told there lasts until HAProxy itself is restarted. */
export function createHaproxyRoute(
  config: HaproxyRouteConfig,
): RouteDriver & RouteHealth & RouteDetection & RouteReach {
  return {
    kind: 'haproxy',
    status: async (context) => statusOf(config, await readServers(config, context)),
    health: async (context) => healthOf(config, await readServers(config, context)),
    detection: async () => await detectionOf(config),
    whyNever: (regions) => whyThrown(() => mustBeKnown(regionsOf(config), regions)),
    switch: async (regions, context) => await switchTo(config, regions, context),
  };
}

function regionsOf(config: HaproxyRouteConfig): readonly string[] {
  return [...new Set(Object.values(config.servers))];
}

function statusOf(config: HaproxyRouteConfig, servers: readonly ServerState[]): RouteStatus {
  const state = (region: string): 'active' | 'draining' | 'out' => {
    const admins = servers.filter((one) => config.servers[one.name] === region).map((one) => one.admin);
    if (admins.includes('ready')) return 'active';
    return admins.includes('drain') ? 'draining' : 'out';
  };
  return {
    regions: Object.fromEntries(regionsOf(config).map((region) => [region, state(region)])),
    detail: Object.fromEntries(servers.map((one) => [one.name, `${one.admin}, ${one.status}`])),
  };
}

/** A server that passes its checks with failures just now (`UP 1/2`) still takes traffic, so it counts as up. */
function healthOf(config: HaproxyRouteConfig, servers: readonly ServerState[]): RegionHealth {
  const count = (region: string): { up: number; total: number } => {
    const own = servers.filter((one) => config.servers[one.name] === region);
    return { up: own.filter((one) => /^(UP|no check)\b/.test(one.status)).length, total: own.length };
  };
  return Object.fromEntries(regionsOf(config).map((region) => [region, count(region)]));
}

/** What gets traffic is brought in before anything is taken out, so that somebody always serves. */
async function switchTo(
  config: HaproxyRouteConfig,
  regions: readonly string[],
  context: DriverContext,
): Promise<void> {
  mustBeKnown(regionsOf(config), regions);
  const servers = await readServers(config, context);
  const isIn = (server: ServerState): boolean => regions.includes(config.servers[server.name] ?? '');
  const joining = servers.filter((server) => isIn(server) && server.admin !== 'ready');
  if (joining.length > 0) await bringIn(config, joining, context);
  for (const server of servers.filter((one) => !isIn(one) && one.admin !== 'maint')) {
    // `drain` would still let clients through that hold a cookie of the server.
    await tell(config.socket, `set server ${config.backend}/${server.name} state maint`, context);
  }
  const wrong = (await readServers(config, context)).filter(
    (server) => server.admin !== (isIn(server) ? 'ready' : 'maint'),
  );
  if (wrong.length > 0) {
    const list = wrong.map((server) => `${server.name} (${server.admin}, ${server.status})`).join(', ');
    throw new Error(`HAProxy took the switch to ${regions.join(', ')}, but does not show it for ${list}`);
  }
}
