import type { ArchiveBound, LogMark } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { queryRows } from '../postgres/query.ts';
import { archiveLook } from './archive.ts';
import type { BasebackupConfig } from './config.ts';
import { segmentName, segmentOf } from './segments.ts';

interface Row {
  standby: boolean;
  mode: string;
  timeout: number;
  checkpoints: number;
  command: string;
  library: string;
  failing: string | null;
}

/**
 * Reads for how long a commit may wait until the server has archived it by itself. Rejects at a standby: a file of the
 * log is ended by its primary.
 */
export async function archiveBound(config: BasebackupConfig, context: DriverContext): Promise<ArchiveBound> {
  const [row] = await queryRows<Row>(
    { name: 'source', url: config.url },
    context,
    `SELECT pg_is_in_recovery() AS standby, current_setting('archive_mode') AS mode,
       (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout') AS timeout,
       (SELECT setting::int FROM pg_settings WHERE name = 'checkpoint_timeout') AS checkpoints,
       current_setting('archive_command') AS command,
       coalesce(current_setting('archive_library', true), '') AS library,
       CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN last_failed_wal END AS failing
     FROM pg_stat_archiver`,
  );
  if (row === undefined) throw new Error('the source does not say how it archives its log');
  if (row.standby) {
    throw new Error(
      'the source is a standby, and its primary decides when a file of the log ends: name the primary in `url`',
    );
  }
  const settings = {
    archive_mode: row.mode,
    archive_timeout: `${row.timeout} s`,
    checkpoint_timeout: `${row.checkpoints} s`,
  };
  return { settings, ...boundBy(row, config.archiveWithinSeconds) };
}

function boundBy(
  { mode, timeout, checkpoints, command, library, failing }: Row,
  within: number,
): Pick<ArchiveBound, 'seconds' | 'reason'> {
  const unbounded = (reason: string) => ({ seconds: null, reason });
  if (mode === 'off') return unbounded('archive_mode is off: nothing is archived');
  if (command === '' && library === '') {
    return unbounded('archive_command and archive_library are empty: nothing is archived');
  }
  if (failing !== null) {
    return unbounded(`the server fails to archive ${failing}: see its log, and what archives for it`);
  }
  if (timeout === 0) {
    return unbounded(
      'archive_timeout is 0: a file of the log is archived once it is full, however long that takes; ' +
        'set it below the RPO',
    );
  }
  // A server that has just been started does not look at archive_timeout before its checkpointer wakes for the first time.
  const atStart = Math.max(timeout, checkpoints);
  return {
    seconds: { low: timeout, high: atStart + within },
    reason:
      `a file of the log is ended after ${timeout} s (archive_timeout), or ${atStart} s after the server's start ` +
      `(checkpoint_timeout), and in the archive ${within} s later at most (archiveWithinSeconds)`,
  };
}

/** Puts a restore point into the log. Nothing of the data is changed. */
export async function markLog(config: BasebackupConfig, context: DriverContext): Promise<LogMark> {
  const [row] = await queryRows<{ lsn: string; timeline: number; segment: number }>(
    { name: 'source', url: config.url },
    context,
    `SELECT lsn::text AS lsn, ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int AS timeline,
       (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size') AS segment
     FROM pg_create_restore_point($1) AS lsn`,
    [`ordeal-mark-${context.clock.wall()}`],
  );
  if (row === undefined) throw new Error('the source does not say where in its log the mark is');
  const wanted = segmentName(row.timeline, segmentOf(row.lsn, row.segment), row.segment);
  return { isArchived: archiveLook(config, wanted) };
}
