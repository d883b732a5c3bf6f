import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workload } from '@ordeal/shared/load/workload';
import { k6Globals } from './k6-globals.ts';

/** A compiler that takes longer has not answered. */
const PATIENCE_MS = 20_000;

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

/** A type that does not fit. */
export interface TypeMistake {
  /** `file:line:column` */
  readonly place: string;
  readonly text: string;
}

/**
 * Checks the types of journeys, or of a script, with the TypeScript that is installed where they are, or else with
 * the suite's: bundling leaves types out unseen. Where no compiler is installed, or it does not answer, nothing is said.
 */
export async function typeMistakes(
  workload: Pick<Workload, 'journeys' | 'script'>,
  node: string,
): Promise<readonly TypeMistake[]> {
  const files = filesOf(workload);
  const [first] = files;
  const compiler = first === undefined ? undefined : compilerFor(first);
  if (first === undefined || compiler === undefined) return [];
  const k6 = workload.script === undefined ? undefined : typesOfK6(first);
  if (workload.script !== undefined && k6 === undefined) return [];
  const all = mistakesIn(
    await compile(node, compiler, (globals) => settingsFor([...files, globals], k6), dirname(first)),
    dirname(first),
  );
  const mistakes = all.some(({ code }) => code === NOT_FOUND)
    ? all.filter(({ code }) => !UNKNOWN.test(code))
    : all;
  const told = mistakes.filter(
    ({ code, file }) => code !== NOT_FOUND && !/[\\/]node_modules[\\/]/.test(file),
  );
  return told.map(({ file, line, column, code, text }) => ({
    place: `${file}:${line}:${column}`,
    text: `${text} (TS${code})`,
  }));
}

/**
 * What the compiler prints of files, by settings that are there only for as long as it runs; `settings` is given the
 * file that declares what k6 has without an import.
 */
async function compile(
  node: string,
  compiler: string,
  settings: (globals: string) => unknown,
  cwd: string,
): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-types-'));
  try {
    const file = join(dir, 'tsconfig.json');
    const globals = join(dir, 'k6-globals.d.ts');
    writeFileSync(globals, k6Globals);
    writeFileSync(file, JSON.stringify(settings(globals)));
    return await run(node, [compiler, '--project', file, '--pretty', 'false'], cwd);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function filesOf({ journeys, script }: Pick<Workload, 'journeys' | 'script'>): readonly string[] {
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

/**
 * Folder of k6's types: those that are installed where a script is, or else the suite's. Without them a script cannot be
 * checked.
 */
function typesOfK6(file: string): string | undefined {
  for (const from of [file, fileURLToPath(import.meta.url)]) {
    try {
      return dirname(createRequire(from).resolve('@types/k6/package.json'));
    } catch {
      continue;
    }
  }
  return undefined;
}

function settingsFor(files: readonly string[], k6: string | undefined): unknown {
  // As the bundle finds it: journeys may stand outside of any checkout.
  const shared = resolve(
    dirname(createRequire(import.meta.url).resolve('@ordeal/shared/journey/journey')),
    '..',
  );
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
      types: k6 === undefined ? [] : ['k6'],
      ...(k6 === undefined ? {} : { typeRoots: [dirname(k6)] }),
      paths: {
        '@ordeal/shared/*': [`${shared}/*.ts`],
        ...(k6 === undefined ? {} : { k6: [k6], 'k6/*': [`${k6}/*`] }),
      },
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
