import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { isTimeZone } from '@ordeal/shared/time/time-zone';
import { storageSchema, type StorageConfig } from '../../backup-storage/config.ts';
import { parseConfig } from '../parse.ts';

const schema = z.strictObject({
  url: z
    .string()
    .regex(
      /^postgres(ql)?:\/\/[^/]*\/[^/?]+/,
      'a connection string postgresql://…/database, with its database',
    ),
  binDir: z.string().startsWith('/', 'an absolute path'),
  storage: storageSchema,
  format: z.enum(['plain', 'custom']).default('plain'),
  jobs: z.int().positive().default(2),
  withinSeconds: z.number().positive().default(3600),
  roles: z.array(z.string().min(1)).default([]),
  foreign: z
    .strictObject({
      files: z.string().refine(isPattern, 'a regular expression'),
      longestSeconds: z.number().positive().default(3600),
      timeZone: z
        .string()
        .refine(isTimeZone, 'a time zone such as Europe/Berlin, or an offset such as +02:00')
        .default('UTC'),
    })
    .optional(),
});

export interface DumpConfig {
  /** Connection string to the database that is dumped. */
  readonly url: string;
  /** Of PostgreSQL's programs. */
  readonly binDir: string;
  readonly storage: StorageConfig;
  /** Of copies that are taken: SQL through gzip, or pg_dump's own format. */
  readonly format: 'plain' | 'custom';
  /** How many tables of the custom format are restored at once. */
  readonly jobs: number;
  readonly withinSeconds: number;
  /** Roles that a dump needs and does not hold; those of the source are known of copies that are taken here. */
  readonly roles: readonly string[];
  /** Dumps that somebody else makes, by their names in the storage. */
  readonly foreign?:
    | {
        /** A regular expression; its groups `year`, `month`, `day` … `second` find the time in a name. */
        readonly files: string;
        /** A dump holds what was there when it began, and its file tells when it ended: so long lies between at most. */
        readonly longestSeconds: number;
        /** Of the clock that names are made by, where `files` finds a time in them. */
        readonly timeZone: string;
      }
    | undefined;
}

/** Checks the configuration of a `pg-dump` backup as a platform file states it. */
export function parseDump(raw: unknown, path: string): Result<DumpConfig> {
  return parseConfig(
    schema,
    raw,
    path,
    "a pg-dump backup has url, binDir, storage: { kind: 'directory', path } or { kind: 's3', bucket, prefix?, region?, endpoint?, pathStyle?, caFile?, credentials? }, format?: 'plain' | 'custom', jobs?, withinSeconds?, roles? and foreign?: { files, longestSeconds?, timeZone? }",
  );
}

function isPattern(text: string): boolean {
  try {
    return text.search(new RegExp(text)) >= -1;
  } catch {
    return false;
  }
}
