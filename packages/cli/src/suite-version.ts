import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from 'node:process';
import type { Edge } from './edge.ts';

/** The suite's own version. */
export function suiteVersion(edge: Pick<Edge, 'root'>): string {
  const manifest = JSON.parse(readFileSync(join(edge.root, 'packages', 'cli', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** What runs this, as a record names it in `environment.versions`. */
export function ownVersions(edge: Pick<Edge, 'root'>): { readonly ordeal: string; readonly node: string } {
  return { ordeal: suiteVersion(edge), node: versions.node };
}
