import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord } from '../packages/shared/src/record/record.ts';

/** How a command ended, and how long it took. */
export interface Ended {
  readonly code: number | null;
  readonly seconds: number;
  readonly output: string;
}

export const root = join(import.meta.dirname, '..');
const bin = join(root, 'packages', 'cli', 'bin', 'ordeal.js');

/** A directory of its own to run `ordeal` in. */
export function workplace(): string {
  return mkdtempSync(join(tmpdir(), 'ordeal-scripts-'));
}

/** Runs `ordeal` to its end; what it prints is kept. */
export function ordeal(cwd: string, ...args: readonly string[]): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, seconds: (performance.now() - started) / 1000, output }));
  });
}

/** Folder of the newest run of a directory; undefined when it has none. */
export function newestRun(cwd: string): string | undefined {
  const runs = join(cwd, '.ordeal', 'runs');
  const last = existsSync(runs) ? readdirSync(runs).toSorted().at(-1) : undefined;
  return last === undefined ? undefined : join(runs, last);
}

/** Record of the newest run; undefined when it wrote none. */
export function newestRecord(cwd: string): RunRecord | undefined {
  const file = join(newestRun(cwd) ?? cwd, 'record.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunRecord) : undefined;
}
