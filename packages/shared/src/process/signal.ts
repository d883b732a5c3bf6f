import { kill } from 'node:process';
import type { Clock } from '../time/clock.ts';
import { isAlive, pidOf } from './identity.ts';

/**
 * Sends a signal to exactly this process. False when it is gone already. Throws when it is alive and may not be
 * signalled.
 */
export function signalProcess(identity: string, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    kill(pidOf(identity), signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw new Error(`The process ${identity} may not be sent ${signal}; run as the user that owns it.`, {
      cause: error,
    });
  }
}

/** Resolves with true when the process is gone, with false when it is still there after `ms`. */
export async function goneWithin(
  identity: string,
  ms: number,
  clock: Clock,
  signal?: AbortSignal,
): Promise<boolean> {
  const until = clock.now() + ms;
  for (let pause = 2; isAlive(identity); pause = Math.min(pause * 2, 50)) {
    if (clock.now() >= until) return false;
    await clock.sleep(pause, signal);
  }
  return true;
}
