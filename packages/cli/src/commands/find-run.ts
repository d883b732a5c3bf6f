import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { listRuns, runsDirectory } from '../run/run-directory.ts';
import { readRecord } from './read-record.ts';

/** Folder of a run, by its id, its folder or its record's path; without a name the newest that has a record. */
export function findRun(name: string | undefined, platform: string | undefined, edge: Edge): string {
  if (name !== undefined) {
    const path = resolve(edge.cwd, name);
    const places = [
      join(runsDirectory(edge.cwd), name),
      basename(path) === 'record.json' ? dirname(path) : path,
    ];
    const dir = places.find((place) => existsSync(join(place, 'record.json')));
    if (dir !== undefined) return dir;
    throw new CommandError(
      `There is no run "${name}" with a record.json in ${runsDirectory(edge.cwd)}, nor is that the folder or the record.json of one.`,
      exitCodes.usage,
    );
  }
  const newest = listRuns(runsDirectory(edge.cwd))
    .filter((dir) => existsSync(join(dir, 'record.json')))
    .findLast((dir) => platform === undefined || platformOf(dir) === platform);
  if (newest === undefined) {
    throw new CommandError(`There is no finished run in ${runsDirectory(edge.cwd)}.`, exitCodes.usage);
  }
  return newest;
}

// One record that cannot be read must not hide the others.
function platformOf(dir: string): string | undefined {
  try {
    return readRecord(dir).run.platform;
  } catch {
    return undefined;
  }
}
