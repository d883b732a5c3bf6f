import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { storageSchema, type StorageConfig } from '../../backup-storage/config.ts';
import { parseConfig } from '../parse.ts';

const schema = z.strictObject({
  url: z.string().regex(/^postgres(ql)?:\/\//, 'a connection string that begins with postgresql://'),
  binDir: z.string().startsWith('/', 'an absolute path'),
  storage: storageSchema,
  archive: storageSchema,
  archiveWithinSeconds: z.number().positive().default(60),
  recoverWithinSeconds: z.number().positive().default(3600),
  quietWithinSeconds: z.number().positive().default(10),
});

export interface BasebackupConfig {
  /** Superuser's connection string, to the database whose content is compared. */
  readonly url: string;
  /** Of PostgreSQL's programs, of the server's own version. */
  readonly binDir: string;
  /** Where copies are kept. */
  readonly storage: StorageConfig;
  /** Where the server's own `archive_command` puts its log: files by their names, plain or with `.gz`. */
  readonly archive: StorageConfig;
  /** A finished file of the log must be in the archive after so long. */
  readonly archiveWithinSeconds: number;
  /** Copying, and replaying the log, may take so long each. */
  readonly recoverWithinSeconds: number;
  /** So long a moment is waited for at which no transaction is under way; the content is read as it was at it. */
  readonly quietWithinSeconds: number;
}

/** Checks the configuration of a `pg-basebackup` backup as a platform file states it. */
export function parseBasebackup(raw: unknown, path: string): Result<BasebackupConfig> {
  return parseConfig(
    schema,
    raw,
    path,
    "a pg-basebackup backup has url, binDir, storage and archive (each { kind: 'directory', path } or { kind: 's3', bucket, prefix?, region?, endpoint?, pathStyle?, caFile?, credentials? }), archiveWithinSeconds?, recoverWithinSeconds? and quietWithinSeconds?",
  );
}
