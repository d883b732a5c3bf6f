import { dirname, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Leaves k6's own modules to k6 for the runtime, and refuses them to journeys: what imports k6 cannot run in Node.
 */
export function onlyOurselves(runtime: string): Plugin {
  const ours = dirname(runtime) + sep;
  return {
    name: 'only-ourselves',
    setup(build) {
      build.onResolve({ filter: /^k6(\/|$)/ }, ({ path, importer }) =>
        importer.startsWith(ours)
          ? { path, external: true }
          : {
              errors: [
                {
                  text: `A journey may not import ${JSON.stringify(path)}, since it must run in Node as well: use its context`,
                },
              ],
            },
      );
    },
  };
}
