import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly resolved?: string;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

const root = join(import.meta.dirname, '..', '..', '..', '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;

// npm silently leaves a platform's package out of the lock when the registry lacks it, and `npm ci` then fails
// on that platform only.
it('has every optional dependency of every package in the lock', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path} → ${name}`),
  );
  expect(missing).toEqual([]);
});

it('names no registry host', () => {
  const hosts = Object.values(lock.packages).flatMap((entry) =>
    /^https?:/.test(entry.resolved ?? '') ? [entry.resolved] : [],
  );
  expect(hosts).toEqual([]);
});

/** Looks as Node does: beside the package, then in every folder above it. */
function isLocked(path: string, name: string): boolean {
  const parts = path === '' ? [] : path.split('/node_modules/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = parts.slice(0, depth).join('/node_modules/');
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
  }
  return false;
}
