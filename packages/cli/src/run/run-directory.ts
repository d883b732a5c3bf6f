import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';
import { whatToDo } from './not-begun.ts';

/** Where the runs of a working directory are kept. */
export function runsDirectory(cwd: string): string {
  return join(cwd, '.ordeal', 'runs');
}

/** Makes the directory of a new run. Its id sorts by time, and is safe in addresses and label values. */
export function createRunDirectory(
  cwd: string,
  startedAt: Date,
): { readonly id: string; readonly dir: string } {
  // To the millisecond: commands that only read may follow each other within a second.
  const stamp = startedAt
    .toISOString()
    .replaceAll(/[-:.Z]/g, '')
    .toLowerCase();
  const id = `${stamp}-${randomBytes(3).toString('hex')}`;
  const dir = join(runsDirectory(cwd), id);
  try {
    mkdirSync(join(dir, 'undo'), { recursive: true });
  } catch (error) {
    const reason = reasonOf(error);
    throw new CommandError(
      `The run's folder cannot be made: ${reason}. Nothing was touched. ${whatToDo(error)}`,
      exitCodes.usage,
      [],
      error,
    );
  }
  return { id, dir };
}

/** Folders of all runs, oldest first. */
export function listRuns(runsDir: string): readonly string[] {
  if (!existsSync(runsDir)) return [];
  return readdirSync(runsDir)
    .toSorted()
    .map((id) => join(runsDir, id));
}
