import type { BackupDriver, PointInTime, SelfArchiving } from '@ordeal/shared/drivers/backup';
import { checkFiles, listCopies, readLabel } from '../../backup-storage/catalogue.ts';
import { openStorage } from '../../backup-storage/config.ts';
import { queryRows } from '../postgres/query.ts';
import { archivedSince, archiveUpTo } from './archive.ts';
import type { BasebackupConfig } from './config.ts';
import { restore } from './restore.ts';
import { archiveBound, markLog } from './self-archiving.ts';
import { identify, kind, take } from './take.ts';

/** Base backups of a PostgreSQL server, and the log that it archives. See `parseBasebackup` for its configuration. */
export function createBasebackup(config: BasebackupConfig): BackupDriver & PointInTime & SelfArchiving {
  const storage = openStorage(config.storage);
  return {
    kind,
    identify: async (context) => await identify(config, context),
    latest: async () => (await listCopies(storage, kind))[0],
    latestBefore: async (at) => (await listCopies(storage, kind)).find((copy) => copy.instant.high <= at),
    take: async (context, notes) => await take(config, context, notes),
    verify: async (copy, { signal }) => [
      await checkFiles(storage, await readLabel(storage, copy.id), signal),
      await archivedSince(config, copy).then(({ check }) => check),
    ],
    newest: async (copy) => (await archivedSince(config, copy)).newest,
    archiveBound: async (context) => await archiveBound(config, context),
    markLog: async (context) => await markLog(config, context),
    restore: async (copy, into, point, atOwnPoint, context) =>
      await restore(config, copy, into, point, atOwnPoint, context),
    archiveAll: async (context) => {
      const [row] = await queryRows<{ lsn: string; timeline: number; segment: number }>(
        { name: 'source', url: config.url },
        context,
        `SELECT pg_current_wal_insert_lsn()::text AS lsn,
           ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline,
           setting::int AS segment
         FROM pg_settings WHERE name = 'wal_segment_size'`,
      );
      if (row === undefined) throw new Error('the source does not say where its log is');
      await archiveUpTo(config, row.lsn, row.timeline, row.segment, context);
    },
  };
}
