import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupBroken, type RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { queryRows } from '../drivers/postgres/query.ts';
import { runningServer } from '../drivers/postgres/server.ts';
import { quoted, recoverySettings } from '../drivers/postgres/settings-file.ts';
import { run } from './programs.ts';

/** Superuser of servers that are made here. */
export const superuser = 'postgres';

export function dataDirOf(into: RestoreTarget): string {
  return join(into.dir, 'data');
}

/** Connection string of the target's server, through its own folder: nobody else can get there. */
export function urlOf(into: RestoreTarget, user: string, database: string): string {
  const place = `host=${encodeURIComponent(into.dir)}&port=${into.port}`;
  return `postgresql://${encodeURIComponent(user)}@/${encodeURIComponent(database)}?${place}`;
}

/** Makes an empty server in the target. */
export async function makeServer(into: RestoreTarget, context: DriverContext): Promise<void> {
  await run(
    {
      argv: [
        join(into.binDir, 'initdb'),
        `--pgdata=${dataDirOf(into)}`,
        `--username=${superuser}`,
        '--auth=trust',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
      ],
      cwd: into.dir,
      timeoutMs: 120_000,
      runAs: into.runAs,
      env: { LC_ALL: 'C' },
    },
    context,
  );
}

/**
 * Gives the server in the target settings that keep it to itself, in place of whatever came with the data: it follows
 * and feeds nobody, archives nothing, runs no jobs, and only whoever may enter its folder, or knows a password that
 * was restored, can connect.
 */
export function isolate(into: RestoreTarget, settings: Readonly<Record<string, string>> = {}): void {
  const data = dataDirOf(into);
  for (const name of ['standby.signal', 'recovery.signal', 'postmaster.pid', 'postmaster.opts']) {
    rmSync(join(data, name), { force: true });
  }
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(into.port),
    unix_socket_directories: into.dir,
    hba_file: join(data, 'pg_hba.conf'),
    ident_file: join(data, 'pg_ident.conf'),
    logging_collector: 'off',
    log_line_prefix: '',
    lc_messages: 'C',
    archive_mode: 'off',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    synchronous_standby_names: '',
    primary_conninfo: '',
    shared_preload_libraries: '',
    ...settings,
    ...into.settings,
  };
  const text = Object.entries(all).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  write(into, 'postgresql.conf', text.join(''));
  write(into, 'postgresql.auto.conf', '');
  write(into, 'pg_ident.conf', '');
  write(into, 'pg_hba.conf', 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n');
}

/**
 * What a program that brought the data has said of how it is recovered: how the log is fetched, and up to where it is
 * replayed. Undefined when it needs no other log than came with the data. To be read before the server is isolated.
 */
export function broughtRecovery(into: RestoreTarget): Readonly<Record<string, string>> | undefined {
  const data = dataDirOf(into);
  const asked = ['recovery.signal', 'standby.signal'].some((name) => existsSync(join(data, name)));
  if (!asked) return undefined;
  const settings = ['postgresql.conf', 'postgresql.auto.conf']
    .map((name) => join(data, name))
    .filter((path) => existsSync(path))
    .reduce<Readonly<Record<string, string>>>(
      (all, path) => ({ ...all, ...recoverySettings(readFileSync(path, 'utf8')) }),
      {},
    );
  return 'restore_command' in settings ? settings : undefined;
}

/**
 * Asks a server that recovers. Empty while it does not answer; rejects with what its log says when it has ended.
 */
export async function askRecovering<Row>(
  url: string,
  sql: string,
  into: RestoreTarget,
  context: DriverContext,
): Promise<readonly Row[]> {
  try {
    return await queryRows<Row>({ name: 'restored', url }, context, sql);
  } catch (error) {
    context.signal.throwIfAborted();
    if (runningServer(dataDirOf(into)) !== undefined) return [];
    const why = lastWords(into) ?? reasonOf(error);
    throw new BackupBroken('server starts', `the restored server has ended: ${why}`, { cause: error });
  }
}

/** Waits until a server that recovers takes writes. */
export async function promoted(
  url: string,
  into: RestoreTarget,
  withinMs: number,
  context: DriverContext,
): Promise<void> {
  const { clock, signal } = context;
  const deadline = clock.now() + withinMs;
  for (;;) {
    const sql = 'SELECT pg_is_in_recovery() AS standby';
    const [row] = await askRecovering<{ standby: boolean }>(url, sql, into, context);
    if (row?.standby === false) return;
    if (clock.now() > deadline) throw new Error(`the log was not replayed within ${withinMs / 1000} s`);
    await clock.sleep(50, signal);
  }
}

/** Writes a file into the server's data directory. */
export function write(into: RestoreTarget, name: string, text: string): void {
  const path = join(dataDirOf(into), name);
  const beside = `${path}.new`;
  writeFileSync(beside, text, { mode: 0o600 });
  if (into.runAs !== undefined) chownSync(beside, into.runAs.uid, into.runAs.gid);
  renameSync(beside, path);
}

/**
 * Starts the server. Resolves when it answers; rejects with what its log says. Its environment is empty, but for one
 * whose `restore_command` finds there what it needs: `inherit` gives it the runner's.
 */
export async function start(
  into: RestoreTarget,
  context: DriverContext,
  withinMs: number,
  environment: 'empty' | 'inherit' = 'empty',
): Promise<void> {
  const seconds = String(Math.ceil(withinMs / 1000));
  rmSync(logOf(into), { force: true });
  try {
    const rest = ['-w', '-t', seconds, '-l', logOf(into), 'start'];
    await control(into, rest, context, withinMs + 5000, environment);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new BackupBroken(
      'server starts',
      `the restored server does not start: ${lastWords(into) ?? reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

export async function stop(into: RestoreTarget, context: DriverContext): Promise<void> {
  await control(into, ['-w', '-t', '60', '-m', 'fast', 'stop'], context, 65_000);
}

/** What the server has logged since its last start. */
function logText(into: RestoreTarget): string {
  return existsSync(logOf(into)) ? readFileSync(logOf(into), 'utf8') : '';
}

async function control(
  into: RestoreTarget,
  rest: readonly string[],
  context: DriverContext,
  timeoutMs: number,
  environment: 'empty' | 'inherit' = 'empty',
): Promise<void> {
  const argv = [join(into.binDir, 'pg_ctl'), '-D', dataDirOf(into), '-s', ...rest];
  const { dir, runAs } = into;
  const program = { cwd: dir, timeoutMs, runAs };
  await run(
    environment === 'inherit'
      ? { ...program, argv: ['env', 'LC_ALL=C', ...argv] }
      : { ...program, argv, env: { LC_ALL: 'C' } },
    context,
  );
}

function logOf(into: RestoreTarget): string {
  return join(into.dir, 'server.log');
}

/** The worst that the server's log says since its last start, without its noise. */
export function lastWords(into: RestoreTarget): string | undefined {
  const lines = logText(into)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(PANIC|FATAL|ERROR):/.test(line) && !line.includes('the database system is '));
  return lines.length === 0 ? undefined : [...new Set(lines)].slice(-3).join(' ');
}
