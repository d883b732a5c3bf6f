import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { Client } from 'pg';
import type { PostgresNode, PostgresStoreConfig } from '../../src/drivers/postgres/config.ts';
import { runningServer } from '../../src/drivers/postgres/server.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';

export interface TwoServers {
  readonly config: PostgresStoreConfig;
  readonly a: PostgresNode;
  readonly b: PostgresNode;
  /** Kills the server and all its processes, as when its machine is gone. */
  kill(node: PostgresNode): void;
  start(node: PostgresNode): void;
  stop(node: PostgresNode): void;
  dispose(): void;
}

export interface TwoServersOptions {
  readonly synchronous?: boolean;
  /** More of a server's command line. */
  readonly settings?: (name: string) => Readonly<Record<string, string>>;
}

/** A driver context that says nothing. */
export function testContext(signal = AbortSignal.timeout(60_000)): DriverContext {
  return { clock: systemClock, signal, say: () => undefined };
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Two real servers: `a` is the primary, `b` its standby with a slot. What they are told stands on their command line. */
export async function twoServers(options: TwoServersOptions = {}): Promise<TwoServers> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-pg-'));
  const binDir = dirname(testTools().postgres);
  const runAs = userInfo().uid === 0 ? ownerOf('postgres') : undefined;
  if (runAs) chownSync(dir, runAs.uid, runAs.gid);
  const [portA = 0, portB = 0] = await freePorts(2);
  const as = runAs
    ? ['setpriv', `--reuid=${runAs.uid}`, `--regid=${runAs.gid}`, '--clear-groups']
    : ['/usr/bin/env'];
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    wal_level: 'replica',
    shared_buffers: '16MB',
    wal_retrieve_retry_interval: '100ms',
  };
  const node = (name: string, port: number, upstream: number): PostgresNode => {
    const dataDir = join(dir, name);
    const line = Object.entries({ ...settings, port: String(port), ...options.settings?.(name) })
      .map(([key, value]) => `-c ${key}='${value}'`)
      .join(' ');
    const control = [...as, join(binDir, 'pg_ctl'), '-D', dataDir, '-s', '-w', '-t', '20'];
    return {
      name,
      region: name,
      url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
      dataDir,
      binDir,
      upstreamUrl: `postgresql://postgres@127.0.0.1:${upstream}/postgres`,
      slot: `standby_${name}`,
      ...(runAs && { runAs }),
      service: {
        start: [...control, '-l', join(dir, `${name}.log`), '-o', line, 'start'],
        stop: [...control, '-m', 'fast', 'stop'],
      },
    };
  };
  const a = node('a', portA, portB);
  const b = node('b', portB, portA);
  const run = (argv: readonly string[]): void => {
    execFileSync(argv[0] ?? '', argv.slice(1), { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const kill = (one: PostgresNode): void => {
    const server = runningServer(one.dataDir);
    if (server === undefined) return;
    const children = execFileSync('sh', ['-c', 'pgrep -P "$0" || true', String(pidOf(server))], {
      encoding: 'utf8',
    });
    const all = [pidOf(server), ...children.split('\n').filter(Boolean).map(Number)];
    execFileSync('sh', ['-c', 'kill -9 "$@" 2>/dev/null || true', 'sh', ...all.map(String)]);
    while (all.some((pid) => processIdentity(pid) !== undefined)) execFileSync('sleep', ['0.01']);
  };
  const servers: TwoServers = {
    config: { nodes: [a, b], synchronous: options.synchronous ?? false },
    a,
    b,
    kill,
    start: (one) => {
      // As a supervisor does: a killed server's process id may still be taken, if only by a zombie.
      rmSync(join(one.dataDir, 'postmaster.pid'), { force: true });
      run(one.service.start);
    },
    stop: (one) => run(one.service.stop),
    dispose: () => {
      for (const one of [a, b]) kill(one);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    run([
      ...as,
      join(binDir, 'initdb'),
      '-D',
      a.dataDir,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-N',
      '--locale=C',
      '-E',
      'UTF8',
    ]);
    servers.start(a);
    await createPostgresStore(servers.config).rejoin('b', 'a', testContext());
    await sql(a, 'CREATE TABLE writes (id int PRIMARY KEY)');
  } catch (error) {
    servers.dispose();
    throw error;
  }
  return servers;
}

/** Runs one statement as a client would. */
export async function sql<Row = Record<string, unknown>>(
  node: PostgresNode,
  text: string,
): Promise<readonly Row[]> {
  const client = new Client({ connectionString: node.url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

function ownerOf(user: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
