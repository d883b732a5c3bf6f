import { join } from 'node:path';
import type { BackupCopy, DataSource, MakingNotes } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { zipped } from '../../backup-storage/gzip.ts';
import { newCopyId, writeFile } from '../../backup-storage/catalogue.ts';
import { makeCopy } from '../../backup-storage/make-copy.ts';
import { outputOf } from '../../restore/programs.ts';
import { withoutPassword } from '../postgres/conninfo.ts';
import { queryRows } from '../postgres/query.ts';
import { archiveUpTo } from './archive.ts';
import type { BasebackupConfig } from './config.ts';
import { quietMoment } from './quiet-moment.ts';

export const kind = 'pg-basebackup';
export const tarName = 'base.tar.gz';

interface SourceRow {
  system: string;
  version: string;
  segment: string;
  bytes: string;
}

export async function identify(config: BasebackupConfig, context: DriverContext): Promise<DataSource> {
  return { system: (await aboutSource(config, context)).system };
}

/**
 * Copies the server's files, and then marks a moment in the log, up to which the copy's content is read. Resolves when
 * the log up to that moment is in the archive.
 */
export async function take(
  config: BasebackupConfig,
  context: DriverContext,
  notes?: MakingNotes,
): Promise<BackupCopy> {
  const id = newCopyId(kind, context.clock.wall());
  const about = await aboutSource(config, context);
  const { url, password } = withoutPassword(config.url);
  const copy = { kind, id, storage: config.storage, files: [tarName] };
  return await makeCopy(copy, notes, async (storage) => {
    const program = {
      argv: [
        join(config.binDir, 'pg_basebackup'),
        '--no-password',
        `--dbname=${url}`,
        '--pgdata=-',
        '--format=tar',
        // With its own log, so that the files alone can be verified and made consistent.
        '--wal-method=fetch',
        '--checkpoint=fast',
        '--manifest-checksums=SHA256',
        `--label=${id}`,
      ],
      cwd: '/',
      timeoutMs: config.recoverWithinSeconds * 1000,
      env: { LC_ALL: 'C', PGPASSWORD: password },
    };
    const file = await writeFile(storage, id, tarName, zipped(outputOf(program, context)));
    const moment = await quietMoment(config.url, id, config.quietWithinSeconds * 1000, context);
    await archiveUpTo(config, moment.lsn, moment.timeline, Number(about.segment), context);
    const { low, high } = moment.clockAhead;
    return {
      instant: moment.instant,
      source: { system: about.system },
      files: [file],
      content: moment.content,
      detail: {
        version: about.version,
        restorePoint: moment.restorePoint,
        lsn: moment.lsn,
        timeline: String(moment.timeline),
        segmentBytes: about.segment,
        unpackedBytes: about.bytes,
        clockAheadMs: `${low.toFixed(1)} to ${high.toFixed(1)}`,
      },
    };
  });
}

async function aboutSource(config: BasebackupConfig, context: DriverContext): Promise<SourceRow> {
  const [row] = await queryRows<SourceRow>(
    { name: 'source', url: config.url },
    context,
    `SELECT system_identifier::text AS system, current_setting('server_version') AS version,
       (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size') AS segment,
       (SELECT sum(pg_database_size(oid)) FROM pg_database)::text AS bytes
     FROM pg_control_system()`,
  );
  if (row === undefined) throw new Error('the source does not say who it is');
  return row;
}
