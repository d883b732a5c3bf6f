import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { readServers } from './backend.ts';
import type { HaproxyRouteConfig } from './config.ts';
import { tell } from './runtime.ts';
import type { ServerState } from './servers.ts';

/**
 * Gives traffic to servers that got none, once their health checks have passed.
 *
 * HAProxy takes a server that leaves maintenance for healthy until a check says otherwise. So it is drained
 * first, which lets checks run and no traffic in, and declared down, so that only its checks can bring it up.
 *
 * When some servers do not come up in time, their region goes in with the others, and HAProxy keeps those down
 * until they pass; a region of which none comes up is refused, and all stay out.
 */
export async function bringIn(
  config: HaproxyRouteConfig,
  joining: readonly ServerState[],
  context: DriverContext,
): Promise<void> {
  const names = joining.map((server) => server.name);
  const set = async (server: string, what: string): Promise<void> =>
    await tell(config.socket, `set server ${config.backend}/${server} ${what}`, context);
  const read = async (): Promise<readonly ServerState[]> =>
    (await readServers(config, context)).filter((server) => names.includes(server.name));

  const rested = joining.filter((server) => server.admin === 'maint').map((server) => server.name);
  for (const name of rested) await set(name, 'state drain');
  // Whether a server has a check cannot be seen while it is in maintenance. One without would stay down.
  for (const server of await read()) {
    if (server.checked && rested.includes(server.name)) await set(server.name, 'health down');
  }

  const deadline = context.clock.now() + config.healthyWithinSeconds * 1000;
  let servers = await read();
  while (servers.some((server) => !server.healthy) && context.clock.now() < deadline) {
    await context.clock.sleep(50, context.signal);
    servers = await read();
  }
  const late = servers.filter((server) => !server.healthy);
  const lost = [...new Set(servers.map(regionOf))].filter((region) =>
    servers.filter((server) => regionOf(server) === region).every((server) => !server.healthy),
  );
  const list = late.map((server) => `${server.name} (${server.status})`).join(', ');
  if (lost.length > 0) {
    for (const name of rested) await set(name, 'state maint');
    throw new Error(
      `no server of region ${lost.join(', ')} passed its health check within ${config.healthyWithinSeconds} s ` +
        `(${list}): it was left without traffic`,
    );
  }
  if (late.length > 0)
    context.say(`HAProxy still finds ${list} down; they get traffic once they pass their checks`);
  for (const name of names) await set(name, 'state ready');

  function regionOf(server: ServerState): string {
    return config.servers[server.name] ?? '';
  }
}
