import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program of the test's own that runs until it is stopped. */
export interface Program {
  /** Its last lines; where it has ended, that it did. */
  said(): string;
  stop(): Promise<void>;
}

export function startProgram(dir: string, name: string, path: string, args: readonly string[]): Program {
  const file = join(dir, `${name}.log`);
  const log = openSync(file, 'a', 0o600);
  const child = spawn(path, args, { cwd: dir, stdio: ['ignore', log, log] });
  closeSync(log);
  return {
    said: () => {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      return child.exitCode === null ? lines : `${lines}\n${name} has ended (${child.exitCode})`;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
