import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, constants, linkSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory } from '../files/durable-file.ts';
import { describeOrder, orderFrom, type StopOrder } from './order.ts';
import type { StopSource } from './source.ts';

/** It may lie among others. */
const NAME = 'ordeal-stop.json';

/**
 * The emergency stop of one machine: a file in `folder`. That it is there is the order, whatever is in it. Where all users
 * may write in the folder and nobody may remove another's files, each of them may order one, which holds for all, and
 * whoever has ordered it, or root, clears it.
 */
export function fileStop(folder: string): StopSource {
  const path = join(folder, NAME);
  return {
    where: `the file ${path}`,
    whenUnknown: 'hold',

    async read() {
      if (!isThere(path)) return { state: 'clear' };
      return { state: 'ordered', order: readOrder(path) };
    },

    async order(order) {
      mkdirSync(folder, { recursive: true });
      const own = besides(path, 'new');
      try {
        // Linked into its place whole: nobody ever reads half an order, and an earlier one is kept.
        writeFileSync(own, `${JSON.stringify(order, null, 2)}\n`, { flag: 'wx', flush: true });
        // For others to read, whatever this user keeps to itself otherwise.
        chmodSync(own, 0o644);
        linkSync(own, path);
        syncDirectory(folder);
        return order;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return readOrder(path);
      } finally {
        rmSync(own, { force: true });
      }
    },

    async clear() {
      const cleared = besides(path, 'old');
      try {
        // Moved first: what is read then is what was cleared, and an order that comes now stands.
        renameSync(path, cleared);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return undefined;
        if (code !== 'EPERM' && code !== 'EACCES') throw error;
        throw new Error(
          `it is another user's, ordered ${describeOrder(readOrder(path))}: let that user clear it, or root`,
          { cause: error },
        );
      }
      const order = readOrder(cleared);
      rmSync(cleared, { recursive: true, force: true });
      syncDirectory(folder);
      return order;
    },
  };
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Nothing is followed, and nothing waited for: all may put something there. */
function readOrder(path: string): StopOrder {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return orderFrom(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return orderFrom(undefined);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function besides(path: string, what: string): string {
  return `${path}.${what}-${randomUUID()}`;
}
