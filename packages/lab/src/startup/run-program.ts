import { spawn } from 'node:child_process';
import type { RunAs } from '../supervisor/config.ts';

export interface Program {
  /** What it is called in an error message. */
  readonly title: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly runAs?: RunAs;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Runs a program to its end. Rejects with the end of its output when it fails. */
export function runProgram(program: Program): Promise<void> {
  return new Promise((resolve, reject) => {
    const { title, argv, env, cwd, runAs, signal } = program;
    const child = spawn(argv[0]!, argv.slice(1), {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...runAs,
      signal,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const collect = (data: Buffer) => {
      output = (output + data.toString('utf8')).slice(-4096);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) =>
      reject(new Error(`${title} could not be run (${argv[0]})`, { cause: error })),
    );
    child.once('close', (code, by) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${title} failed (${by ?? `code ${code}`}). Its output ends with:\n${output.trim()}`),
        );
    });
  });
}
