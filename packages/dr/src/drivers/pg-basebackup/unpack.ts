import { mkdirSync, chownSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { BackupBroken, type BackupCheck, type RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { blame, readFile, type BackupLabel } from '../../backup-storage/catalogue.ts';
import { unzipped } from '../../backup-storage/gzip.ts';
import type { BackupStorage } from '../../backup-storage/storage.ts';
import { feed, run } from '../../restore/programs.ts';
import { dataDirOf } from '../../restore/server.ts';

/** What the control file of the unpacked data says. */
export interface UnpackedData {
  readonly system: string;
  readonly segmentBytes: number;
  /** Settings that must be at least as large as they were where the log was written. */
  readonly settings: Readonly<Record<string, string>>;
  /** Position from which on the log is needed, and its timeline. */
  readonly start: { readonly lsn: string; readonly timeline: number };
  readonly checks: readonly BackupCheck[];
}

/** Unpacks a copy's files into the target, and has them verified. Rejects when they are not those that were copied. */
export async function unpack(
  storage: BackupStorage,
  label: BackupLabel,
  into: RestoreTarget,
  withinMs: number,
  context: DriverContext,
): Promise<UnpackedData> {
  const data = dataDirOf(into);
  mkdirSync(data, { mode: 0o700 });
  if (into.runAs !== undefined) chownSync(data, into.runAs.uid, into.runAs.gid);
  const checks: BackupCheck[] = [];
  for (const file of label.files) {
    const tar = { argv: ['tar', '-xf', '-'], cwd: data, timeoutMs: withinMs, runAs: into.runAs };
    try {
      await feed(tar, unzipped(readFile(storage, label.id, file)), context);
    } catch (error) {
      context.signal.throwIfAborted();
      throw await blame(storage, label, broken(`${label.id}/${file.name}`, error));
    }
  }
  checks.push({
    name: 'files intact',
    outcome: 'held',
    detail: `${label.files.map((file) => `${file.name} (${file.bytes} bytes)`).join(', ')} as written`,
  });
  checks.push(await verify(into, withinMs, context));
  return { ...(await controlOf(into, context)), start: startOf(data), checks };
}

/** An error of the target (a full disk) is none of the copy. */
function broken(what: string, error: unknown): Error {
  if (error instanceof BackupBroken) return error;
  const reason = reasonOf(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('Z_') || /unexpected end of file/.test(reason)) {
    return new BackupBroken('files intact', `${what} cannot be unpacked: ${reason}`, { cause: error });
  }
  return new Error(`${what} could not be unpacked: ${reason}`, { cause: error });
}

async function verify(into: RestoreTarget, timeoutMs: number, context: DriverContext): Promise<BackupCheck> {
  const name = 'pg_verifybackup';
  const argv = [join(into.binDir, name), '--exit-on-error', dataDirOf(into)];
  try {
    const said = await run(
      { argv, cwd: into.dir, timeoutMs, runAs: into.runAs, env: { LC_ALL: 'C' } },
      context,
    );
    return { name, outcome: 'held', detail: said.trim() };
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = reasonOf(error);
    // What the place lacks is no fault of the copy.
    if (/Permission denied|No space left|Too many open files/.test(reason)) throw error;
    throw new BackupBroken(name, `the files are not those that the server sent: ${reason}`, {
      cause: error,
    });
  }
}

async function controlOf(
  into: RestoreTarget,
  context: DriverContext,
): Promise<Pick<UnpackedData, 'system' | 'segmentBytes' | 'settings'>> {
  const text = await run(
    {
      argv: [join(into.binDir, 'pg_controldata'), '-D', dataDirOf(into)],
      cwd: into.dir,
      timeoutMs: 30_000,
      runAs: into.runAs,
      env: { LC_ALL: 'C' },
    },
    context,
  );
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const settings = ['max_connections', 'max_worker_processes', 'max_prepared_xacts', 'max_locks_per_xact'];
  const named: Readonly<Record<string, string>> = {
    max_prepared_xacts: 'max_prepared_transactions',
    max_locks_per_xact: 'max_locks_per_transaction',
  };
  return {
    system: field('Database system identifier'),
    segmentBytes: Number(field('Bytes per WAL segment')),
    settings: {
      ...Object.fromEntries(settings.map((name) => [named[name] ?? name, field(`${name} setting`)])),
      max_wal_senders: field('max_wal_senders setting'),
    },
  };
}

/** Where the copy begins in the log, from its `backup_label`. */
function startOf(data: string): UnpackedData['start'] {
  const path = join(data, 'backup_label');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lsn = /^START WAL LOCATION: (\S+)/m.exec(text)?.[1];
  const timeline = /^START TIMELINE: (\d+)/m.exec(text)?.[1];
  if (lsn === undefined || timeline === undefined) {
    throw new BackupBroken(
      'pg_verifybackup',
      'the copy has no backup_label, so nobody knows where its log begins',
    );
  }
  return { lsn, timeline: Number(timeline) };
}
