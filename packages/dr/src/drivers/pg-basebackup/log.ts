import { createWriteStream, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BackupBroken, type BackupCheck, type RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { BackupStorage } from '../../backup-storage/storage.ts';
import { run, type Program } from '../../restore/programs.ts';
import {
  chainFrom,
  lsnOf,
  positionOf,
  segmentName,
  segmentOf,
  segmentsIn,
  type Segment,
} from './segments.ts';
import type { UnpackedData } from './unpack.ts';

export interface StagedLog {
  /** Command with which the restored server gets it. */
  readonly restoreCommand: string;
  /** Where it lies in the target. */
  readonly dir: string;
  /** Timeline of all of it; absent when it is on several. */
  readonly timeline: number | undefined;
  readonly last: Segment | undefined;
  readonly checks: readonly BackupCheck[];
}

/**
 * Copies the archived log that a copy needs into the target: the restored server never has a way into the archive.
 * `through` is the position that must be reached at least. A file that is missing before it ends the restore; one
 * that is missing behind it makes everything after it unreachable, which is told as well.
 */
export async function stageLog(
  archive: BackupStorage,
  data: UnpackedData,
  through: string | undefined,
  into: RestoreTarget,
  context: DriverContext,
): Promise<StagedLog> {
  const { segmentBytes, start } = data;
  const files = await archive.list('');
  const first = Math.floor(positionOf(start.lsn) / segmentBytes);
  const chain = chainFrom(segmentsIn(files, segmentBytes), first, start.timeline);
  const gap = gapOf(archive, chain.missing, start.timeline, segmentBytes);
  const last = chain.segments.at(-1);
  const needed = through === undefined ? first : segmentOf(through, segmentBytes);
  if ((last?.number ?? -1) < needed) {
    const name = segmentName(start.timeline, needed, segmentBytes);
    throw new BackupBroken(
      'log complete',
      gap ??
        `the archive ${archive.place} ends before ${name}, which this copy needs: see to archive_command`,
    );
  }
  const dir = join(into.dir, 'wal');
  mkdirSync(dir, { mode: 0o700 });
  own(dir, into);
  const history = files.filter((file) => /(^|\/)[0-9A-F]{8}\.history(\.gz)?$/.test(file.name));
  for (const { name } of [...chain.segments.map((one) => ({ name: one.file })), ...history]) {
    const plain = join(dir, (name.split('/').at(-1) ?? name).replace(/\.gz$/, ''));
    try {
      await copy(await archive.read(name), name.endsWith('.gz'), plain, context);
    } catch (error) {
      context.signal.throwIfAborted();
      throw new Error(`${name} of the archive could not be copied: ${reasonOf(error)}`, { cause: error });
    }
    own(plain, into);
  }
  const timelines = new Set(chain.segments.map((one) => one.timeline));
  const timeline = timelines.size === 1 ? last?.timeline : undefined;
  const log = { dir, timeline, last };
  const readable = await allReadable(log, timelines.size, data, into, context);
  return {
    ...log,
    restoreCommand: `cp ${shellQuoted(dir)}/%f "%p"`,
    checks: [
      gap === undefined
        ? { name: 'log complete', outcome: 'held', detail: `${chain.segments.length} files without a gap` }
        : { name: 'log complete', outcome: 'broken', detail: gap },
      readable,
    ],
  };
}

function gapOf(
  archive: BackupStorage,
  missing: readonly number[],
  timeline: number,
  segmentBytes: number,
): string | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  return (
    `${segmentName(timeline, first, segmentBytes)}${more} is missing in the middle of the archive ` +
    `${archive.place}: nothing after it can be recovered; take a new backup, and find out who deletes there`
  );
}

/** Has the whole log read: replaying one with a changed byte ends there without a word. */
async function allReadable(
  log: Pick<StagedLog, 'dir' | 'timeline' | 'last'>,
  timelines: number,
  data: UnpackedData,
  into: RestoreTarget,
  context: DriverContext,
): Promise<BackupCheck> {
  const name = 'log intact';
  const program = logReader(log, data, into, ['--quiet']);
  if (program === undefined) {
    const detail = `the log is on ${timelines} timelines, and is only read on one`;
    return { name, outcome: 'not-run', detail };
  }
  try {
    await run(program, context);
    const detail = `every record from ${data.start.lsn} to ${endOf(log, data)} can be read`;
    return { name, outcome: 'held', detail };
  } catch (error) {
    context.signal.throwIfAborted();
    const detail = `the archived log cannot be read to its end: ${reasonOf(error)}`;
    return { name, outcome: 'broken', detail };
  }
}

/** Reads the staged log; undefined when it is on several timelines. */
export function logReader(
  log: Pick<StagedLog, 'dir' | 'timeline' | 'last'>,
  data: UnpackedData,
  into: RestoreTarget,
  what: readonly string[],
): Program | undefined {
  if (log.timeline === undefined) return undefined;
  const argv = [
    join(into.binDir, 'pg_waldump'),
    ...what,
    `--path=${log.dir}`,
    `--timeline=${log.timeline}`,
    `--start=${data.start.lsn}`,
    // Without it, it would look for the file behind the last one again and again.
    `--end=${endOf(log, data)}`,
  ];
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  return { argv, cwd: into.dir, timeoutMs: 3_600_000, runAs: into.runAs, env };
}

function endOf({ last }: Pick<StagedLog, 'last'>, { segmentBytes }: UnpackedData): string {
  return lsnOf(((last?.number ?? -1) + 1) * segmentBytes);
}

async function copy(
  source: Readable,
  packed: boolean,
  path: string,
  { signal }: DriverContext,
): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await (packed ? pipeline(source, createGunzip(), file, { signal }) : pipeline(source, file, { signal }));
}

function own(path: string, { runAs }: RestoreTarget): void {
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
