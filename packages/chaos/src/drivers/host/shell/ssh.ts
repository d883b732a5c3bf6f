import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userId } from '@ordeal/shared/process/user';
import type { SshPlace } from './place.ts';

/** A shared connection that nobody uses is closed after so long. */
const KEPT_SECONDS = 15;
/** A connection over which nothing came for so long, so often in a row, is given up. */
const ALIVE_EVERY_SECONDS = 2;
const ALIVE_MISSES = 3;
/** A socket's path ends at 104 bytes on some systems, and the client makes it 17 longer for a moment. */
const LONGEST_SOCKET = 104 - 17;

/** The OpenSSH client with everything but the command. It never asks anything, and never learns a host key. */
export function sshArgv(place: SshPlace): readonly [string, ...string[]] {
  const settings: Readonly<Record<string, string | number>> = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: `"${place.knownHostsFile}"`,
    GlobalKnownHostsFile: '/dev/null',
    UpdateHostKeys: 'no',
    VerifyHostKeyDNS: 'no',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    PreferredAuthentications: 'publickey',
    ForwardAgent: 'no',
    ClearAllForwardings: 'yes',
    PermitLocalCommand: 'no',
    RequestTTY: 'no',
    LogLevel: 'ERROR',
    ConnectTimeout: place.connectTimeoutSeconds,
    ServerAliveInterval: ALIVE_EVERY_SECONDS,
    ServerAliveCountMax: ALIVE_MISSES,
    ...shared(place),
  };
  return [
    'ssh',
    '-F',
    place.configFile ?? 'none',
    '-p',
    String(place.port),
    '-l',
    place.user,
    '-i',
    place.identityFile,
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    '--',
    place.host,
  ];
}

/** One connection for all calls with the very same settings; none where its socket cannot be kept private. */
function shared(place: SshPlace): Readonly<Record<string, string | number>> {
  const uid = userId();
  const folder = join(tmpdir(), `ordeal-ssh-${uid}`);
  const name = createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 16);
  const socket = join(folder, name);
  return socket.length <= LONGEST_SOCKET && isPrivate(folder, uid)
    ? { ControlMaster: 'auto', ControlPath: `"${socket}"`, ControlPersist: KEPT_SECONDS }
    : { ControlMaster: 'no', ControlPath: 'none' };
}

function isPrivate(folder: string, uid: number): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
