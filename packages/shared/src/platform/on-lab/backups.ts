import type { BackupEntry } from '../platform.ts';
import type { LabSite } from '../site.ts';

/** The lab's backups: base backups with the archived log, and the nightly dumps. */
export function labBackups({ backups, regions: { a } }: LabSite): Readonly<Record<string, BackupEntry>> {
  const { url, binDir, runAs } = a.postgres;
  const restore = {
    into: { dir: backups.into, binDir, ...(runAs === undefined ? {} : { runAs }) },
    source: { database: 'platform' },
    checks: [{ name: 'tenants can be read', sql: 'SELECT count(*) > 0 FROM tenants' }],
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
    // What a nightly job dumps: SQL through gzip.
    dump: {
      driver: 'pg-dump',
      config: {
        url,
        binDir,
        storage: { kind: 'directory', path: backups.dumps },
        roles: ['platform', 'observer'],
        foreign: { files: String.raw`^platform-.*\.sql\.gz$`, longestSeconds: 60 },
      },
      restore,
    },
  };
}
