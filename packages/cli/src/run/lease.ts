import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '@ordeal/shared/platform/platform';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';

export interface Holder {
  readonly run: string;
  /** Of the platform. Absent in a lease of an older ordeal. */
  readonly platform?: string;
  readonly identity: string;
  readonly since: string;
}

export type Lease =
  { readonly taken: true; release(): void } | { readonly taken: false; readonly holder: Holder };

/** Where this user's leases are: one place a machine, whatever directory ordeal is called in. */
export function leaseFolder(): string {
  return join(tmpdir(), `ordeal-leases-${userInfo().username}`);
}

/**
 * Takes the one lease on a platform, so that two runs on this machine cannot disturb each other. A lease whose
 * process is gone is taken over. The platform is told apart by its entry: two labs are two platforms.
 */
export function takeLease(
  folder: string,
  { name, entry }: Pick<Platform, 'name' | 'entry'>,
  run: string,
  pid: number,
  now: Date,
): Lease {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${createHash('sha256').update(entry).digest('hex').slice(0, 16)}.json`);
  const own = `${path}.${pid}`;
  const mine: Holder = {
    run,
    platform: name,
    identity: processIdentity(pid) ?? `${pid}@unknown`,
    since: now.toISOString(),
  };
  // At most two tries: the second after a stale lease was removed.
  for (const last of [false, true]) {
    try {
      // Linked into its place whole: nobody ever reads half a lease.
      writeFileSync(own, JSON.stringify(mine));
      linkSync(own, path);
      return { taken: true, release: () => releaseLease(path, mine) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = readHolder(path);
      if (holder !== undefined && (last || isAlive(holder.identity))) return { taken: false, holder };
      rmSync(path, { force: true });
    } finally {
      rmSync(own, { force: true });
    }
  }
  return { taken: false, holder: mine };
}

/** Everybody on this machine, of this user, who is at work on a platform now. */
export function activeHolders(folder: string): readonly Holder[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => readHolder(join(folder, file)) ?? [])
    .filter(({ identity }) => isAlive(identity));
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
