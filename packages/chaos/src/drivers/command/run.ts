import { spawn } from 'node:child_process';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';

export interface CommandEnd {
  /** Null when a signal has ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandCall {
  readonly argv: readonly [string, ...string[]];
  readonly withinMs: number;
  /** Added to the environment that we have ourselves. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether it is ended when nobody waits any more, or goes on by itself: a heal is never cut off. */
  readonly onAbort: 'end-it' | 'leave-it';
}

/** Of each of both outputs; what comes after it is dropped. */
const OUTPUT_BYTES = 64 * 1024;
/** Output that comes after the program's end, from what it left running, is waited for no longer than this. */
const OUTPUT_AFTER_EXIT_MS = 200;
/** A program that was asked to end gets so long before it is made to. */
const GRACE_MS = 500;

/**
 * Runs a program without a shell, in a process group of its own. Rejects when it cannot be started, takes longer
 * than it may, or `signal` is aborted; unless it is left alone then, its whole group is ended.
 */
export async function runBounded(call: CommandCall): Promise<CommandEnd> {
  const { argv, env, clock, signal, onAbort } = call;
  const [program, ...args] = argv;
  signal.throwIfAborted();
  // By way of `env`, so that ours goes on whole and nobody here has to read it.
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const child = spawn('/usr/bin/env', [...settings, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const exit = new Promise<{ code: number | null; by: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) => resolve({ code, by }));
  });
  exit.catch(() => undefined);
  // Listened for from the start: it may come together with the end.
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  try {
    const { code, by } = await within(clock, call.withinMs, `The command ${program}`, signal, () => exit);
    await within(clock, OUTPUT_AFTER_EXIT_MS, 'Its output', undefined, () => closed).catch(() => undefined);
    return { code, signal: by, stdout: out(), stderr: err() };
  } catch (error) {
    if (child.pid === undefined) {
      throw new Error(`The command ${program} could not be run: ${reasonOf(error)}`, { cause: error });
    }
    if (onAbort === 'end-it') await endGroup(child.pid, exit, clock);
    throw error;
  } finally {
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
  }
}

async function endGroup(pid: number, exit: Promise<unknown>, clock: Clock): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  await within(clock, GRACE_MS, 'Its end', undefined, () => exit).catch(() => undefined);
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (data: Buffer) => {
    if (bytes < OUTPUT_BYTES) chunks.push(data.subarray(0, OUTPUT_BYTES - bytes));
    bytes += data.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
