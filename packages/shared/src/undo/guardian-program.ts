import { closeSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../time/clock.ts';
import { runGuardian } from './guardian.ts';
import type { Healers } from './healer.ts';

/** What a guardian needs of its process; `process` itself fits. */
export interface GuardianProcess {
  readonly pid: number;
  readonly stdin: Readable;
  readonly stdout: Writable;
  on(signal: NodeJS.Signals, handle: () => void): unknown;
}

/** Descriptor on which a guardian says that it watches, by its process id and a new line. */
export const READY_DESCRIPTOR = 3;

/** The first round fits into a pod's grace period: what is left after it has been said before the pod is gone. */
const ROUNDS_MS = [75_000, 60_000];

/**
 * The whole of a guardian's program but for its list of healers. `drivers` are those whose healers are made ready
 * before it says that it watches: a runner that is killed is healed at once then. Resolves with the exit code: 0, or
 * 4 when something is left.
 */
export async function guardianProgram(
  own: GuardianProcess,
  runDir: string,
  drivers: readonly string[],
  healers: Healers,
  clock: Clock,
): Promise<number> {
  const say = (message: string): void => {
    own.stdout.write(`${new Date(clock.wall()).toISOString()} ${message}\n`);
  };
  // What ends the runner must not end its guardian: a terminal sends these to everybody in it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    own.on(signal, () => say(`${signal}: ignored while the run is watched`));
  }
  // A log on a full disk is no reason to stop.
  own.stdout.on('error', () => undefined);
  // What cannot be made ready now is tried again, and told of, when it is needed.
  await Promise.allSettled(drivers.map((driver) => healers[driver]?.prepare?.()));
  const ended = runGuardian({ input: own.stdin, runDir, healers, clock, say, roundsMs: ROUNDS_MS });
  say(`watching (pid ${own.pid})`);
  tellReady(own.pid);
  const end = await ended;
  return end.how === 'unwound' && end.outcome.left.length + end.outcome.kept.length > 0 ? 4 : 0;
}

function tellReady(pid: number): void {
  try {
    writeSync(READY_DESCRIPTOR, `${pid}\n`);
    closeSync(READY_DESCRIPTOR);
  } catch {
    // The runner is gone already; the closed pipe on stdin says so too.
  }
}
