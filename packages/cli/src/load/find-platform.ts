import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { hintFrom } from '@ordeal/shared/platform/closest';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';

/** Folder of a platform, by its name (in `./platforms` or among those that are shipped) or by a path. */
export function findPlatform(nameOrPath: string, edge: Edge): string {
  const looksLikePath = nameOrPath.includes('/') || nameOrPath.endsWith('.ts') || isAbsolute(nameOrPath);
  if (looksLikePath) {
    const path = resolve(edge.cwd, nameOrPath);
    const folder = path.endsWith('platform.ts') ? join(path, '..') : path;
    if (existsSync(join(folder, 'platform.ts'))) return folder;
    throw new CommandError(`There is no platform.ts in ${folder}.`, exitCodes.usage);
  }
  const places = [join(edge.cwd, 'platforms'), join(edge.root, 'platforms')];
  const folder = places
    .map((place) => join(place, nameOrPath))
    .find((one) => existsSync(join(one, 'platform.ts')));
  if (folder !== undefined) return folder;
  const known = [...new Set(places.flatMap(platformsIn))];
  throw new CommandError(
    `There is no platform "${nameOrPath}": ${hintFrom(nameOrPath, known)}. ` +
      'Give the name of a folder in ./platforms, or the path of one with a platform.ts.',
    exitCodes.usage,
  );
}

function platformsIn(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  return readdirSync(place).filter((name) => existsSync(join(place, name, 'platform.ts')));
}
