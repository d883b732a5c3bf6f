import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { env } from 'node:process';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';

/** Where runs agree instead, for instance on a volume of several containers. All of them have to name the same. */
const OWN_PLACE = 'ORDEAL_LEASES';

/**
 * Folders that belong to a whole machine, best first. None of them follows `TMPDIR`; the first one stays the same also
 * for a unit of systemd with temporary folders of its own.
 */
const CANDIDATES = ['/run/lock', '/var/tmp'];

const STICKY_AND_OPEN = 0o1777;

/**
 * Where the leases of this machine are: one place for all its users, in whatever way ordeal is called. Which one it is
 * follows from the machine alone, and never from what this user may do: else two would agree in two places. Throws
 * where there is none, or where this process does not see the machine's.
 */
export function leaseFolder(candidates: readonly string[] = CANDIDATES): string {
  const own = env[OWN_PLACE];
  if (own !== undefined && own !== '') return own;
  const folder = candidates.find(isOfAll);
  if (folder === undefined) {
    throw noPlace(
      `none of ${candidates.join(', ')} is a folder of root's that all users may write and nobody may clear (mode 1777)`,
    );
  }
  if (isPrivate(folder))
    throw noPlace(`${folder} is this unit's own (PrivateTmp of systemd), and nobody else's`);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw noPlace(`${folder} cannot be written (${reasonOf(error)})`);
  }
  return folder;
}

function isOfAll(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o7777) === STICKY_AND_OPEN;
}

/** Whether it is mounted for one unit of systemd alone. */
function isPrivate(folder: string): boolean {
  let mounts: string;
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // No Linux, and so no systemd.
    return false;
  }
  return mounts.split('\n').some((line) => {
    const [, , , root = '', at] = line.split(' ');
    return at === folder && root.includes('systemd-private-');
  });
}

function noPlace(found: string): CommandError {
  return new CommandError(
    `Runs on this machine cannot agree who works on a platform: ${found}. Make such a folder, or name one that all who drill from here have in common in ${OWN_PLACE}, for all of them.`,
    exitCodes.usage,
  );
}
