import { join } from 'node:path';
import type { BackupCopy, DataSource, MakingNotes } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { newCopyId, writeFile } from '../../backup-storage/catalogue.ts';
import { makeCopy } from '../../backup-storage/make-copy.ts';
import { zipped } from '../../backup-storage/gzip.ts';
import { readContent, readSequences } from '../../restore/content.ts';
import { outputOf } from '../../restore/programs.ts';
import { withoutPassword } from '../postgres/conninfo.ts';
import { queryRows, withSession } from '../postgres/query.ts';
import type { DumpConfig } from './config.ts';

export const kind = 'pg-dump';

/** Reading all tables takes as long as it takes. */
const limits = { connectMs: 10_000, queryMs: 3_600_000 };

interface SourceRow {
  system: string;
  database: string;
  version: string;
  encoding: string;
  collate: string;
  ctype: string;
  bytes: string;
  roles: string[];
}

export async function identify(config: DumpConfig, context: DriverContext): Promise<DataSource> {
  const { system, database } = await aboutSource(config, context);
  return { system, database };
}

/** Dumps one snapshot of the database, and reads the content of the very same one. */
export async function take(
  config: DumpConfig,
  context: DriverContext,
  notes?: MakingNotes,
): Promise<BackupCopy> {
  const { clock } = context;
  const id = newCopyId(kind, clock.wall());
  const about = await aboutSource(config, context);
  const { url, password } = withoutPassword(config.url);
  const file = config.format === 'plain' ? 'dump.sql.gz' : 'dump.custom';
  const copy = { kind, id, storage: config.storage, files: [file] };
  return await makeCopy(copy, notes, async (storage) => {
    return await withSession(
      { name: 'source', url: config.url },
      context,
      async (session) => {
        const sequences = await readSequences(session);
        const low = clock.wall();
        await session.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const [row] = await session.rows<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
        const high = clock.wall();
        const argv = [
          join(config.binDir, 'pg_dump'),
          '--no-password',
          `--dbname=${url}`,
          `--snapshot=${row?.snapshot ?? ''}`,
          `--format=${config.format}`,
        ];
        const program = {
          argv,
          cwd: '/',
          timeoutMs: config.withinSeconds * 1000,
          env: { LC_ALL: 'C', PGPASSWORD: password },
        };
        const output = outputOf(program, context);
        const bytesOf = config.format === 'plain' ? zipped(output) : output;
        const written = await writeFile(storage, id, file, bytesOf);
        const content = await readContent(session, sequences);
        const { system, database, version, encoding, collate, ctype, bytes, roles } = about;
        return {
          instant: { low, high },
          source: { system, database },
          files: [written],
          content,
          detail: { version, encoding, collate, ctype, unpackedBytes: bytes, roles: JSON.stringify(roles) },
        };
      },
      limits,
    );
  });
}

async function aboutSource(config: DumpConfig, context: DriverContext): Promise<SourceRow> {
  const [row] = await queryRows<SourceRow>(
    { name: 'source', url: config.url },
    context,
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
       datname::text AS database, current_setting('server_version') AS version,
       pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
       pg_database_size(oid)::text AS bytes,
       (SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles WHERE rolname !~ '^pg_') AS roles
     FROM pg_database WHERE datname = current_database()`,
  );
  if (row === undefined) throw new Error('the source does not say who it is');
  return row;
}
