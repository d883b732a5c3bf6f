import { existsSync } from 'node:fs';
import { registerHooks, type ResolveFnOutput } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { importModule } from '../../bin/import-module.js';
import { CommandError, exitCodes } from '../command-error.ts';

/** Imports a TypeScript file that a user wrote; a mistake in it names the file and, where known, the line. */
export async function importFile(path: string, what: string): Promise<Record<string, unknown>> {
  findShared();
  if (!existsSync(path)) throw new CommandError(`${what} is not there: ${path}`, exitCodes.usage);
  try {
    return await importModule(pathToFileURL(path).href);
  } catch (error) {
    throw new CommandError(
      `${what} cannot be read: ${path}\n  ${reasonOf(error, path)}`,
      exitCodes.usage,
      [],
      error,
    );
  }
}

function reasonOf(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  const place = new RegExp(`${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}:(\\d+)(?::\\d+)?`).exec(
    error.stack ?? '',
  );
  const line = place === null ? '' : ` (line ${place[1]})`;
  return `${error.name}: ${error.message}${line}`;
}

/** A path as a person would name it: relative below the working directory, whole elsewhere. */
export function shownPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

let registered = false;

const SHARED = '@ordeal/shared/';
/** What the package's `exports` lead to. */
const sharedSources = new URL('../../../shared/src/', import.meta.url);

/**
 * Lets files outside of any checkout import `@ordeal/shared`: it is found as this file itself finds it. And tells Node
 * that a TypeScript file is a module: where no package.json does it would find that out by reading it twice, and where
 * one says "commonjs", as `npm init` writes it for a folder of anything, it would not take its imports.
 */
function findShared(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (!specifier.startsWith(SHARED)) return asModule(next(specifier, context));
      // To look for it as Node does, through the packages of all folders above, takes longer than to read it.
      const { href } = new URL(`${specifier.slice(SHARED.length)}.ts`, sharedSources);
      if (existsSync(fileURLToPath(href))) {
        return { url: href, format: 'module-typescript', shortCircuit: true };
      }
      // Node says best what is wrong with it.
      return next(specifier, { ...context, parentURL: import.meta.url });
    },
  });
}

function asModule(found: ResolveFnOutput): ResolveFnOutput {
  return found.url.endsWith('.ts') && [undefined, null, 'commonjs-typescript'].includes(found.format)
    ? { ...found, format: 'module-typescript' }
    : found;
}
