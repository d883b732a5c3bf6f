import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/** Marks a question that is asked again from here, so that it is not taken up a second time. */
const ASKED_AGAIN = 'asked again';

/** Finds `@ordeal/shared` for journeys that stand outside of any checkout: as the runtime itself finds it. */
export function sharedForAll(runtime: string): Plugin {
  return {
    name: 'shared-for-all',
    setup(build) {
      build.onResolve({ filter: /^@ordeal\/shared\// }, ({ path, kind, pluginData }) =>
        pluginData === ASKED_AGAIN
          ? undefined
          : build.resolve(path, { kind, resolveDir: dirname(runtime), pluginData: ASKED_AGAIN }),
      );
    },
  };
}
