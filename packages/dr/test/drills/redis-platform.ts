import type { FaultDriver } from '@ordeal/shared/drivers/fault';
import { withRedis } from '../../src/drivers/redis/connection.ts';
import type { RedisNode } from '../../src/drivers/redis/config.ts';
import { createHaproxyRoute } from '../../src/drivers/haproxy/route.ts';
import { createRedisStore } from '../../src/drivers/redis/store.ts';
import { edgeOf, type Edge } from '../drivers/edge.ts';
import { twoRedis, type TwoRedis, type TwoRedisOptions } from '../drivers/redis/two-redis.ts';
import { testContext } from '../drivers/two-servers.ts';

/** Two regions: in each a Redis server and a replica of a tiny API, behind one HAProxy. */
export interface RedisPlatform {
  readonly servers: TwoRedis;
  readonly edge: Edge;
  readonly store: ReturnType<typeof createRedisStore>;
  readonly route: ReturnType<typeof createHaproxyRoute>;
  /** Nothing is broken here but by hand. */
  readonly fault: FaultDriver;
  dispose(): Promise<void>;
}

export async function redisPlatform(options: TwoRedisOptions = {}): Promise<RedisPlatform> {
  const servers = await twoRedis(options);
  const edge = await edgeOf(['a1', 'b1']);
  for (const replica of Object.values(edge.replicas)) {
    replica.ready = () => true;
    replica.answer = async (path, response) => {
      const writer = await writerAmong(servers.config.nodes);
      if (writer === undefined) return void response.writeHead(503).end();
      const id = /^\/write\/(\d+)$/.exec(path)?.[1];
      try {
        if (id !== undefined) await servers.write(writer.name, Number(id));
        response.end(JSON.stringify(path === '/all' ? await servers.read(writer.name) : [1]));
      } catch {
        response.writeHead(503).end();
      }
    };
  }
  return {
    servers,
    edge,
    store: createRedisStore(servers.config),
    route: createHaproxyRoute({
      socket: edge.socket,
      backend: 'platform',
      servers: { a1: 'a', b1: 'b' },
      healthyWithinSeconds: 10,
    }),
    fault: nothing,
    dispose: async () => {
      await edge.dispose();
      await servers.dispose();
    },
  };
}

async function writerAmong(nodes: readonly RedisNode[]): Promise<RedisNode | undefined> {
  const roles = await Promise.all(
    nodes.map((node) =>
      withRedis(node, testContext(), (session) => session.command('ROLE')).catch(() => undefined),
    ),
  );
  return nodes[roles.findIndex((role) => Array.isArray(role) && role[0] === 'master')];
}

const nothing: FaultDriver = {
  kind: 'nothing',
  parse: (raw) => ({ ok: true, value: raw }),
  describe: () => 'nothing',
  targets: async () => [],
  inject: async () => [],
  status: async () => ({ state: 'absent' }),
  heal: async () => undefined,
};
