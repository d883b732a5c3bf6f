import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isEntryPath } from '@ordeal/shared/platform/entry-path';

/** What is wrong with what a person says of a platform, in a sentence; undefined where nothing is. */
type Mistake = string | undefined;

export function nameMistake(name: string | undefined, cwd: string): Mistake {
  if (name === undefined || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    return `expected a name of lower-case letters, digits and hyphens, for instance "shop"; found ${JSON.stringify(name ?? 'none')}`;
  }
  const folder = join(cwd, 'platforms', name);
  if (!existsSync(folder)) return undefined;
  return `${relative(cwd, folder)} exists already, and nothing of it is overwritten: choose another name, or remove it`;
}

export function entryMistake(entry: string | undefined): Mistake {
  const expected = '--entry: expected an address such as https://shop.example';
  if (entry === undefined || !isHttp(entry)) return `${expected}, found "${entry ?? 'none'}"`;
  if (hasUser(entry)) {
    return `${expected}, found one with a user or a password: what authorizes goes into headers of platform.ts`;
  }
  // Paths are put in its place: what follows its own would be lost.
  const { search, hash } = new URL(entry);
  return search === '' && hash === ''
    ? undefined
    : `${expected}, found one with "${search}${hash}" behind its path: a journey says that of each of its requests`;
}

export function prometheusMistake(address: string): Mistake {
  const expected = '--prometheus: expected an address such as https://prometheus.example';
  if (!isHttp(address)) return `${expected}, found "${address}"`;
  return hasUser(address)
    ? `${expected}, found one with a user or a password: who asks goes into prometheus.auth of platform.ts`
    : undefined;
}

export function healthMistake(path: string): Mistake {
  return isEntryPath(path) ? undefined : `--health: expected a path that begins with one /, found "${path}"`;
}

export function openApiMistake(file: string, cwd: string): Mistake {
  if (isHttp(file)) {
    return `--openapi: expected a file, found an address: curl -o openapi.json ${file} first, and name that file`;
  }
  const path = resolve(cwd, file);
  if (!existsSync(path)) return `--openapi: there is no file ${path}`;
  return statSync(path).isDirectory()
    ? `--openapi: expected a file, found the folder ${path}: name the document in it`
    : undefined;
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Such an address would stand in files and records, and no client here takes it. */
function hasUser(text: string): boolean {
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
