import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { isTimeZone } from '@ordeal/shared/time/time-zone';
import { parseConfig } from '../drivers/parse.ts';

const argv = z.array(z.string()).min(1);
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 02:00');
const daily = z
  .strictObject({
    from: timeOfDay,
    to: timeOfDay,
    timeZone: z
      .string()
      .refine(isTimeZone, 'a time zone such as Europe/Berlin, or an offset such as +02:00')
      .default('UTC'),
  })
  .refine(({ from, to }) => from !== to, 'two times of day that differ');
const schedule = z
  .strictObject({
    everySeconds: z.number().positive().optional(),
    daily: daily.optional(),
    lateSeconds: z.number().nonnegative(),
    keepSeconds: z.number().positive().optional(),
    since: z.iso.datetime({ offset: true }).optional(),
  })
  .transform(({ everySeconds, daily: hours, ...kept }, context): BackupSchedule => {
    if (everySeconds !== undefined && hours === undefined) return { ...kept, everySeconds };
    if (everySeconds === undefined && hours !== undefined) return { ...kept, daily: hours };
    context.addIssue('one of everySeconds and daily');
    return z.NEVER;
  });

const schema = z.strictObject({
  into: z.strictObject({
    dir: z
      .string()
      .startsWith('/', 'an absolute path')
      // A socket in it is known by its path, which the operating system limits.
      .max(80, 'a path of at most 80 characters'),
    binDir: z.string().startsWith('/', 'an absolute path'),
    port: z.int().min(1).max(65_535).optional(),
    runAs: z.strictObject({ uid: z.int().nonnegative(), gid: z.int().nonnegative() }).optional(),
    settings: z.record(z.string(), z.string()).default({}),
  }),
  source: z.strictObject({ system: z.string().optional(), database: z.string().optional() }).default({}),
  checks: z
    .array(
      z.union([
        z.strictObject({ name: z.string().min(1), sql: z.string().min(1) }),
        z.strictObject({
          name: z.string().min(1),
          command: argv,
          withinSeconds: z.number().positive().default(60),
        }),
      ]),
    )
    .default([]),
  markers: z.strictObject({ url: z.string().regex(/^postgres(ql)?:\/\//, 'a connection string') }).optional(),
  schedule: schedule.optional(),
  ledger: z
    .union([
      z.strictObject({
        sql: z
          .string()
          .includes('$1', { error: 'a statement with $1, the collection, that gives id and payload' }),
      }),
      z.strictObject({ elsewhere: z.string().min(1) }),
    ])
    .optional(),
});

/** A look at restored data that an application would have. */
export type ApplicationCheck =
  /** Holds when the statement returns exactly one row, and true in its first column. */
  | { readonly name: string; readonly sql: string }
  /** Holds when it exits with 0. It finds the server by PGHOST, PGPORT, PGUSER, PGDATABASE and DATABASE_URL. */
  | { readonly name: string; readonly command: readonly string[]; readonly withinSeconds: number };

/** When a platform makes its copies, and for how long it keeps them, by its own promise. */
export type BackupSchedule = RegularSchedule | DailySchedule;

/** One every so often, at whatever hour. */
export interface RegularSchedule extends EachSchedule {
  readonly everySeconds: number;
}

/** One each day, begun between two times of day. */
export interface DailySchedule extends EachSchedule {
  readonly daily: {
    /** `02:00`, by the clocks of `timeZone`. */
    readonly from: string;
    /** Where it is before `from`, it is the next day's. */
    readonly to: string;
    readonly timeZone: string;
  };
}

interface EachSchedule {
  /** So much later than that a copy may still come to its end: jobs wait for their turn, and take their time. */
  readonly lateSeconds: number;
  /** Where nothing is promised of it, how long they are kept is not looked at. */
  readonly keepSeconds?: number | undefined;
  /** Since when it has been so. Without it nobody knows of a young oldest copy whether there ever was one before. */
  readonly since?: string | undefined;
}

/** Where and how a platform's backup is restored and proven. */
export interface RestoreSettings {
  readonly into: {
    /** Made for each restore and deleted after it; one that is there must be empty. */
    readonly dir: string;
    readonly binDir: string;
    /** Default: one that is free. */
    readonly port?: number | undefined;
    readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
    /** More of the restored server's settings. */
    readonly settings: Readonly<Record<string, string>>;
  };
  /** Whose backup it must be, where the platform pins that; otherwise the live source is asked. */
  readonly source: { readonly system?: string | undefined; readonly database?: string | undefined };
  readonly checks: readonly ApplicationCheck[];
  /** Into which database of the source markers are written: needed for a restore of a moment. */
  readonly markers?: { readonly url: string } | undefined;
  readonly schedule?: BackupSchedule | undefined;
  /**
   * Where a restored server has the writes of the platform's ledger: a statement that gives `id` and `payload` of all
   * of the collection `$1`, or why they are not in this backup. Default: the table of a PostgreSQL ledger.
   */
  readonly ledger?: { readonly sql: string } | { readonly elsewhere: string } | undefined;
}

/** Checks how a platform file states that a backup is restored. */
export function parseRestoreSettings(raw: unknown, path: string): Result<RestoreSettings> {
  return parseConfig(
    schema,
    raw,
    path,
    'a restore has into: { dir, binDir, port?, runAs?, settings? }, source?: { system?, database? }, checks?: [{ name, sql } | { name, command, withinSeconds? }], markers?: { url }, schedule?: { everySeconds | daily: { from, to, timeZone? }, lateSeconds, keepSeconds?, since? } and ledger?: { sql } | { elsewhere }',
  );
}
