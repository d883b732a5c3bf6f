import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { hintFrom } from '@ordeal/shared/platform/closest';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';

/** Folder of a platform, by its name (in `./platforms` or among those that are shipped) or by a path. */
export function findPlatform(nameOrPath: string, edge: Edge): string {
  const looksLikePath =
    /^\.\.?$/.test(nameOrPath) ||
    nameOrPath.includes('/') ||
    nameOrPath.endsWith('.ts') ||
    isAbsolute(nameOrPath);
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
  const above = placeAbove(edge.cwd);
  const there = above === undefined ? [] : platformsIn(above);
  if (above !== undefined && there.includes(nameOrPath)) {
    // It is not taken from there: runs are kept, and looked for, in the working directory.
    throw new CommandError(
      `There is no platform "${nameOrPath}" in ./platforms, but one in ${above}: ` +
        `call ordeal in ${dirname(above)}, or with --platform ${asPath(relative(edge.cwd, join(above, nameOrPath)))}.`,
      exitCodes.usage,
    );
  }
  const known = [...new Set([...places.flatMap(platformsIn), ...there])];
  throw new CommandError(
    `There is no platform "${nameOrPath}": ${hintFrom(nameOrPath, known)}. ` +
      'Give the name of a folder in ./platforms, or the path of one with a platform.ts.',
    exitCodes.usage,
  );
}

/** As it is taken for a path, and not for a name. */
function asPath(below: string): string {
  if (below === '') return '.';
  return below.startsWith('.') ? below : `./${below}`;
}

/** The nearest folder of platforms above a directory, for whoever has gone further down. */
function placeAbove(cwd: string): string | undefined {
  for (let folder = dirname(cwd); ; folder = dirname(folder)) {
    const place = join(folder, 'platforms');
    if (platformsIn(place).length > 0) return place;
    if (dirname(folder) === folder) return undefined;
  }
}

function platformsIn(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  return readdirSync(place).filter((name) => existsSync(join(place, name, 'platform.ts')));
}
