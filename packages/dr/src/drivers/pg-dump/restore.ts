import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  BackupBroken,
  type BackupCheck,
  type BackupCopy,
  type RestoredServer,
  type RestorePoint,
  type RestoreTarget,
} from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { feed, run } from '../../restore/programs.ts';
import { isolate, makeServer, start, superuser, urlOf } from '../../restore/server.ts';
import { withSession } from '../postgres/query.ts';
import type { DumpConfig } from './config.ts';
import { dumpOf, type Dump } from './copies.ts';
import { sniff, sqlOf } from './dump-stream.ts';

const fallback = { encoding: 'UTF8', collate: 'C', ctype: 'C' };

/** Makes a fresh server in the target, and reads the dump into a database of the same name. */
export async function restore(
  config: DumpConfig,
  copy: BackupCopy,
  into: RestoreTarget,
  point: RestorePoint,
  atOwnPoint: (url: string) => Promise<void>,
  context: DriverContext,
): Promise<RestoredServer> {
  if (point.to === 'time') {
    throw new Error(
      'a dump holds one moment only: restore its own, or have the server archive its log and use pg-basebackup',
    );
  }
  const database = copy.source?.database ?? databaseOf(config);
  await makeServer(into, context);
  isolate(into);
  await start(into, context, 60_000);
  const roles = await makeDatabase(config, copy, into, database, context);
  const url = urlOf(into, superuser, database);
  const dump = await dumpOf(config, copy);
  const checks = await load(config, dump, into, url, database, context).catch(async (error: unknown) => {
    context.signal.throwIfAborted();
    throw await dump.blame(error);
  });
  await atOwnPoint(url);
  return { url, checks: [roles, ...checks] };
}

async function load(
  config: DumpConfig,
  dump: Dump,
  into: RestoreTarget,
  url: string,
  database: string,
  context: DriverContext,
): Promise<readonly BackupCheck[]> {
  const { format, bytes } = await sniff(dump.bytes);
  return format === 'custom'
    ? await loadCustom(config, dump.name, bytes, into, url, database, context)
    : await loadPlain(config, dump.name, bytes, into, url, context);
}

/** Reads the SQL in one transaction, which is committed only after the last line was seen to be the last one. */
async function loadPlain(
  config: DumpConfig,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  into: RestoreTarget,
  url: string,
  context: DriverContext,
): Promise<readonly BackupCheck[]> {
  async function* transaction(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('BEGIN;\n');
    yield* sqlOf(name, bytes);
    yield Buffer.from('\nCOMMIT;\n');
  }
  const argv = [
    join(config.binDir, 'psql'),
    '--no-psqlrc',
    '--quiet',
    '--no-password',
    '--set=ON_ERROR_STOP=1',
    `--dbname=${url}`,
  ];
  try {
    await feed(program(argv, config, into), transaction(), context);
  } catch (error) {
    throw loading(name, error, context);
  }
  const detail = `${name}, in one transaction and without an error`;
  return [
    { name: 'dump complete', outcome: 'held', detail: `${name} ends as pg_dump ends` },
    { name: 'dump loads', outcome: 'held', detail },
  ];
}

async function loadCustom(
  config: DumpConfig,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  into: RestoreTarget,
  url: string,
  database: string,
  context: DriverContext,
): Promise<readonly BackupCheck[]> {
  const folder = join(into.dir, 'stage');
  mkdirSync(folder, { mode: 0o700 });
  const file = join(folder, 'dump.custom');
  await pipeline(Readable.from(bytes), createWriteStream(file, { mode: 0o600 }), { signal: context.signal });
  const pgRestore = join(config.binDir, 'pg_restore');
  try {
    const list = await run(program([pgRestore, '--list', file], config, into), context);
    const of = /^;\s+dbname: (.*)$/m.exec(list)?.[1]?.trim();
    if (of !== undefined && of !== database) {
      throw new BackupBroken('identity', `${name} is a dump of the database ${of}, and not of ${database}`);
    }
    const argv = [
      pgRestore,
      '--exit-on-error',
      '--no-password',
      `--jobs=${config.jobs}`,
      `--dbname=${url}`,
      file,
    ];
    await run(program(argv, config, into), context);
  } catch (error) {
    throw loading(name, error, context);
  }
  const detail = `${name}, ${config.jobs} at once and without an error`;
  return [{ name: 'dump loads', outcome: 'held', detail }];
}

/** What PostgreSQL's programs say of a dump is the dump's; a full disk is not, and is told as it is. */
function loading(name: string, error: unknown, { signal }: DriverContext): unknown {
  signal.throwIfAborted();
  if (error instanceof BackupBroken || (error as NodeJS.ErrnoException).code !== undefined) return error;
  const reason = reasonOf(error);
  return new BackupBroken('dump loads', `${name} cannot be loaded: ${reason}`, { cause: error });
}

/** The database, and the roles that the dump gives things to: they are in no dump. */
async function makeDatabase(
  config: DumpConfig,
  copy: BackupCopy,
  into: RestoreTarget,
  database: string,
  context: DriverContext,
): Promise<BackupCheck> {
  const known = JSON.parse(copy.detail['roles'] ?? '[]') as readonly string[];
  const roles = [...new Set([...known, ...config.roles])].filter((role) => role !== superuser);
  const { encoding, collate, ctype } = { ...fallback, ...copy.detail };
  await withSession(
    { name: 'restored', url: urlOf(into, superuser, 'postgres') },
    context,
    async (session) => {
      for (const role of roles) await session.rows(`CREATE ROLE ${identifier(role)}`);
      await session.rows(
        `CREATE DATABASE ${identifier(database)} TEMPLATE template0 ENCODING ${literal(encoding)} ` +
          `LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`,
      );
    },
  );
  const detail =
    roles.length === 0
      ? 'the dump needs none besides the superuser'
      : `made by name, as no dump holds them: ${roles.join(', ')}`;
  return { name: 'roles', outcome: 'held', detail };
}

function program(
  argv: readonly string[],
  config: DumpConfig,
  into: RestoreTarget,
): Parameters<typeof run>[0] {
  return { argv, cwd: into.dir, timeoutMs: config.withinSeconds * 1000, env: { LC_ALL: 'C' } };
}

export function databaseOf(config: DumpConfig): string {
  return decodeURIComponent(new URL(config.url).pathname.slice(1));
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
