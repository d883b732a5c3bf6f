import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';

interface Holder {
  readonly run: string;
  readonly identity: string;
  readonly since: string;
}

export type Lease =
  { readonly taken: true; release(): void } | { readonly taken: false; readonly holder: Holder };

/**
 * Takes the one lease on a platform, so that two runs on this machine cannot disturb each other. A lease whose
 * process is gone is taken over. The platform is told apart by its entry: two labs are two platforms.
 */
export function takeLease(baseDir: string, entry: string, run: string, pid: number, now: Date): Lease {
  const folder = join(baseDir, 'leases');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${createHash('sha256').update(entry).digest('hex').slice(0, 16)}.json`);
  const mine: Holder = { run, identity: processIdentity(pid) ?? `${pid}@unknown`, since: now.toISOString() };
  // At most two tries: the second after a stale lease was removed.
  for (const last of [false, true]) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, JSON.stringify(mine));
      closeSync(file);
      return { taken: true, release: () => releaseLease(path, mine) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = readHolder(path);
      if (holder !== undefined && (last || isAlive(holder.identity))) return { taken: false, holder };
      rmSync(path, { force: true });
    }
  }
  return { taken: false, holder: mine };
}

function releaseLease(path: string, mine: Holder): void {
  if (readHolder(path)?.identity === mine.identity) rmSync(path, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
