import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Output that comes after the program's end, from what it left running, is waited for no longer than this. */
const OUTPUT_AFTER_EXIT_MS = 200;

/**
 * Runs a program without a shell and gives its output. Rejects when it cannot be started, or when `signal` is
 * aborted: `onAbort` says whether the program is ended then, or only no longer waited for.
 */
export function runCommand(
  argv: readonly [string, ...string[]],
  signal: AbortSignal,
  onAbort: 'end-it' | 'leave-it',
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: onAbort === 'leave-it',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    const aborted = (): void => {
      if (onAbort === 'end-it') child.kill('SIGKILL');
      finish(() => reject(signal.reason));
    };
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      settle();
    };
    signal.addEventListener('abort', aborted, { once: true });
    child.once('error', (error) => {
      const message = `The command ${argv.join(' ')} could not be run: ${error.message}`;
      finish(() => reject(new Error(message, { cause: error })));
    });
    child.once('exit', (code, by) => {
      const result = (): void =>
        finish(() => {
          const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
          resolve({ code, signal: by, stdout: text(out), stderr: text(err) });
        });
      // A daemon that the program started may hold its output open for ever.
      const enough = setTimeout(result, OUTPUT_AFTER_EXIT_MS);
      child.once('close', () => {
        clearTimeout(enough);
        result();
      });
    });
  });
}

/** The end of what a program had to say, for a sentence. */
export function complaintOf({ code, signal, stdout, stderr }: CommandResult): string {
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ').slice(-400);
  return `${signal === null ? `exit code ${code}` : signal}${said === '' ? '' : `: ${said}`}`;
}
