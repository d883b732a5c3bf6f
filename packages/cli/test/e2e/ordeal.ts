import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import type { RunRecord } from '@ordeal/shared/record/record';
import type { JournalEntry } from '@ordeal/shared/timeline/event';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'ordeal.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** A working directory of its own, in which `ordeal` is run as a user would. */
export interface Workplace {
  readonly dir: string;
  start(...args: string[]): Running;
  run(...args: string[]): Promise<Finished>;
  /** Folder of the newest run. */
  newestRun(): string;
  record(): RunRecord;
  /** Why the newest run is no pass, in few words: of a failed test the beginning and the end alone are often kept. */
  why(ended: Finished): string;
  journal(): readonly JournalEntry[];
  /** Resolves with the first journal entry of the newest run that fits. */
  until(what: string, fits: (entry: JournalEntry) => boolean, withinMs: number): Promise<JournalEntry>;
  remove(): void;
}

export function makeWorkplace(): Workplace {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-e2e-'));
  const runs = join(dir, '.ordeal', 'runs');
  const start = (...args: string[]): Running => {
    const child = spawn(execPath, [bin, ...args], {
      cwd: dir,
      // Node warns of the two together.
      env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const finished = new Promise<Finished>((resolve) => {
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return { child, finished };
  };
  const newestRun = (): string => {
    const newest = existsSync(runs) ? readdirSync(runs).toSorted().at(-1) : undefined;
    if (newest === undefined) throw new Error(`no run in ${runs}`);
    return join(runs, newest);
  };
  const record = (): RunRecord =>
    JSON.parse(readFileSync(join(newestRun(), 'record.json'), 'utf8')) as RunRecord;
  const journal = (): readonly JournalEntry[] => {
    const lines = readFileSync(join(newestRun(), 'journal.jsonl'), 'utf8').split('\n');
    // The last line may still be being written.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as JournalEntry);
  };
  return {
    dir,
    start,
    run: (...args) => start(...args).finished,
    newestRun,
    record,
    why: ({ stdout, stderr }) => {
      try {
        return record().verdict.reasons.join('; ');
      } catch {
        return `there is no record: ${stderr || stdout}`;
      }
    },
    journal,
    until: async (what, fits, withinMs) => {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const hit =
          existsSync(runs) && existsSync(join(newestRunOr(runs), 'journal.jsonl'))
            ? journal().find(fits)
            : undefined;
        if (hit !== undefined) return hit;
        if (performance.now() > deadline) throw new Error(`not seen within ${withinMs} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function newestRunOr(runs: string): string {
  return join(runs, readdirSync(runs).toSorted().at(-1) ?? 'none');
}
