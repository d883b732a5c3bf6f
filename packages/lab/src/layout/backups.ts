import { join } from 'node:path';
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
