import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../files/durable-file.ts';
import { orderFrom, type StopOrder } from './order.ts';
import type { StopSource } from './source.ts';

const NAME = 'stop.json';

/** The emergency stop of one machine: a file in `folder`. That it is there is the order, whatever is in it. */
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
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const own = join(folder, `.${randomUUID()}.tmp`);
      try {
        // Linked into its place whole: nobody ever reads half an order, and an earlier one is kept.
        writeFileSync(own, `${JSON.stringify(order, null, 2)}\n`, { mode: 0o600, flush: true });
        linkSync(own, path);
        syncDirectory(dirname(path));
        return order;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return readOrder(path);
      } finally {
        rmSync(own, { force: true });
      }
    },

    async clear() {
      const cleared = join(folder, `.${randomUUID()}.cleared`);
      try {
        // Moved first: what is read then is what was cleared, and an order that comes now stands.
        renameSync(path, cleared);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
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

function readOrder(path: string): StopOrder {
  try {
    return orderFrom(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return orderFrom(undefined);
  }
}
