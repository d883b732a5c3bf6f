import type { BackupEntry } from '../platform.ts';
import type { LabSite } from '../site.ts';

/** What a document promises of the nightly dumps. */
interface DumpPromise {
  /** Between which times of day (UTC) each night's is begun, where that is promised. */
  readonly begun?: { readonly from: string; readonly to: string };
  /** For so many days each is kept, where that is promised. */
  readonly keepDays?: number;
}

const DAY = 86_400;
const HOUR = 3_600;
/** The lab's job counts as one that has always run: it has filled in the nights before it was up. */
const ALWAYS = '2000-01-01T00:00:00Z';

/** The lab's backups: base backups with the archived log, and the nightly dumps. */
export function labBackups(
  { backups, regions: { a } }: LabSite,
  promised?: DumpPromise,
): Readonly<Record<string, BackupEntry>> {
  const { url, binDir, runAs } = a.postgres;
  const restore = {
    into: { dir: backups.into, binDir, ...(runAs === undefined ? {} : { runAs }) },
    source: { database: 'platform' },
    checks: [
      { name: 'tenants can be read', sql: 'SELECT count(*) > 0 FROM tenants' },
      {
        name: 'every tenant has its handbook',
        sql: "SELECT count(*) = 5 * (SELECT count(*) FROM tenants) FROM documents WHERE collection = 'handbook'",
      },
    ],
    // As `labLedger` writes it.
    ledger: { sql: 'SELECT title AS id, body AS payload FROM documents WHERE collection = $1' },
  };
  return {
    // The primary's files and its log: any moment since can be had.
    database: {
      driver: 'pg-basebackup',
      config: {
        url,
        binDir,
        storage: { kind: 'directory', path: backups.base },
        archive: { kind: 'directory', path: backups.archive },
      },
      restore: { ...restore, markers: { url } },
    },
    // What the platform's nightly job dumps.
    dump: {
      driver: 'pg-dump',
      config: {
        url,
        binDir,
        storage: backups.dumps.storage,
        roles: ['platform', 'observer'],
        foreign: { files: backups.dumps.files, longestSeconds: 60 },
      },
      restore: {
        ...restore,
        ...(promised === undefined
          ? {}
          : {
              schedule: {
                ...(promised.begun === undefined
                  ? { everySeconds: DAY, lateSeconds: HOUR }
                  : { daily: promised.begun, lateSeconds: HOUR }),
                since: ALWAYS,
                ...(promised.keepDays === undefined ? {} : { keepSeconds: promised.keepDays * DAY }),
              },
            }),
      },
    },
  };
}
