import { spawn } from 'node:child_process';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode } from './config.ts';

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly timeoutMs: number;
  readonly runAs?: PostgresNode['runAs'];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end. Rejects when it cannot be started, takes longer than its limit, or the context's
 * signal is aborted; its exit code is for the caller to judge.
 *
 * It waits for the program itself and not for its output to close: a start command leaves a server behind
 * that may hold the output open.
 */
export async function runProgram(
  argv: readonly string[],
  context: DriverContext,
  options: ProgramOptions,
): Promise<ProgramEnd> {
  context.signal.throwIfAborted();
  const [program, ...rest] = argv;
  if (program === undefined) throw new Error('expected a command to run, found an empty list');
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The owner of the server's files need not be able to enter the current directory.
    cwd: '/',
    ...options.runAs,
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-20_000);
    });
  }
  let tooLong = false;
  const timer = setTimeout(() => {
    tooLong = true;
    child.kill('SIGKILL');
  }, options.timeoutMs);
  const abort = (): void => void child.kill('SIGKILL');
  context.signal.addEventListener('abort', abort, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new Error(`cannot run ${argv.join(' ')}: ${error.message}`, { cause: error })),
      );
      child.once('exit', resolve);
    });
    context.signal.throwIfAborted();
    if (tooLong) throw new Error(`${argv.join(' ')} did not end within ${options.timeoutMs / 1000} s`);
    // What it wrote just before its end is still in the pipes.
    await new Promise((resolve) => setImmediate(resolve));
    return { code, ...output };
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', abort);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Runs a program that must exit with 0; anything else rejects with what it said. */
export async function mustRun(
  argv: readonly string[],
  context: DriverContext,
  options: ProgramOptions,
): Promise<ProgramEnd> {
  const end = await runProgram(argv, context, options);
  if (end.code !== 0) {
    const said = (end.stderr.trim() || end.stdout.trim() || 'it said nothing').slice(-1000);
    throw new Error(`${argv.join(' ')} ended with ${end.code ?? 'a signal'}: ${said}`);
  }
  return end;
}
