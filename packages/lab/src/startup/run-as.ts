import { readFileSync } from 'node:fs';
import { userId } from '@ordeal/shared/process/user';
import type { RunAs } from '../supervisor/config.ts';

/** Ids for a server that refuses to run as root; undefined for an ordinary user, who needs none. */
export function unprivilegedIds(): RunAs | undefined {
  if (userId() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.');
}
