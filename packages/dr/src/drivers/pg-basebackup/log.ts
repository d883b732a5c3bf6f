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
import { archivedLine, type Place } from './archived-line.ts';
import { chainAlong, nameOn, type Link } from './chain.ts';
import { keptUntil } from './kept-until.ts';
import { lsnOf, positionOf, segmentsIn } from './segments.ts';
import { historiesIn } from './timelines.ts';
import type { UnpackedData } from './unpack.ts';

export interface StagedLog {
  /** Command with which the restored server gets it. */
  readonly restoreCommand: string;
  /** Where it lies in the target. */
  readonly dir: string;
  /** Timeline of all of it; absent when it is on several. */
  readonly timeline: number | undefined;
  readonly last: Link | undefined;
  readonly checks: readonly BackupCheck[];
}

/**
 * Copies the archived log that a copy needs into the target: the restored server never has a way into the archive, and
 * finds nothing there of what was abandoned. `through` is what must be reached at least. A file that is missing before
 * it ends the restore; one that is missing behind it makes everything after it unreachable, which is told as well.
 */
export async function stageLog(
  archive: BackupStorage,
  data: UnpackedData,
  through: Place | undefined,
  into: RestoreTarget,
  context: DriverContext,
): Promise<StagedLog> {
  const { segmentBytes, start } = data;
  const files = await archive.list('');
  const all = segmentsIn(files, segmentBytes);
  // Its first record ends behind it.
  const begin = { timeline: start.timeline, position: positionOf(start.lsn) + 1 };
  const found = await archivedLine(archive, files, all, through === undefined ? [begin] : [begin, through]);
  if (!found.ok) throw new BackupBroken('log complete', found.why);
  const first = Math.floor(positionOf(start.lsn) / segmentBytes);
  const chain = chainAlong(all, first, found.line, segmentBytes);
  const lost = gapOf(archive, chain.missing);
  const gap = lost ?? found.beyond;
  const last = chain.segments.at(-1);
  const needed = Math.floor(((through ?? begin).position - 1) / segmentBytes);
  if ((last?.number ?? -1) < needed) {
    const name = nameOn(found.line, needed, segmentBytes);
    throw new BackupBroken(
      'log complete',
      lost ??
        `the archive ${archive.place} ends before ${name}, which this copy needs: see to archive_command`,
    );
  }
  const dir = join(into.dir, 'wal');
  mkdirSync(dir, { mode: 0o700 });
  own(dir, into);
  const histories = [...historiesIn(files).values()].map((file) => ({ file, bytes: Infinity }));
  const segments = chain.segments.map(({ file, number, until }) => ({
    file,
    bytes: until - number * segmentBytes,
  }));
  for (const { file, bytes } of [...segments, ...histories]) {
    const plain = join(dir, (file.split('/').at(-1) ?? file).replace(/\.gz$/, ''));
    try {
      await copy(await archive.read(file), file.endsWith('.gz'), bytes, plain, context);
    } catch (error) {
      context.signal.throwIfAborted();
      throw new Error(`${file} of the archive could not be copied: ${reasonOf(error)}`, { cause: error });
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

function gapOf(archive: BackupStorage, missing: readonly string[]): string | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  return (
    `${first}${more} is missing in the middle of the archive ` +
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
    const detail = `every record from ${data.start.lsn} to ${endOf(log)} can be read`;
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
    `--end=${endOf(log)}`,
  ];
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  return { argv, cwd: into.dir, timeoutMs: 3_600_000, runAs: into.runAs, env };
}

function endOf({ last }: Pick<StagedLog, 'last'>): string {
  return lsnOf(last?.until ?? 0);
}

/** Copies so many bytes of what it unpacks, and zeros in place of the rest. */
async function copy(
  source: Readable,
  packed: boolean,
  bytes: number,
  path: string,
  { signal }: DriverContext,
): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const cut = (read: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => keptUntil(read, bytes);
  await (packed
    ? pipeline(source, createGunzip(), cut, file, { signal })
    : pipeline(source, cut, file, { signal }));
}

function own(path: string, { runAs }: RestoreTarget): void {
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
