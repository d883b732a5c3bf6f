import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';

/**
 * Writes a file so that it is there whole, or not at all, whatever dies: to a temporary name, synced, renamed,
 * directory synced. When this returns it is on disk. Only its owner may read it unless `mode` says otherwise.
 */
export function writeDurably(path: string, text: string, mode = 0o600): void {
  writeSynced(path, Buffer.from(text), mode);
  syncDirectory(dirname(path));
}

/** As `writeDurably`, but its name is on disk only with what is next written durably into the same directory. */
export function writeSynced(path: string, bytes: Buffer, mode: number): void {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(file, bytes, written);
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

/** Makes a directory and those above it, each of them on disk when this returns. */
export function makeDirectoryDurably(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  for (let one = path; ; one = dirname(one)) {
    syncDirectory(dirname(one));
    if (one === first || one === dirname(one)) return;
  }
}

/** Makes sure that the names in a directory are on disk, and not only in memory. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
