/**
 * The platform's own backup job, where its backups are in a bucket: dumps the database into a file, uploads that, and
 * removes it. Usage: backup-job.main.ts <lab directory>
 * Exits 1 with a sentence when it cannot be done.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, exit, stderr } from 'node:process';
import { reasonOf } from '@ordeal/shared/reason-of';
import { stampOf } from '../layout/backups.ts';
import { STALE_MS } from '../sabotage.ts';
import { readBackupJob, type BackupJob } from './config.ts';
import { upload } from './upload.ts';

try {
  await backUp(readBackupJob(argv[2] ?? ''));
} catch (error) {
  stderr.write(`${reasonOf(error)}\n`);
  exit(1);
}

async function backUp(job: BackupJob): Promise<void> {
  const at = new Date(Date.now() - (job.sabotage.includes('stale-dump') ? STALE_MS : 0));
  const name = `${job.platform}_backup_${stampOf(at)}.sql`;
  const file = join(job.room, name);
  try {
    await dump(job, file);
    // As a full disk leaves it.
    if (job.sabotage.includes('cut-dump')) truncateSync(file, Math.floor(statSync(file).size / 2));
    await upload(job, file, name);
  } finally {
    rmSync(file, { force: true });
  }
}

async function dump({ pgDump, database }: BackupJob, file: string): Promise<void> {
  const { host, port, name, password } = database;
  const child = spawn(
    pgDump,
    [
      `--host=${host}`,
      `--port=${port}`,
      '--username=postgres',
      `--dbname=${name}`,
      '--no-password',
      `--file=${file}`,
    ],
    // What is inherited marks it as the lab's.
    { env: { ...env, PGPASSWORD: password }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`pg_dump failed (${signal ?? `code ${code}`})`);
}
