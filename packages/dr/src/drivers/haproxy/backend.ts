import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { HaproxyRouteConfig } from './config.ts';
import { ask } from './runtime.ts';
import { parseServers, type ServerState } from './servers.ts';

/** State of the backend's servers. Rejects unless they are exactly those of the configuration. */
export async function readServers(
  config: HaproxyRouteConfig,
  context: DriverContext,
): Promise<readonly ServerState[]> {
  const [stat, state] = await Promise.all([
    ask(config.socket, 'show stat', context),
    ask(config.socket, `show servers state ${config.backend}`, context),
  ]);
  const servers = parseServers(stat, state, config.backend);
  const found = servers.map((server) => server.name).sort();
  const expected = Object.keys(config.servers).sort();
  if (found.join() !== expected.join()) {
    throw new Error(
      `expected the servers ${expected.join(', ')} in HAProxy's backend ${config.backend}, found ` +
        `${found.join(', ') || 'none'}: name each of them with its region in the route's servers`,
    );
  }
  return servers;
}
