import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { isAlive, processIdentity } from '../process/identity.ts';
import { goneWithin } from '../process/signal.ts';
import type { Clock } from '../time/clock.ts';
import { within } from '../time/deadline.ts';
import { READY_DESCRIPTOR } from './guardian-program.ts';
import { RELEASED } from './guardian.ts';
import { outlivingPipeline, withoutParent } from './outlive-pipeline.ts';

function compileCache(): Readonly<Record<string, string>> {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

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

/** Of the shell that starts it: the pipe that becomes the guardian's standard input. */
const PIPE_DESCRIPTOR = 4;
/** It loads what healing needs first, which takes long on a busy machine. */
const READY_WITHIN_MS = 30_000;
const ENDED_WITHIN_MS = 5_000;

/**
 * Starts the guardian of a run: a process in a session of its own and without a parent of ours, with a pipe from this
 * one that closes when this one ends, however it ends. It writes `<runDir>/guardian.log`, and does not keep this
 * process alive.
 */
export function spawnGuardian({ argv, env, runDir, clock }: GuardianStart): Guardian {
  const [program, ...args] = withoutParent(argv, PIPE_DESCRIPTOR);
  const logFile = join(runDir, 'guardian.log');
  const log = openSync(logFile, 'a');
  const shell = spawn(program, args, {
    detached: true,
    cwd: runDir,
    // It compiles nothing that this process has compiled already.
    env: { ...outlivingPipeline(env), ...compileCache() },
    stdio: ['ignore', log, log, 'pipe', 'pipe'],
  });
  closeSync(log);
  const pipe = shell.stdio[PIPE_DESCRIPTOR] as Socket;
  // Writing to a guardian that has died is seen by `alive`, and must not take the run down.
  pipe.on('error', () => undefined);
  let identity: string | undefined;
  const notStarted = new Promise<never>((_, reject) => {
    shell.once('error', (error) => reject(new Error(`The guardian could not be started: ${error.message}`)));
  });
  notStarted.catch(() => undefined);

  const ready = within(clock, READY_WITHIN_MS, 'The start of the guardian', undefined, () =>
    Promise.race([said(shell.stdio[READY_DESCRIPTOR] as Readable), notStarted]),
  )
    .then((pid) => {
      identity = pid === undefined ? undefined : processIdentity(pid);
      if (identity === undefined) {
        throw new Error(`The guardian has ended before it watched; see ${logFile}.`);
      }
    })
    .finally(() => {
      (shell.stdio[READY_DESCRIPTOR] as Socket).destroy();
      shell.unref();
      pipe.unref();
    });
  // Whoever awaits `ready` hears of the failure; nobody has to.
  ready.catch(() => undefined);

  return {
    ready,
    alive: () => identity !== undefined && isAlive(identity),
    async release() {
      pipe.end(`${RELEASED}\n`);
      if (identity === undefined || (await goneWithin(identity, ENDED_WITHIN_MS, clock))) return;
      throw new Error(`The guardian (${identity}) did not end within ${ENDED_WITHIN_MS / 1000} s.`);
    },
  };
}

/** The process id that is said; undefined when the stream ends without one. */
function said(stream: Readable): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let heard = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      heard += text;
      if (heard.includes('\n')) resolve(Number.parseInt(heard, 10) || undefined);
    });
    for (const event of ['end', 'close'] as const) stream.once(event, () => resolve(undefined));
    stream.once('error', reject);
  });
}
