import { fileURLToPath } from 'node:url';
import { build, type BuildFailure } from 'esbuild';
import type { Workload, WorkloadScript } from '@ordeal/shared/load/workload';
import type { ScriptSpec } from '../k6/script-spec.ts';
import { CONTROL, journeyFunction } from '../plan/k6-options.ts';
import { bundleError } from './bundle-error.ts';
import { measuredModules } from './measured-modules.ts';
import { sharedForAll } from './shared-for-all.ts';
import { usual } from './usual.ts';

const runtime = fileURLToPath(new URL('../k6/script-runtime.ts', import.meta.url));

/** What k6 takes of a script besides the functions that its scenarios run. */
const notRun = ['default', 'options', 'setup', 'teardown', 'handleSummary'];

/**
 * A script that was written by hand, with what measures it around it. Modules that it imports by address are left to
 * k6. Rejects with an error that names file and line of every mistake.
 */
export async function bundleByHand(
  workload: Workload,
  script: WorkloadScript,
  spec: ScriptSpec,
): Promise<string> {
  const file = fileURLToPath(script.file);
  const plugins = [measuredModules(runtime), sharedForAll(runtime)];
  try {
    const looked = await build({ ...usual, entryPoints: [file], outdir: '/', metafile: true, plugins });
    const names = Object.values(looked.metafile.outputs).flatMap((output) => output.exports);
    if (!names.includes('default') && script.scenarios === 'workload') {
      throw new Error(
        `${file}: expected a default function, which is called at the workload's rate, found ${names.join(', ') || 'no export'}`,
      );
    }
    const result = await build({
      ...usual,
      stdin: {
        contents: entryOf(file, names, spec, script.scenarios === 'own').join('\n'),
        sourcefile: 'ordeal-entry.js',
        loader: 'js',
        resolveDir: '/',
      },
      sourcemap: 'inline',
      plugins,
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw (error as BuildFailure).errors === undefined ? error : bundleError(error as BuildFailure, workload);
  }
}

function entryOf(file: string, names: readonly string[], spec: ScriptSpec, own: boolean): readonly string[] {
  const functions = names.filter((name) => !notRun.includes(name));
  return [
    `import * as ordealScript from ${JSON.stringify(file)};`,
    `import { createScriptRuntime } from ${JSON.stringify(runtime)};`,
    `const ordealRuntime = createScriptRuntime(${JSON.stringify(spec)}, ordealScript, ${own});`,
    'export const options = ordealRuntime.options;',
    'export const setup = ordealRuntime.setup;',
    'export const teardown = ordealRuntime.teardown;',
    `export const ${CONTROL} = ordealRuntime.control;`,
    `export const ${journeyFunction(0)} = (data) => ordealRuntime.iterate('default', data);`,
    ...(names.includes('default')
      ? ["export default (data) => ordealRuntime.iterate('default', data);"]
      : []),
    ...functions.flatMap((name, index) => [
      `const ordealRun${index} = (data) => ordealRuntime.iterate(${JSON.stringify(name)}, data);`,
      `export { ordealRun${index} as ${name} };`,
    ]),
  ];
}
