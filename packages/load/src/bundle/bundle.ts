import { fileURLToPath } from 'node:url';
import { build, type BuildFailure } from 'esbuild';
import type { Workload } from '@ordeal/shared/load/workload';
import type { ScriptSpec } from '../k6/script-spec.ts';
import { CONTROL, journeyFunction } from '../plan/k6-options.ts';
import { bundleError } from './bundle-error.ts';
import { onlyOurselves } from './only-ourselves.ts';
import { sharedForAll } from './shared-for-all.ts';

const runtime = fileURLToPath(new URL('../k6/runtime.ts', import.meta.url));

/**
 * One script that k6 runs as it is: the journeys, the runtime, and what both are told. Rejects with an error
 * that names file and line of every mistake.
 */
export async function bundleScript(workload: Workload, spec: ScriptSpec): Promise<string> {
  const entry = entryOf(workload, spec);
  try {
    const result = await build({
      stdin: { contents: entry.join('\n'), sourcefile: 'ordeal-entry.js', loader: 'js', resolveDir: '/' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2022',
      // k6's engine knows no asynchronous generators.
      supported: { 'async-generator': false, 'for-await': false },
      sourcemap: 'inline',
      sourcesContent: false,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      plugins: [onlyOurselves(runtime), sharedForAll(runtime)],
      tsconfigRaw: {},
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw bundleError(error as BuildFailure, workload);
  }
}

/** The generated module. The first lines import the journeys, one a line, in order. */
function entryOf(workload: Workload, spec: ScriptSpec): string[] {
  return [
    ...workload.journeys.map(
      (journey, index) => `import definition${index} from ${quote(fileURLToPath(journey.file))};`,
    ),
    `import { createRuntime } from ${quote(runtime)};`,
    `const spec = ${quote(spec)};`,
    'const runtime = createRuntime(spec);',
    'export const options = spec.options;',
    ...workload.journeys.flatMap((journey, index) => [
      `if (typeof definition${index}?.run !== 'function') throw new Error(${quote(
        `${fileURLToPath(journey.file)} must export a journey, made with defineJourney, as default`,
      )});`,
      `export const ${journeyFunction(index)} = () => runtime.run(${quote(journey.name)}, definition${index});`,
    ]),
    `export const ${CONTROL} = runtime.control;`,
    'export const teardown = runtime.teardown;',
  ];
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
