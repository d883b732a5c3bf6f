import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupFolders } from '../layout/backups.ts';
import { address, DATABASE, type Blueprint } from '../layout/blueprint.ts';
import type { Bucket } from '../api/contracts/contract.ts';
import type { Sabotage } from '../sabotage.ts';
import { binDirOf } from '../units/postgres.ts';

/** What the backup job is given. */
export interface BackupJob {
  readonly platform: string;
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly name: string;
    readonly password: string;
  };
  readonly pgDump: string;
  /** Room for the dump until it is uploaded. */
  readonly room: string;
  readonly bucket: Bucket & { readonly endpoint: string };
  readonly keys: Blueprint['bucketKeys'];
  readonly sabotage: readonly Sabotage[];
}

/** What the job reads, as a file to write: path and text. Nothing where dumps are kept in a folder. */
export function backupJobFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  const { contract, dir, ports, password, bucketKeys, sabotage } = blueprint;
  if (contract.bucket === undefined) return {};
  const job: BackupJob = {
    platform: contract.platform,
    database: { host: '127.0.0.1', port: ports.a.postgres, name: DATABASE, password },
    pgDump: join(binDirOf(blueprint), 'pg_dump'),
    room: backupFolders(dir).dumps,
    bucket: { ...contract.bucket, endpoint: `http://${address(ports.versitygw)}` },
    keys: bucketKeys,
    sabotage,
  };
  return { [jobFile(dir)]: JSON.stringify(job, null, 2) };
}

export function readBackupJob(labDir: string): BackupJob {
  try {
    return JSON.parse(readFileSync(jobFile(labDir), 'utf8')) as BackupJob;
  } catch (error) {
    throw new Error(`No lab with a backup job is in ${labDir} (there is no ${jobFile(labDir)}).`, {
      cause: error,
    });
  }
}

function jobFile(labDir: string): string {
  return join(labDir, 'edge', 'backup-job.json');
}
