import { fileURLToPath } from 'node:url';
import { build, type BuildFailure } from 'esbuild';
import type { Workload } from '@ordeal/shared/load/workload';
import type { ScriptSpec } from '../k6/script-spec.ts';
import { CONTROL, journeyFunction } from '../plan/k6-options.ts';
import { bundleError } from './bundle-error.ts';
import { bundleByHand } from './by-hand.ts';
import { dataLines, GIVEN, secretLines } from './data-sets.ts';
import { onlyOurselves } from './only-ourselves.ts';
import { sharedForAll } from './shared-for-all.ts';
import { findAwaitedCalls } from './strip/awaited-calls.ts';
import { EXPECT_JOURNEY, RUN_AWAITED } from './strip/definitions.ts';
import { parseModule } from './strip/parse.ts';
import { resolveNames } from './strip/scopes.ts';
import { stripAwait } from './strip/strip-await.ts';
import { usual } from './usual.ts';

const runtime = fileURLToPath(new URL('../k6/runtime.ts', import.meta.url));

/** A script for k6, and what became of its journeys on the way. */
export interface Bundle {
  readonly script: string;
  /** Why a journey kept its `await`s, by the journey's name. Those that did not are left out. */
  readonly kept: Readonly<Record<string, string>>;
}

/** Which parts of bundling are left out, to compare with. */
export interface BundleOptions {
  /** Leaves every `await` where it is. */
  readonly keepAwait?: boolean;
}

/**
 * One script that k6 runs as it is: the journeys, the runtime, and what both are told. Rejects with an error
 * that names file and line of every mistake.
 */
export async function bundleScript(
  workload: Workload,
  spec: ScriptSpec,
  options: BundleOptions = {},
): Promise<Bundle> {
  if (workload.script !== undefined)
    return { script: await bundleByHand(workload, workload.script, spec), kept: {} };
  const text = await bundled(workload, entryOf(workload, spec));
  const module = parseModule(text);
  // What esbuild has written can be parsed; if not, k6 says best what is wrong with it.
  if (module === undefined) return { script: text, kept: {} };
  const calls = findAwaitedCalls(module, resolveNames(module));
  const given = [
    ...secretLines(Object.keys(workload.secrets ?? {})),
    ...(await dataLines(calls.journeys, workload.journeys)),
  ];
  const stripped = options.keepAwait === true ? text : stripAwait(text, calls);
  return {
    script: withLines(stripped, given),
    kept: Object.fromEntries(
      calls.journeys.flatMap(({ name, kept }) => (kept === undefined ? [] : [[name, kept]])),
    ),
  };
}

async function bundled(workload: Workload, entry: readonly string[]): Promise<string> {
  try {
    const result = await build({
      ...usual,
      stdin: { contents: entry.join('\n'), sourcefile: 'ordeal-entry.js', loader: 'js', resolveDir: '/' },
      sourcemap: 'inline',
      plugins: [onlyOurselves(runtime), sharedForAll(runtime)],
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw bundleError(error as BuildFailure, workload);
  }
}

/** Puts lines behind everything else but the source map, whose lines and columns stay right. */
function withLines(script: string, lines: readonly string[]): string {
  if (lines.length === 0) return script;
  const map = script.lastIndexOf('//# sourceMappingURL=');
  const end = map < 0 ? script.length : map;
  return `${script.slice(0, end)}${lines.join('\n')}\n${script.slice(end)}`;
}

/** The generated module. The first lines import the journeys, one a line, in order. */
function entryOf(workload: Workload, spec: ScriptSpec): string[] {
  return [
    ...workload.journeys.map(
      (journey, index) => `import definition${index} from ${quote(fileURLToPath(journey.file))};`,
    ),
    `import { createRuntime } from ${quote(runtime)};`,
    `const spec = ${quote(spec)};`,
    `const ${GIVEN} = { data: {}, secrets: {} };`,
    `const runtime = createRuntime(spec, ${GIVEN});`,
    'export const options = spec.options;',
    ...workload.journeys.flatMap((journey, index) => [
      `runtime.${EXPECT_JOURNEY}(${quote(fileURLToPath(journey.file))}, definition${index});`,
      `export const ${journeyFunction(index)} = () => runtime.${RUN_AWAITED}(${quote(journey.name)}, definition${index});`,
    ]),
    `export const ${CONTROL} = runtime.control;`,
    'export const teardown = runtime.teardown;',
  ];
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
