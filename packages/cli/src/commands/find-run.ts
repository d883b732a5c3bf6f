import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { readRunFile } from '../run/run-file.ts';
import { listRuns, runsDirectory } from '../run/run-directory.ts';

/** Folder of a run, by id or path; without one the newest that has a record. */
export function findRun(name: string | undefined, platform: string | undefined, edge: Edge): string {
  if (name !== undefined) {
    const places = [
      join(runsDirectory(edge.cwd), name),
      resolve(edge.cwd, name),
      resolve(edge.cwd, name, '..'),
    ];
    const dir = places.find((place) => existsSync(join(place, 'record.json')));
    if (dir !== undefined) return dir;
    throw new CommandError(
      `There is no run "${name}" with a record.json in ${runsDirectory(edge.cwd)}.`,
      exitCodes.usage,
    );
  }
  const newest = listRuns(runsDirectory(edge.cwd))
    .filter((dir) => existsSync(join(dir, 'record.json')))
    .filter((dir) => platform === undefined || readRunFile(dir)?.platform === platform)
    .at(-1);
  if (newest === undefined) {
    throw new CommandError(`There is no finished run in ${runsDirectory(edge.cwd)}.`, exitCodes.usage);
  }
  return newest;
}
