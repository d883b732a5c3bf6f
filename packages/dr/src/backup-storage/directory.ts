import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { BackupStorage, StoredFile } from './storage.ts';
import { checkName } from './storage.ts';

/** Begins the names of files that are being written. */
const unfinished = '.ordeal-';

/** Keeps backups in a directory, which may be a mounted one. Files can be read by their owner alone. */
export function createDirectoryStorage(path: string): BackupStorage {
  const at = (name: string): string => join(path, checkName(name));
  const removeAll = async (folder: string): Promise<void> =>
    await rm(at(folder), { recursive: true, force: true });
  return {
    place: path,
    list: async (folder) => {
      const entries = await filesBelow(folder === '' ? path : at(folder));
      const files = await Promise.all(
        entries.map(async (file): Promise<StoredFile | undefined> => {
          try {
            const { size, mtimeMs } = await stat(file);
            return { name: relative(path, file).replaceAll(sep, '/'), bytes: size, modified: mtimeMs };
          } catch (error) {
            // Taken away since the directory was read.
            if (isAbsent(error)) return undefined;
            throw error;
          }
        }),
      );
      return files.filter((file) => file !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    read: async (name) => createReadStream(at(name)),
    write: async (name, source) => {
      const file = at(name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const beside = join(dirname(file), `${unfinished}${randomUUID()}`);
      try {
        const handle = await open(beside, 'wx', 0o600);
        try {
          for await (const chunk of source) await handle.write(chunk);
          await handle.sync();
        } finally {
          await handle.close();
        }
        // Unlike a rename, a link fails where there is such a file already.
        await link(beside, file);
      } finally {
        await rm(beside, { force: true });
      }
      await syncDirectory(dirname(file));
    },
    remove: async (name) => await rm(at(name), { force: true }),
    removeAll,
    // What was begun is in the folder as well.
    endWriting: removeAll,
  };
}

async function filesBelow(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith(unfinished))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
