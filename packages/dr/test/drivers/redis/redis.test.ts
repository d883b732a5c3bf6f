import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { storeDriverContract } from '@ordeal/shared/testing/store-driver-contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { nodeNamed } from '../../../src/drivers/node-named.ts';
import { parseRedisStore, type RedisNode } from '../../../src/drivers/redis/config.ts';
import { withRedis } from '../../../src/drivers/redis/connection.ts';
import { decode, encode } from '../../../src/drivers/redis/protocol.ts';
import { createRedisStore } from '../../../src/drivers/redis/store.ts';
import type { Asked } from '../../../src/drills/course.ts';
import { standbyRefusals } from '../../../src/drills/refuse.ts';
import { failover } from '../../drills/failover-phase.ts';
import { testContext } from '../two-servers.ts';
import { slowLinkTo, type SlowLink } from './slow-link.ts';
import { twoRedis, type TwoRedis } from './two-redis.ts';

const context = testContext();
let servers: TwoRedis;

describe('a Redis store keeps the contract', () => {
  beforeAll(async () => {
    servers = await twoRedis({ third: true });
  });
  afterAll(async () => await servers.dispose());
  const find = (name: string): RedisNode => nodeNamed(servers.config.nodes, name);

  // The heir is not the one that comes first, nor the one that is any further.
  const cases = storeDriverContract(() => ({
    driver: createRedisStore(servers.config),
    nodes: ['a', 'c'],
    others: ['b'],
    parse: parseRedisStore,
    mistaken: {
      raw: { nodes: [{ name: 'a', region: 'a', url: 'http://x' }], catchUpWithinSeconds: 0, extra: 1 },
      places: ['.nodes[0].url', '.nodes', '.catchUpWithinSeconds', 'here'],
    },
    write: servers.write,
    read: servers.read,
    kill: async (node) => await servers.kill(find(node)),
    restart: async (node) => await servers.start(find(node)),
  }));
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe('a Redis store', () => {
  beforeEach(async () => {
    servers = await twoRedis({ service: true });
  });
  afterEach(async () => await servers.dispose());

  it('refuses to make two writers, and keeps a fence through a restart', async () => {
    const store = createRedisStore(servers.config);
    await expect(store.promote('b', context)).rejects.toThrow('node a accepts writes');
    await store.fence('a', context);
    await servers.kill(servers.a);
    await servers.start(servers.a);
    await expect(servers.write('a', 1)).rejects.toThrow('READONLY');
    await store.promote('b', context);
    await servers.write('b', 2);
    await store.rejoin('a', 'b', context);
    expect(await servers.read('a')).toEqual([2]);
  });

  it('fences a primary that is frozen by stopping it', async () => {
    const store = createRedisStore(servers.config);
    servers.freeze(servers.a);
    await store.fence('a', context);
    await servers.start(servers.a);
    await expect(servers.write('a', 1)).rejects.toThrow('READONLY');
  });

  it('does not call a frozen primary fenced that nobody can stop', async () => {
    const nodes = servers.config.nodes.map((node) => ({ ...node, service: undefined }));
    const store = createRedisStore({ ...servers.config, nodes });
    servers.freeze(servers.a);
    await expect(store.fence('a', context)).rejects.toThrow('not seen to refuse writes now');
  });

  it('does not call a dead server fenced whose next start nobody has seen to', async () => {
    const nodes = servers.config.nodes.map((node) => ({
      ...node,
      service: undefined,
      configFile: undefined,
    }));
    const store = createRedisStore({ ...servers.config, nodes });
    await servers.kill(servers.a);
    await expect(store.fence('a', context)).rejects.toThrow('give the node a configFile or a service');
  });

  it('says that a promoted node takes no writes for want of replicas', async () => {
    await withRedis(servers.b, context, (session) =>
      session.command('CONFIG', 'SET', 'min-replicas-to-write', '1'),
    );
    await servers.kill(servers.a);
    const store = createRedisStore(servers.config);
    await expect(store.promote('b', context)).rejects.toThrow('min-replicas-to-write wants replicas');
  });

  it('notes on disk who is what after a hand-over, whatever ends the run meanwhile', async () => {
    const stop = new AbortController();
    const way = await overheard(Number(new URL(servers.a.url).port), (text) => {
      if (text.includes('REWRITE')) stop.abort(new Error('interrupted by SIGINT'));
    });
    onTestFinished(way.close);
    const a = {
      ...servers.a,
      url: servers.a.url.replace(/\d+$/, String(way.port)),
      replicaUrl: servers.a.url,
    };
    const store = createRedisStore({ ...servers.config, nodes: [a, servers.b] });
    await store.demote('a', 'b', testContext(stop.signal));
    expect(stop.signal.aborted).toBe(true);
    expect(readFileSync(servers.a.configFile ?? '', 'utf8')).toContain('replicaof');
    expect(readFileSync(servers.b.configFile ?? '', 'utf8')).not.toContain('replicaof');
  });

  it('leaves a primary as it is whose replica does not catch up', async () => {
    const store = createRedisStore({ ...servers.config, catchUpWithinSeconds: 1 });
    servers.freeze(servers.b);
    await servers.write('a', 1);
    await expect(store.demote('a', 'b', context)).rejects.toThrow(
      /is no replica that follows|did not hand over/,
    );
    await servers.write('a', 2);
    expect(readFileSync(servers.a.configFile ?? '', 'utf8')).not.toContain('replicaof');
  }, 40_000);
});

it('tells how far behind a replica is that receives all the time, over a link that is too slow', async () => {
  let link: SlowLink | undefined;
  const wayToA = async (port: number): Promise<number> => (link = await slowLinkTo(port)).port;
  servers = await twoRedis({ wayToA });
  try {
    const store = createRedisStore(servers.config);
    const lagOfB = async (upTo: number): Promise<number | undefined> => {
      const b = (await store.status(context, upTo)).nodes.find((one) => one.name === 'b');
      return b?.reachable === true ? b.lagSeconds : undefined;
    };
    link?.carry(100_000);
    await withRedis(servers.a, context, (session) => session.command('SET', 'big', 'x'.repeat(3_000_000)));
    expect(await lagOfB(1), 'at 100 kB/s that takes half a minute').toBe(Infinity);
    const asked = { phase: { ...failover, mostLag: 1 }, deps: { store } };
    expect(await standbyRefusals(asked as unknown as Asked, context, { primary: 'a', standby: 'b' })).toEqual(
      [expect.stringContaining('node b is behind, by more than 1 s')],
    );
    link?.carry(1_000_000);
    const lag = await lagOfB(50);
    expect(lag).toBeGreaterThan(1);
    expect(lag).toBeLessThan(50);
    expect(await lagOfB(1)).toBeLessThan(1);
  } finally {
    await servers.dispose();
    await link?.close();
  }
}, 120_000);

it('counts how far behind a replica is from before it asks, also while another one does not answer', async () => {
  let link: SlowLink | undefined;
  const wayToA = async (port: number): Promise<number> => (link = await slowLinkTo(port)).port;
  servers = await twoRedis({ wayToA, third: true });
  try {
    const c = nodeNamed(servers.config.nodes, 'c');
    link?.carry(1_000_000);
    servers.freeze(c);
    await withRedis(servers.a, context, (session) => session.command('SET', 'big', 'x'.repeat(3_000_000)));
    // That takes three seconds, and c is given up on after two: what is left then is one.
    const { nodes } = await createRedisStore(servers.config).status(context, 50);
    const b = nodes.find((one) => one.name === 'b');
    expect(b?.reachable === true ? b.lagSeconds : undefined).toBeGreaterThan(1.9);
  } finally {
    await servers.dispose();
    await link?.close();
  }
}, 120_000);

it('reads answers that come in pieces', () => {
  const whole = Buffer.from('*3\r\n$5\r\nslave\r\n:42\r\n*1\r\n$-1\r\n');
  for (let cut = 1; cut < whole.length; cut += 1) expect(decode(whole.subarray(0, cut))).toBeUndefined();
  expect(decode(whole)).toEqual({ reply: ['slave', 42, [null]], end: whole.length });
  expect(encode(['SET', 'é', '']).toString()).toBe('*3\r\n$3\r\nSET\r\n$2\r\né\r\n$0\r\n\r\n');
  expect(() => decode(Buffer.from('HTTP/1.1 400\r\n'))).toThrow('expected an answer of Redis');
});

/** A way to a port that hears what is sent there before it arrives. */
async function overheard(
  target: number,
  hear: (text: string) => void,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((client) => {
    const beyond = connect(target, '127.0.0.1');
    client.on('error', () => beyond.destroy()).on('close', () => beyond.destroy());
    beyond.on('error', () => client.destroy()).pipe(client);
    client.on('data', (part) => {
      hear(part.toString());
      beyond.write(part);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
