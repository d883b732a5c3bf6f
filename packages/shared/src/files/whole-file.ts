import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes a file so that nobody ever reads half of it. Unlike `writeDurably` it does not wait for the disk: after a power
 * cut it may be missing or empty. For what can be made again from other files.
 */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
