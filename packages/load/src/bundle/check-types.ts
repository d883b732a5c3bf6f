import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workload } from '@ordeal/shared/load/workload';

/** A compiler that takes longer has not answered. */
const PATIENCE_MS = 20_000;
const MOST_ERRORS = 10;

/** A module that was not found: bundling says so, and better. */
const NOT_FOUND = '2307';
/** Types that are unknown, which is no mistake where a module was not found. */
const UNKNOWN = /^70\d\d$/;

interface Mistake {
  readonly file: string;
  readonly line: string;
  readonly column: string;
  readonly code: string;
  readonly text: string;
}

/**
 * Checks the types of journeys, or of a script, with the TypeScript that is installed where they are, or else with
 * the suite's: bundling leaves types out unseen. Rejects with file and line of every mistake. Where no compiler is
 * installed, or it does not answer, nothing is said.
 */
export async function checkTypes(workload: Workload, node: string, dir: string): Promise<void> {
  const files = filesOf(workload);
  const [first] = files;
  const compiler = first === undefined ? undefined : compilerFor(first);
  if (first === undefined || compiler === undefined) return;
  const types = workload.script === undefined ? [] : typesFor(first);
  if (types === undefined) return;
  const settings = join(dir, 'types', 'tsconfig.json');
  mkdirSync(dirname(settings), { recursive: true });
  writeFileSync(settings, JSON.stringify(settingsFor(files, types)));
  const output = await run(node, [compiler, '--project', settings, '--pretty', 'false'], dirname(first));
  const all = mistakesIn(output, dirname(first));
  const mistakes = all.some(({ code }) => code === NOT_FOUND)
    ? all.filter(({ code }) => !UNKNOWN.test(code))
    : all;
  const told = mistakes.filter(
    ({ code, file }) => code !== NOT_FOUND && !/[\\/]node_modules[\\/]/.test(file),
  );
  if (told.length === 0) return;
  const lines = told
    .slice(0, MOST_ERRORS)
    .map(({ file, line, column, code, text }) => `${file}:${line}:${column}: ${text} (TS${code})`);
  const more = told.length > MOST_ERRORS ? [`and ${told.length - MOST_ERRORS} more`] : [];
  const what = workload.script === undefined ? 'The journeys' : 'The script';
  throw new Error(
    `${what} of workload ${workload.name}: types do not fit:\n  ${[...lines, ...more].join('\n  ')}`,
  );
}

function filesOf({ journeys, script }: Workload): readonly string[] {
  const urls = script === undefined ? journeys.map(({ file }) => file) : [script.file];
  return urls.map((url) => fileURLToPath(url)).filter((file) => /\.[cm]?ts$/.test(file) && existsSync(file));
}

/** The compiler's program: that of the project that a file is in, or else the suite's own. */
function compilerFor(file: string): string | undefined {
  for (const from of [file, fileURLToPath(import.meta.url)]) {
    try {
      const require = createRequire(from);
      const manifest = require.resolve('typescript/package.json');
      return join(dirname(manifest), 'bin', 'tsc');
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Without k6's types a script cannot be checked. */
function typesFor(file: string): readonly string[] | undefined {
  try {
    createRequire(file).resolve('@types/k6/package.json');
    return ['k6'];
  } catch {
    return undefined;
  }
}

function settingsFor(files: readonly string[], types: readonly string[]): unknown {
  // As the bundle finds it: journeys may stand outside of any checkout.
  const shared = resolve(dirname(fileURLToPath(import.meta.resolve('@ordeal/shared/journey/journey'))), '..');
  return {
    files,
    compilerOptions: {
      noEmit: true,
      target: 'es2024',
      lib: ['es2024'],
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      types,
      paths: { '@ordeal/shared/*': [`${shared}/*.ts`] },
    },
  };
}

/** What the compiler prints; nothing when it does not run. */
function run(node: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done) => {
    execFile(node, [...args], { cwd, timeout: PATIENCE_MS, maxBuffer: 16 * 1024 * 1024 }, (_, stdout) =>
      done(stdout),
    );
  });
}

function mistakesIn(output: string, cwd: string): readonly Mistake[] {
  return output.split('\n').flatMap((printed) => {
    const found = /^(.+)\((\d+),(\d+)\): error TS(\d+): (.*)$/.exec(printed);
    if (found === null) return [];
    const [, file = '', line = '', column = '', code = '', text = ''] = found;
    return [{ file: resolve(cwd, file), line, column, code, text }];
  });
}
