import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { RedisNode, RedisStoreConfig } from '../../../src/drivers/redis/config.ts';
import { withRedis } from '../../../src/drivers/redis/connection.ts';
import { nodeNamed } from '../../../src/drivers/node-named.ts';
import { freePorts, testContext } from '../two-servers.ts';

/** Real servers with a password: `a` is the primary, `b` its replica, and so is `c` where it is wanted. */
export interface TwoRedis {
  readonly config: RedisStoreConfig;
  readonly a: RedisNode;
  readonly b: RedisNode;
  start(node: RedisNode): Promise<void>;
  kill(node: RedisNode): Promise<void>;
  freeze(node: RedisNode): void;
  write(node: string, id: number): Promise<void>;
  read(node: string): Promise<readonly number[]>;
  dispose(): Promise<void>;
}

export interface TwoRedisOptions {
  readonly service?: boolean;
  /** Also a second replica, `c`. */
  readonly third?: boolean;
  /** The port over which `b` finds `a`, when it is not that of `a` itself. */
  readonly wayToA?: (portOfA: number) => Promise<number>;
}

export async function twoRedis(options: TwoRedisOptions = {}): Promise<TwoRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-redis-'));
  const names = options.third === true ? ['a', 'b', 'c'] : ['a', 'b'];
  const [portOfA = 0, ...ports] = await freePorts(names.length);
  const wayToA = (await options.wayToA?.(portOfA)) ?? portOfA;
  const running = new Map<string, ChildProcess>();
  const node = (name: string, port: number): RedisNode => {
    const configFile = join(dir, `${name}.conf`);
    return {
      name,
      region: name,
      url: `redis://:s%3Acret@127.0.0.1:${port}`,
      configFile,
      ...(options.service === true && {
        service: { start: ['false'], stop: ['sh', '-c', `kill -9 $(cat ${join(dir, name)}.pid); sleep 0.1`] },
      }),
    };
  };
  const [a, b] = [node('a', portOfA), node('b', ports[0] ?? 0)];
  const nodes = [a, b, ...names.slice(2).map((name, index) => node(name, ports[index + 1] ?? 0))];
  const find = (name: string): RedisNode => nodeNamed(nodes, name);
  for (const one of nodes) {
    const upstream = one === a ? '' : `replicaof 127.0.0.1 ${one === b ? wayToA : portOfA}\n`;
    writeFileSync(
      one.configFile ?? '',
      `port ${new URL(one.url).port}\nbind 127.0.0.1\ndir ${dir}\ndbfilename ${one.name}.rdb\n` +
        `pidfile ${join(dir, one.name)}.pid\nappendonly no\nrequirepass s:cret\nmasterauth s:cret\n` +
        `repl-diskless-sync-delay 0\nsave ""\n${upstream}`,
    );
  }
  const start = async (one: RedisNode): Promise<void> => {
    if (running.has(one.name)) return;
    const child = spawn(testTools().redis, [one.configFile ?? ''], {
      cwd: dirname(one.configFile ?? ''),
      stdio: 'ignore',
    });
    writeFileSync(join(dir, `${one.name}.pid`), String(child.pid));
    running.set(one.name, child);
    child.once('exit', () => running.delete(one.name));
    const deadline = systemClock.now() + 10_000;
    for (;;) {
      const good = await withRedis(one, testContext(), (session) => session.text('PING')).catch(() => '');
      if (good === 'PONG') return;
      if (systemClock.now() > deadline) throw new Error(`Redis ${one.name} does not come up`);
      await systemClock.sleep(20);
    }
  };
  const kill = async (one: RedisNode): Promise<void> => {
    const child = running.get(one.name);
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const servers: TwoRedis = {
    config: { nodes, catchUpWithinSeconds: 10 },
    a,
    b,
    start,
    kill,
    freeze: (one) => void running.get(one.name)?.kill('SIGSTOP'),
    write: async (name, id) =>
      void (await withRedis(find(name), testContext(), (session) =>
        session.command('SADD', 'writes', String(id)),
      )),
    read: async (name) => {
      const members = await withRedis(find(name), testContext(), (session) =>
        session.command('SMEMBERS', 'writes'),
      );
      return Array.isArray(members) ? members.map(Number) : [];
    },
    dispose: async () => {
      for (const one of nodes) await kill(one);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await Promise.all(nodes.map(start));
  const deadline = systemClock.now() + 10_000;
  const infoOf = (one: RedisNode): Promise<string> =>
    withRedis(one, testContext(), (session) => session.text('INFO', 'replication'));
  const followed = async (): Promise<boolean> => {
    const infos = await Promise.all(nodes.slice(1).map(infoOf));
    // A replica knows of it before its primary does, which hands over to none before.
    const known = (await infoOf(a)).match(/state=online/g) ?? [];
    return known.length === infos.length && infos.every((info) => info.includes('master_link_status:up'));
  };
  while (!(await followed())) {
    if (systemClock.now() > deadline) throw new Error('a replica does not follow');
    await systemClock.sleep(20);
  }
  return servers;
}
