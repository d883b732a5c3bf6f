import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { RestoreTarget } from '@ordeal/shared/drivers/backup';
import { isAlive, pidOf } from '@ordeal/shared/process/identity';
import { testTools } from '@ordeal/shared/testing/tools';
import { Client } from 'pg';
import type { BasebackupConfig } from '../../src/drivers/pg-basebackup/config.ts';
import type { DumpConfig } from '../../src/drivers/pg-dump/config.ts';
import { runningServer } from '../../src/drivers/postgres/server.ts';
import { freePorts } from '../drivers/two-servers.ts';

/** A real server that archives its log, with some tables in a database of its own. */
export interface Source {
  readonly dir: string;
  readonly binDir: string;
  readonly runAs: RestoreTarget['runAs'];
  readonly dataDir: string;
  readonly port: number;
  /** Where its log goes, and where backups may. */
  readonly archive: string;
  readonly storage: string;
  /** Superuser's, to the database `shop`. */
  readonly url: string;
  sql<Row = Record<string, unknown>>(text: string, url?: string): Promise<readonly Row[]>;
  /** A target that nothing else uses. */
  target(): Promise<RestoreTarget>;
  dispose(): void;
}

/** Base backups of the source and its archive, as `pg-basebackup` is configured for them. */
export function basebackupsOf({ url, binDir, storage, archive }: Source): BasebackupConfig {
  return {
    url,
    binDir,
    storage: { kind: 'directory', path: storage },
    archive: { kind: 'directory', path: archive },
    archiveWithinSeconds: 30,
    recoverWithinSeconds: 60,
    quietWithinSeconds: 20,
  };
}

/** Dumps of the source, as `pg-dump` is configured for them. */
export function dumpsOf({ url, binDir, storage }: Source): DumpConfig {
  return {
    url,
    binDir,
    storage: { kind: 'directory', path: storage },
    format: 'plain',
    jobs: 1,
    withinSeconds: 60,
    roles: [],
  };
}

/** What restored servers of tests need not do: nothing of them outlives the machine. */
export const quick = { fsync: 'off', shared_buffers: '16MB' };

const schema = `
  CREATE TABLE orders (id bigserial PRIMARY KEY, item text NOT NULL, price numeric NOT NULL, at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX orders_item ON orders (item);
  CREATE TABLE customers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, profile jsonb NOT NULL);
  CREATE VIEW dear AS SELECT * FROM orders WHERE price > 50;
  INSERT INTO orders (item, price) SELECT 'item ' || n, n / 7.0 FROM generate_series(1, 2000) AS n;
  INSERT INTO customers (name, profile) SELECT 'customer ' || n, jsonb_build_object('n', n) FROM generate_series(1, 200) AS n`;

/** `more` are settings of its own, from the folder that everything of it lies in. */
export async function startSource(
  more: (dir: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Source> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bk-'));
  const binDir = dirname(testTools().postgres);
  const runAs = userInfo().uid === 0 ? ownerOf('postgres') : undefined;
  const [port = 0] = await freePorts(1);
  const dataDir = join(dir, 'source');
  const archive = join(dir, 'archive');
  const storage = join(dir, 'storage');
  mkdirSync(archive);
  mkdirSync(storage);
  if (runAs) for (const one of [dir, archive, storage]) chownSync(one, runAs.uid, runAs.gid);
  const run = (program: string, ...rest: readonly string[]): void => {
    execFileSync(join(binDir, program), rest, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'], ...runAs });
  };
  const base = `postgresql://postgres@127.0.0.1:${port}`;
  const source: Source = {
    dir,
    binDir,
    runAs,
    dataDir,
    port,
    archive,
    storage,
    url: `${base}/shop`,
    sql: async <Row>(text: string, url = `${base}/shop`) => await ask<Row>(url, text),
    target: async () => {
      const [free = 0] = await freePorts(1);
      const place = mkdtempSync(join(tmpdir(), 'ordeal-rt-'));
      if (runAs) chownSync(place, runAs.uid, runAs.gid);
      return { dir: place, binDir, runAs, port: free, settings: quick };
    },
    dispose: () => {
      const server = runningServer(dataDir);
      if (server !== undefined) execFileSync('kill', ['-QUIT', String(pidOf(server))]);
      while (server !== undefined && isAlive(server)) execFileSync('sleep', ['0.05']);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    run('initdb', '-D', dataDir, '-U', 'postgres', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8');
    const settings = Object.entries({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port: String(port),
      fsync: 'off',
      shared_buffers: '16MB',
      archive_mode: 'on',
      archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/.%f && mv ${archive}/.%f ${archive}/%f`,
      ...more(dir),
    }).map(([name, value]) => `-c ${name}='${value}'`);
    run('pg_ctl', '-D', dataDir, '-s', '-w', '-l', join(dir, 'log'), '-o', settings.join(' '), 'start');
    await source.sql('CREATE DATABASE shop', `${base}/postgres`);
    await source.sql(schema);
  } catch (error) {
    source.dispose();
    throw error;
  }
  return source;
}

/** Runs statements on a connection of their own. */
export async function ask<Row = Record<string, unknown>>(url: string, text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
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
