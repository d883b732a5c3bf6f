import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { isAlive, processIdentity } from '../process/identity.ts';
import type { Clock } from '../time/clock.ts';
import { within } from '../time/deadline.ts';
import { READY_DESCRIPTOR } from './guardian-program.ts';
import { RELEASED } from './guardian.ts';

export interface GuardianStart {
  /** Program and arguments of the guardian, ending with whatever tells it the run's directory. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runDir: string;
  readonly clock: Clock;
}

/** A guardian that was started. */
export interface Guardian {
  /** Resolves when it watches. Rejects when it does not come up: then nothing may be injected. */
  readonly ready: Promise<void>;
  /** Whether it still watches; when it does not, nothing more may be injected. */
  alive(): boolean;
  /** Lets it go, once the run has healed for itself. Resolves when it has ended. */
  release(): Promise<void>;
}

const READY_WITHIN_MS = 10_000;
const ENDED_WITHIN_MS = 5_000;

/**
 * Starts the guardian of a run: a process in a session of its own, with a pipe from this one that closes when
 * this one ends, however it ends. It writes `<runDir>/guardian.log`, and does not keep this process alive.
 */
export function spawnGuardian({ argv, env, runDir, clock }: GuardianStart): Guardian {
  const [program, ...args] = argv;
  const logFile = join(runDir, 'guardian.log');
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    detached: true,
    cwd: runDir,
    env: { ...env },
    stdio: ['pipe', log, log, 'pipe'],
  });
  closeSync(log);
  const stdin = child.stdin as Socket;
  // Writing to a guardian that has died is seen by `alive`, and must not take the run down.
  stdin.on('error', () => undefined);
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`has ended (${signal ?? `code ${code}`})`));
  });

  const ready = within(clock, READY_WITHIN_MS, 'The start of the guardian', undefined, () =>
    Promise.race([
      said(child.stdio[READY_DESCRIPTOR] as Readable),
      ended.then((how) => {
        throw new Error(`The guardian ${how} before it watched; see ${logFile}.`);
      }),
    ]),
  ).finally(() => {
    (child.stdio[READY_DESCRIPTOR] as Socket).destroy();
    child.unref();
    stdin.unref();
  });
  // Whoever awaits `ready` hears of the failure; nobody has to.
  ready.catch(() => undefined);

  return {
    ready,
    alive: () => identity !== undefined && isAlive(identity),
    async release() {
      child.ref();
      stdin.end(`${RELEASED}\n`);
      await within(clock, ENDED_WITHIN_MS, 'The end of the guardian', undefined, () => ended);
    },
  };
}

function said(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('data', () => resolve());
    stream.once('error', reject);
  });
}
