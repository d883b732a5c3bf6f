import { randomUUID } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { pid as ownPid } from 'node:process';
import type { RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { processIdentity } from '@ordeal/shared/process/identity';
import { goneWithin, signalProcess } from '@ordeal/shared/process/signal';
import type { Healer } from '@ordeal/shared/undo/healer';
import { z } from 'zod';
import { runningServer, worksIn } from '../drivers/postgres/server.ts';

/** `driver` of the undo entries that take a restore's target away. */
export const RESTORE_TARGET_DRIVER = 'restore-target';

/** Says whose directory this is. It is the last file that goes. */
const markName = '.ordeal-restore.json';

/** `config` of an undo entry of the driver `restore-target`. */
export interface TargetUndo {
  readonly dir: string;
  readonly token: string;
  /** The directory was there before, and empty: it is emptied, and stays. */
  readonly keep: boolean;
}

const schema = z.object({ dir: z.string().startsWith('/'), token: z.string().min(8), keep: z.boolean() });

/** What has to be in the undo entry before the target is made. */
export function targetUndo(dir: string): TargetUndo {
  return { dir, token: randomUUID(), keep: existsSync(dir) };
}

/** Makes the target's directory, which only its owner can enter. */
export function makeTarget(undo: TargetUndo, owner: RestoreTarget['runAs']): void {
  mkdirSync(dirname(undo.dir), { recursive: true });
  if (!undo.keep) mkdirSync(undo.dir, { mode: 0o700 });
  writeFileSync(join(undo.dir, markName), JSON.stringify({ token: undo.token }), { flag: 'wx', mode: 0o600 });
  if (owner !== undefined) chownSync(undo.dir, owner.uid, owner.gid);
}

/**
 * Ends everything that runs in a restore's target and deletes it, from the undo entry alone. Never touches a
 * directory that does not carry the entry's own token.
 */
export const restoreTargetHealer: Healer = {
  heal: async (entry, context) => {
    const parsed = schema.safeParse(entry.config);
    if (!parsed.success) throw new Error(`the undo entry ${entry.id} names no restore target`);
    await removeTarget(parsed.data, context);
  },
};

export async function removeTarget(undo: TargetUndo, context: DriverContext): Promise<void> {
  const { dir, keep } = undo;
  context.signal.throwIfAborted();
  if (!existsSync(dir)) return;
  const inside = readdirSync(dir);
  if (inside.length > 0 && tokenIn(dir) !== undo.token && !isOnlyBegun(dir, inside)) {
    throw new Error(
      `${dir} is not empty and was not made by this restore, so it is left as it is: look at what it is, and ` +
        'delete it by hand if nobody needs it',
    );
  }
  await endProcesses(dir, context);
  await mustBeSilent(dir);
  for (const name of inside.filter((one) => one !== markName)) {
    rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(join(dir, markName), { force: true });
  if (!keep) rmdirSync(dir);
  // A program that was just being started may have come after the first look.
  if (existsSync(dir) && (!keep || readdirSync(dir).length > 0)) throw new Error(`${dir} is still there`);
}

function tokenIn(dir: string): string | undefined {
  try {
    const mark: unknown = JSON.parse(readFileSync(join(dir, markName), 'utf8'));
    return (mark as { token?: string } | null)?.token;
  } catch {
    return undefined;
  }
}

/** Who made it was killed before it could write into the mark: there is nothing else, and nothing of anybody's. */
function isOnlyBegun(dir: string, inside: readonly string[]): boolean {
  return inside.length === 1 && inside[0] === markName && statSync(join(dir, markName)).size === 0;
}

/**
 * One in another container, with a list of processes of its own, is not seen from here. On this machine its socket, which is
 * in the target, tells of it.
 */
async function mustBeSilent(dir: string): Promise<void> {
  for (const name of readdirSync(dir).filter((one) => /^\.s\.PGSQL\.\d+$/.test(one))) {
    const path = join(dir, name);
    if (!(await isListening(path))) continue;
    throw new Error(
      `a server that cannot be seen from here still listens at ${path}, so ${dir} is left as it is: stop it, or its ` +
        'container, and run `ordeal recover`',
    );
  }
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Whatever else the answer is, somebody has it.
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
}

async function endProcesses(dir: string, { clock, signal }: DriverContext): Promise<void> {
  // An immediate shutdown frees the server's shared memory, which a kill would leave behind.
  const server = runningServer(join(dir, 'data'));
  if (server !== undefined && signalProcess(server, 'SIGQUIT')) await goneWithin(server, 3000, clock, signal);
  for (const one of processesIn(dir)) {
    signalProcess(one, 'SIGKILL');
    if (!(await goneWithin(one, 5000, clock, signal))) {
      throw new Error(`the process ${one} in ${dir} is still there after SIGKILL: look at it with ps`);
    }
  }
}

/** Everything whose current directory is in the target: by that a restore's programs are known. */
function processesIn(dir: string): readonly string[] {
  if (!existsSync('/proc/self')) return [runningServer(join(dir, 'data'))].filter((one) => one !== undefined);
  const root = realpathSync(dir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== ownPid)
    .filter((name) => {
      try {
        const cwd = readlinkSync(`/proc/${name}/cwd`);
        return cwd === root || cwd.startsWith(`${root}/`) || worksIn(Number(name), join(root, 'data'));
      } catch {
        return false;
      }
    })
    .flatMap((name) => processIdentity(Number(name)) ?? []);
}
