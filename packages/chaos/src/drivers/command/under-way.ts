import { readdirSync, readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { goneWithin } from '@ordeal/shared/process/signal';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';
import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Names, in the environment of an inject command, the fault that it injects. */
export const INJECTS = 'ORDEAL_INJECTS';

const GONE_WITHIN_MS = 2_000;

/**
 * Ends the inject commands of a fault that are still under way, each with its process group: their runner has died,
 * and what they are about to do would come after the healing. They are found by their environment. What they have
 * started in a session of its own is left alone: that is the fault, and the heal command's business.
 */
export async function endInjections(mark: string, { clock, signal, say }: DriverContext): Promise<void> {
  for (const identity of injections(mark)) {
    const pid = Number.parseInt(identity, 10);
    if (!isAlive(identity)) continue;
    say(`the inject command of pid ${pid} is still under way: it is ended first`);
    try {
      kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    if (!(await goneWithin(identity, GONE_WITHIN_MS, clock, signal))) {
      throw new Error(`The inject command of pid ${pid} outlives SIGKILL; look at it with ps.`);
    }
  }
}

/** Leaders of process groups only: a command is one, and what it starts is not. */
function injections(mark: string): readonly string[] {
  let pids: readonly string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    // No such place on this system: then only the heal command's own care is left.
    return [];
  }
  return pids.flatMap((pid) => {
    try {
      // For a moment it still is the program `env`, which has its settings as arguments.
      const words = ['environ', 'cmdline'].flatMap((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0'),
      );
      if (!words.includes(`${INJECTS}=${mark}`) || !isGroupLeader(pid)) return [];
      return processIdentity(Number(pid)) ?? [];
    } catch {
      // Gone in the meantime, or somebody else's.
      return [];
    }
  });
}

function isGroupLeader(pid: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2] === pid;
}
