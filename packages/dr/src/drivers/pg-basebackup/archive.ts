import type { BackupCheck, BackupCopy } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';
import { openStorage } from '../../backup-storage/config.ts';
import type { BackupStorage } from '../../backup-storage/storage.ts';
import { queryRows } from '../postgres/query.ts';
import { archivedLine } from './archived-line.ts';
import { chainAlong, nameOn, type Link } from './chain.ts';
import type { BasebackupConfig } from './config.ts';
import { positionOf, segmentName, segmentOf, segmentsIn } from './segments.ts';

const pollMs = 100;

/** What is archived behind a copy: whether anything is missing, and up to when it goes. */
export async function archivedSince(
  config: BasebackupConfig,
  copy: BackupCopy,
): Promise<{ readonly check: BackupCheck; readonly newest: Bounds }> {
  const { lsn = '0/0', timeline = '1', segmentBytes = '16777216' } = copy.detail;
  const archive = openStorage(config.archive);
  const bytes = Number(segmentBytes);
  const files = await archive.list('');
  const all = segmentsIn(files, bytes);
  const found = await archivedLine(archive, files, all, [
    { timeline: Number(timeline), position: positionOf(lsn) },
  ]);
  if (!found.ok) return { check: logComplete('broken', found.why), newest: copy.instant };
  const first = segmentOf(lsn, bytes);
  const { segments, missing } = chainAlong(all, first, found.line, bytes);
  const lost = missing[0] ?? (segments.length === 0 ? nameOn(found.line, first, bytes) : undefined);
  const newest = writtenUpTo(segments, copy.instant);
  if (lost !== undefined) {
    const detail = `${lost} is not in the archive ${archive.place}: nothing after it can be recovered`;
    return { check: logComplete('broken', detail), newest };
  }
  if (found.beyond !== undefined) return { check: logComplete('broken', found.beyond), newest };
  const detail = `${segments.length} files since the backup, without a gap`;
  return { check: logComplete('held', detail), newest };
}

function logComplete(outcome: BackupCheck['outcome'], detail: string): BackupCheck {
  return { name: 'log complete', outcome, detail };
}

/** The last file was full at some moment after the one before it, and before it was archived itself. */
function writtenUpTo(segments: readonly Link[], own: Bounds): Bounds {
  const high = Math.max(own.high, segments.at(-1)?.modified ?? 0);
  const low = Math.max(own.low, segments.at(-2)?.modified ?? 0);
  return { low: Math.min(low, high), high };
}

interface ArchiverRow {
  mode: string;
  command: string;
  last: string | null;
  failed: string | null;
}

/**
 * Ends the log's current file, and waits until the one with the position is in the archive. Rejects when it does not
 * come, with what the server says of its archiving.
 */
export async function archiveUpTo(
  config: BasebackupConfig,
  lsn: string,
  timeline: number,
  segmentBytes: number,
  context: DriverContext,
): Promise<void> {
  const { clock, signal } = context;
  const archive = openStorage(config.archive);
  const wanted = segmentName(timeline, segmentOf(lsn, segmentBytes), segmentBytes);
  await queryRows({ name: 'source', url: config.url }, context, 'SELECT pg_switch_wal()');
  const deadline = clock.now() + config.archiveWithinSeconds * 1000;
  for (;;) {
    const archiver = await askArchiver(config, context);
    if (await isThere(archive, wanted, archiver)) return;
    if (clock.now() > deadline) {
      const why =
        archiver?.mode === 'off'
          ? 'archive_mode is off'
          : isSaid(wanted, archiver)
            ? `the server says that it was archived by ${archiver?.command}`
            : `the server last archived ${archiver?.last ?? 'nothing'}` +
              (archiver?.failed ? ` and failed with ${archiver.failed}` : '');
      throw new Error(
        `${wanted} is not in the archive ${archive.place} after ${config.archiveWithinSeconds} s (${why}): see to ` +
          'its archive_command and archive_mode, or raise archiveWithinSeconds',
      );
    }
    await clock.sleep(pollMs, signal);
  }
}

/** Tells, as often as it is asked, whether the file of the log with this name is in the archive. */
export function archiveLook(
  config: BasebackupConfig,
  wanted: string,
): (context: DriverContext) => Promise<boolean> {
  const archive = openStorage(config.archive);
  return async (context) => await isThere(archive, wanted, await askArchiver(config, context));
}

async function askArchiver(
  config: BasebackupConfig,
  context: DriverContext,
): Promise<ArchiverRow | undefined> {
  const [row] = await queryRows<ArchiverRow>(
    { name: 'source', url: config.url },
    context,
    `SELECT current_setting('archive_mode') AS mode, current_setting('archive_command') AS command,
       last_archived_wal AS last, last_failed_wal AS failed
     FROM pg_stat_archiver`,
  );
  return row;
}

/** By the server's word it is complete, and it is really there: its command may say so and do nothing. */
async function isThere(
  archive: BackupStorage,
  wanted: string,
  archiver: ArchiverRow | undefined,
): Promise<boolean> {
  if (!isSaid(wanted, archiver)) return false;
  const files = await archive.list('');
  return files.some((file) => file.name.replace(/\.gz$/, '').endsWith(wanted));
}

function isSaid(wanted: string, archiver: ArchiverRow | undefined): boolean {
  return typeof archiver?.last === 'string' && archiver.last.slice(8) >= wanted.slice(8);
}
