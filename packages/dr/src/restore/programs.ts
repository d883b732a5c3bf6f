import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** A program of a backup or a restore. */
export interface Program {
  readonly argv: readonly string[];
  /** What a restore runs has its target as current directory: by that it is found when the runner has died. */
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly runAs?: RestoreTarget['runAs'];
  /** All of its environment; absent: the runner's. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Feeds a program, and resolves when it has ended with 0. When the source fails the program is killed: a closed input
 * looks to it like the end, and it would finish with half of everything.
 */
export async function feed(
  program: Program,
  source: AsyncIterable<Uint8Array>,
  context: DriverContext,
): Promise<void> {
  await running(program, 'pipe', context, async (child) => {
    const input = child.stdin;
    if (input === null) throw new Error('it has no input');
    let gone = false;
    let wake: () => void = () => undefined;
    const end = (): void => {
      gone = true;
      wake();
    };
    // It may end before it has read everything; its exit code says why.
    input.on('error', end).on('drain', () => wake());
    child.once('exit', end);
    // One that could not be started has no exit, and takes nothing.
    child.once('error', end);
    for await (const chunk of source) {
      if (gone) return;
      if (input.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (gone) resolve();
      });
    }
    input.end();
  });
}

/** What a program writes. Rejects at the end of it unless the program has ended with 0. */
export async function* outputOf(program: Program, context: DriverContext): AsyncGenerator<Uint8Array> {
  const queue: Uint8Array[] = [];
  let wake: () => void = () => undefined;
  let output: Readable | null = null;
  let end: { readonly error: unknown } | 'well' | undefined;
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const ended = running(program, 'ignore', { ...context, signal }, async (child) => {
    output = child.stdout;
    child.stdout?.on('data', (chunk: Uint8Array) => {
      queue.push(chunk);
      if (queue.length > 16) child.stdout?.pause();
      wake();
    });
    if (child.stdout !== null) await once(child.stdout, 'close');
  }).then(
    () => (end = 'well'),
    (error: unknown) => (end = { error }),
  );
  void ended.then(() => wake());
  try {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (end !== undefined) break;
      const more = new Promise<void>((resolve) => (wake = resolve));
      (output as Readable | null)?.resume();
      await more;
    }
    if (end !== 'well') throw (end as { readonly error: unknown }).error;
  } finally {
    stopping.abort();
    await ended;
  }
}

/** Runs a program that is fed nothing, and resolves when it has ended with 0. */
export async function run(program: Program, context: DriverContext): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of outputOf(program, context)) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

async function running(
  program: Program,
  input: 'pipe' | 'ignore',
  context: DriverContext,
  attend: (child: ChildProcess) => Promise<void>,
): Promise<void> {
  context.signal.throwIfAborted();
  const [name, ...rest] = program.argv;
  if (name === undefined) throw new Error('expected a command to run, found an empty list');
  const { cwd, runAs, env, timeoutMs } = program;
  const child = spawn(name, rest, {
    stdio: [input, 'pipe', 'pipe'],
    cwd,
    ...runAs,
    ...(env === undefined ? {} : { env: { ...env } }),
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  if (input === 'pipe') child.stdout?.resume();
  let tooLong = false;
  const kill = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(() => {
    tooLong = true;
    kill();
  }, timeoutMs);
  context.signal.addEventListener('abort', kill, { once: true });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`cannot run ${name}: ${error.message}`, { cause: error })),
    );
    child.once('close', resolve);
  });
  exit.catch(() => undefined);
  try {
    try {
      await attend(child);
    } catch (error) {
      kill();
      await exit.catch(() => undefined);
      throw error;
    }
    const code = await exit;
    context.signal.throwIfAborted();
    if (tooLong) throw new Error(`${name} did not end within ${timeoutMs / 1000} s`);
    if (code !== 0) {
      throw new Error(
        `${name} ended with ${code ?? 'a signal'}: ${said.trim().slice(-1500) || 'it said nothing'}`,
      );
    }
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', kill);
  }
}
