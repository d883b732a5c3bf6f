import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { RedisNode, RedisStoreConfig } from '../../../src/drivers/redis/config.ts';
import { withRedis } from '../../../src/drivers/redis/connection.ts';
import { freePorts, testContext } from '../two-servers.ts';

/** Two real servers with a password: `a` is the primary, `b` its replica. */
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

export async function twoRedis(options: { readonly service?: boolean } = {}): Promise<TwoRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-redis-'));
  const ports = await freePorts(2);
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
  const [a, b] = [node('a', ports[0] ?? 0), node('b', ports[1] ?? 0)];
  const find = (name: string): RedisNode => (name === 'a' ? a : b);
  for (const [one, upstream] of [
    [a, ''],
    [b, `replicaof 127.0.0.1 ${ports[0]}\n`],
  ] as const) {
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
    config: { nodes: [a, b], catchUpWithinSeconds: 10 },
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
      for (const one of [a, b]) await kill(one);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await Promise.all([a, b].map(start));
  const deadline = systemClock.now() + 10_000;
  for (;;) {
    const info = await withRedis(b, testContext(), (session) => session.text('INFO', 'replication'));
    if (info.includes('master_link_status:up')) return servers;
    if (systemClock.now() > deadline) throw new Error('the replica does not follow');
    await systemClock.sleep(20);
  }
}
