import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const argv = z.array(z.string()).min(1);

const schema = z.strictObject({
  identify: argv,
  latest: argv,
  take: argv.optional(),
  verify: argv.optional(),
  restore: argv,
  fills: z.enum(['files', 'server']),
  user: z.string().min(1).default('postgres'),
  database: z.string().min(1),
  withinSeconds: z.number().positive().default(3600),
});

/** Backups that other programs make and bring back, for instance pgBackRest or WAL-G. */
export interface BackupCommandConfig {
  /** Prints `{ "system": "…", "database"?: "…" }` of the live source. */
  readonly identify: readonly string[];
  /** Prints the newest complete copy as `{ id, instant: { low, high }, bytes, source?, content? }`, or `null`. */
  readonly latest: readonly string[];
  /** Makes a copy, which `latest` then tells, by another id than before. */
  readonly take?: readonly string[] | undefined;
  /** Exits with 0 when the copy ORDEAL_BACKUP_ID is well where it lies. Asked before it is restored as well. */
  readonly verify?: readonly string[] | undefined;
  /** Brings the copy ORDEAL_BACKUP_ID back. */
  readonly restore: readonly string[];
  /**
   * `files`: into the empty directory ORDEAL_DATA_DIR, whose server is started afterwards. With a `recovery.signal` in
   * it the server recovers with the `restore_command` and up to the `recovery_target…` that are set in its files; all
   * else that is set there is not taken over. `server`: into a fresh
   * server, whose database is found by PGHOST, PGPORT, PGUSER, PGDATABASE and DATABASE_URL.
   */
  readonly fills: 'files' | 'server';
  /** Superuser of the restored server, and the database that is looked at. */
  readonly user: string;
  readonly database: string;
  readonly withinSeconds: number;
}

/** Checks the configuration of a `command` backup as a platform file states it. */
export function parseBackupCommand(raw: unknown, path: string): Result<BackupCommandConfig> {
  return parseConfig(
    schema,
    raw,
    path,
    "a command backup has identify, latest, restore (each a list: program and arguments), fills: 'files' | 'server', database, user?, take?, verify? and withinSeconds?",
  );
}
