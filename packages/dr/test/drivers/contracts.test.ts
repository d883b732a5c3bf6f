import { routeDriverContract } from '@ordeal/shared/testing/route-driver-contract';
import { storeDriverContract } from '@ordeal/shared/testing/store-driver-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHaproxyRoute } from '../../src/drivers/haproxy/config.ts';
import { createHaproxyRoute } from '../../src/drivers/haproxy/route.ts';
import { parsePostgresStore, type PostgresNode } from '../../src/drivers/postgres/config.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { edgeOf, eventually, get, type Edge } from './edge.ts';
import { sql, testContext, twoServers, type TwoServers } from './two-servers.ts';

describe('a postgres store keeps the contract', () => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await twoServers();
  });
  afterAll(() => servers.dispose());
  const node = (name: string): PostgresNode => (name === 'a' ? servers.a : servers.b);

  const cases = storeDriverContract(() => ({
    driver: createPostgresStore(servers.config),
    nodes: ['a', 'b'],
    parse: parsePostgresStore,
    mistaken: {
      raw: { nodes: [{ name: 'A!', url: 'mysql://x', service: { start: [] } }], synchronous: 'yes' },
      places: ['.nodes[0].name', '.nodes[0].url', '.nodes[0].service.start', '.synchronous'],
    },
    write: async (name, id) => void (await sql(node(name), `INSERT INTO writes VALUES (${id})`)),
    read: async (name) =>
      (await sql<{ id: number }>(node(name), 'SELECT id FROM writes')).map((row) => row.id),
    kill: async (name) => servers.kill(node(name)),
    restart: async (name) => servers.start(node(name)),
  }));
  it.each(cases)('$name', { timeout: 60_000 }, async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe('a haproxy route keeps the contract', () => {
  let edge: Edge;
  const configOf = (): Parameters<typeof createHaproxyRoute>[0] => ({
    socket: edge.socket,
    backend: 'platform',
    servers: { a1: 'a', a2: 'a', b1: 'b' },
    healthyWithinSeconds: 10,
  });
  beforeAll(async () => {
    edge = await edgeOf(['a1', 'a2', 'b1']);
    await eventually(async () => (await createHaproxyRoute(configOf()).health(testContext()))['a']?.up === 2);
  });
  afterAll(async () => await edge.dispose());

  const cases = routeDriverContract(() => ({
    driver: createHaproxyRoute(configOf()),
    regions: ['a', 'b'],
    parse: parseHaproxyRoute,
    mistaken: { raw: { socket: 'relative', servers: {} }, places: ['.socket', '.backend', '.servers'] },
    reached: async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => get(edge.url)));
      return [...new Set(answers.map((one) => one.text.slice(0, 1)))].toSorted();
    },
  }));
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
