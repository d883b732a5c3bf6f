import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Replaces a file as a whole: a reader sees the old one or the new one, also after a crash or on a full disk. */
export function writeWhole(path: string, content: string, mode = 0o644): void {
  const temporary = `${path}.new`;
  try {
    const file = openSync(temporary, 'w', mode);
    try {
      // Writes on until everything is written: a single write may take a part only.
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
