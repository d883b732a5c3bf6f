import type { LabDumps } from '@ordeal/shared/platform/site';
import { join } from 'node:path';
import { address, type Blueprint } from './blueprint.ts';
import { inLab } from './paths.ts';

interface BackupFolders {
  readonly archive: string;
  readonly dumps: string;
  readonly base: string;
}

/** Where the lab's backups are kept. */
export function backupFolders(dir: string): BackupFolders {
  const backups = inLab.backups(dir);
  return { archive: join(backups, 'archive'), dumps: join(backups, 'dumps'), base: join(backups, 'base') };
}

interface ObjectFolders {
  /** A bucket is a folder in it, and an object a file. */
  readonly objects: string;
  readonly attributes: string;
}

/** Where the S3 server keeps what it is given. */
export function objectFolders(dir: string): ObjectFolders {
  const backups = inLab.backups(dir);
  return { objects: join(backups, 'objects'), attributes: join(backups, 'attributes') };
}

const DATE = String.raw`(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)`;
const TIME = String.raw`(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)`;

/** Where the nightly dumps are found, and by which names. */
export function dumpsOf({ dir, contract, ports, bucketKeys }: Blueprint): LabDumps {
  const { bucket, platform } = contract;
  if (bucket === undefined) {
    return {
      storage: { kind: 'directory', path: backupFolders(dir).dumps },
      files: String.raw`^platform_${DATE}_${TIME}\.sql\.gz$`,
    };
  }
  return {
    storage: {
      kind: 's3',
      bucket: bucket.name,
      prefix: bucket.prefix,
      endpoint: `http://${address(ports.versitygw)}`,
      credentials: bucketKeys,
    },
    files: String.raw`^${platform}_backup_${DATE}_${TIME}\.sql$`,
  };
}

/** `20260131_030000`, in UTC: how a dump is called that was begun then. */
export function stampOf(begun: Date): string {
  return begun.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
}
