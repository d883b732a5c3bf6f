import { dirname, join, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules of k6 that a script gets with a measure around them. */
const measured: Readonly<Record<string, string>> = { k6: 'measured-k6.ts', 'k6/http': 'measured-http.ts' };

/** Leaves k6's own modules, and what is imported by its address, to k6; where requests are made, they are measured. */
export function measuredModules(runtime: string): Plugin {
  const ours = dirname(runtime);
  return {
    name: 'measured-modules',
    setup(build) {
      build.onResolve({ filter: /^k6(\/|$)/ }, ({ path, importer }) => {
        const measure = importer.startsWith(ours + sep) ? undefined : measured[path];
        return measure === undefined ? { path, external: true } : { path: join(ours, measure) };
      });
      build.onResolve({ filter: /^https?:\/\// }, ({ path }) => ({ path, external: true }));
    },
  };
}
