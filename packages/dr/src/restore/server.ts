import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupBroken, type RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { quoted } from '../drivers/postgres/settings-file.ts';
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

/** Writes a file into the server's data directory. */
export function write(into: RestoreTarget, name: string, text: string): void {
  const path = join(dataDirOf(into), name);
  const beside = `${path}.new`;
  writeFileSync(beside, text, { mode: 0o600 });
  if (into.runAs !== undefined) chownSync(beside, into.runAs.uid, into.runAs.gid);
  renameSync(beside, path);
}

/** Starts the server. Resolves when it answers; rejects with what its log says. */
export async function start(into: RestoreTarget, context: DriverContext, withinMs: number): Promise<void> {
  const seconds = String(Math.ceil(withinMs / 1000));
  rmSync(logOf(into), { force: true });
  try {
    await control(into, ['-w', '-t', seconds, '-l', logOf(into), 'start'], context, withinMs + 5000);
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
): Promise<void> {
  const argv = [join(into.binDir, 'pg_ctl'), '-D', dataDirOf(into), '-s', ...rest];
  const { dir, runAs } = into;
  await run({ argv, cwd: dir, timeoutMs, runAs, env: { LC_ALL: 'C' } }, context);
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
