import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { transform } from 'esbuild';
import { echo } from 'zx';
import { rolldown, RUNTIME_MODULE_ID, type OutputChunk } from 'rolldown';
import {
  bundleFolder,
  freshBundle,
  hashOf,
  HASHES,
  looksOf,
  MANIFEST,
  NODE,
} from '../../packages/cli/bin/bundle.js';
import {
  importsOutside,
  installed,
  ownPlaces,
  placeNames,
  withoutLocales,
  withoutOtherPrograms,
} from './bundle-plugins.ts';
import { compiledOf, type Part } from './compiled.ts';

/*
 * Makes a few files of the command, which start in a fraction of the time that its 900 modules take. `bin/ordeal.js` uses
 * them as long as they are of the sources as they are, and runs from these otherwise.
 */

const root = join(import.meta.dirname, '..', '..');
const source = join(root, 'packages', 'cli', 'src');
const entry = join(source, 'main.ts');
/** What every run needs, the shortest, too: one file, as each file takes its time. */
const runs = [join(source, 'commands', 'run.ts'), join(source, 'run', 'phases', 'smoke.ts')];

const ENTRY = 'ordeal.cjs';
/** A file system's clock may lag behind the process's. */
const CLOCK_STEP_MS = 50;
/** Bundles that are kept: a run that has begun loads from the one that it has begun with. */
const KEPT = 8;

/** What a set-up has not come to the end of. */
const UNFINISHED = /^(?:compiled-|[0-9a-f]{16}\.\d+$|manifest\.json\.\d+$)/;
/** No set-up takes so long: it was killed. */
const ABANDONED_MS = 3_600_000;

/** Makes the bundle unless there is one of the sources as they are. */
export async function makeBundle(): Promise<void> {
  const folder = bundleFolder(root);
  if (freshBundle(folder, root) !== undefined) return;
  mkdirSync(folder, { recursive: true });
  const began = Date.now();
  const { chunks, inputs } = await bundled(folder);
  const compiled = await compiledOf(folder, chunks, ENTRY).catch((error: unknown) => {
    echo(`  what V8 compiles of ordeal could not be kept, and it starts more slowly: ${String(error)}`);
    return [];
  });
  const name = put(folder, [...chunks, ...compiled]);
  const always = [...neededByEvery(chunks), ...compiled];
  const own = always.map(({ fileName }) => join(folder, name, fileName));
  const files = [...new Set([...inputs, ...inputs.flatMap(manifestAbove), ...makers])];
  const hashes = Object.fromEntries([...files, ...own].map((path) => [path, hashOf(path)]));
  replace(join(folder, name, HASHES), JSON.stringify(hashes));
  const looks = [...files, ...own].flatMap(looksOf);
  // What was written to meanwhile may have been read before.
  if (files.some((path) => changedSince(path, began - CLOCK_STEP_MS))) return;
  const manifest = {
    root,
    node: NODE,
    entry: join(name, ENTRY),
    files: [...files, ...own],
    looks,
  };
  replace(join(folder, MANIFEST), JSON.stringify(manifest));
  removeOld(folder, name);
}

/** What decides, besides the sources, what the bundle is. */
const makers = [
  import.meta.filename,
  ...['bundle-plugins.ts', 'compiled.ts', 'keep-compiled.main.ts'].map((name) =>
    join(import.meta.dirname, name),
  ),
  ...['bundle.js', 'load-bundle.js'].map((name) => join(root, 'packages', 'cli', 'bin', name)),
  join(root, 'node_modules', '.package-lock.json'),
  ...globSync('{tsconfig*.json,packages/*/tsconfig*.json}', { cwd: root }).map((path) => join(root, path)),
];

/** Name of the file that holds what every run needs. */
const RUN = 'run';

/** The entry, what every run needs, and whatever either loads with it. */
function neededByEvery(chunks: readonly OutputChunk[]): readonly OutputChunk[] {
  const needed = new Set(chunks.filter(({ isEntry, name }) => isEntry || name === RUN));
  // A set goes on to what is added to it meanwhile.
  for (const { imports } of needed)
    for (const one of chunks) if (imports.includes(one.fileName)) needed.add(one);
  return [...needed];
}

async function bundled(
  folder: string,
): Promise<{ readonly chunks: readonly OutputChunk[]; readonly inputs: readonly string[] }> {
  let atStart: ReadonlySet<string> = new Set();
  let inRuns: ReadonlySet<string> = new Set();
  let inputs: readonly string[] = [];
  const build = await rolldown({
    input: { ordeal: entry },
    cwd: root,
    platform: 'node',
    tsconfig: false,
    transform: { target: 'node24', define: placeNames },
    preserveEntrySignatures: 'allow-extension',
    // Whatever of a module's own place is not known to the plugin must not go unnoticed, nor anything else.
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
    plugins: [
      ownPlaces,
      withoutLocales,
      withoutOtherPrograms,
      importsOutside,
      installed(root, folder),
      {
        name: 'who-needs-what',
        buildEnd() {
          const from = (paths: readonly string[]): ReadonlySet<string> => {
            const seen = new Set(paths);
            // A set goes on to what is added to it meanwhile.
            for (const id of seen)
              for (const path of this.getModuleInfo(id)?.importedIds ?? []) seen.add(path);
            return seen;
          };
          atStart = from([entry]);
          inRuns = from(runs);
          inputs = [...this.getModuleIds()].filter((id) => isAbsolute(id));
        },
      },
    ],
  });
  try {
    const { output } = await build.generate({
      // As CommonJS what Node brings along is loaded when it is called for, and not with everything that it exports.
      format: 'cjs',
      dynamicImportInCjs: false,
      entryFileNames: ENTRY,
      chunkFileNames: '[name].cjs',
      comments: false,
      codeSplitting: {
        groups: [
          { name: 'ordeal', test: (id) => atStart.has(id) || id === RUNTIME_MODULE_ID, priority: 2 },
          { name: RUN, test: (id) => inRuns.has(id), priority: 1 },
        ],
      },
    });
    const chunks = output.filter((one) => one.type === 'chunk');
    return { chunks: await Promise.all(chunks.map(short)), inputs };
  } finally {
    await build.close();
  }
}

/**
 * As short as it can be with its names, as all of it is held in memory; and in ASCII, as one other character doubles what
 * it takes. In lines, for whoever reads where something broke.
 */
async function short(chunk: OutputChunk): Promise<OutputChunk> {
  const { code } = await transform(chunk.code, {
    target: 'node24',
    charset: 'ascii',
    legalComments: 'none',
    minifyWhitespace: true,
    lineLimit: 120,
  });
  return { ...chunk, code };
}

/**
 * Writes the files into a folder of their own, which is there whole or not at all. One that is there already, and was
 * changed since, is mended file by file: a run may be under way in it. Returns its name.
 */
export function put(folder: string, parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { fileName, code } of parts) hash.update(`${fileName}\0`).update(code).update('\0');
  const name = hash.digest('hex').slice(0, 16);
  if (existsSync(join(folder, name))) {
    for (const { fileName, code } of parts) {
      if (!holds(join(folder, name, fileName), code)) replace(join(folder, name, fileName), code);
    }
    return name;
  }
  const temporary = join(folder, `${name}.${process.pid}`);
  try {
    mkdirSync(temporary);
    for (const { fileName, code } of parts) writeFileSync(join(temporary, fileName), code, { flush: true });
    renameSync(temporary, join(folder, name));
  } catch (error) {
    // Somebody else has made the same meanwhile.
    if (!existsSync(join(folder, name))) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return name;
}

function holds(path: string, code: Part['code']): boolean {
  return existsSync(path) && readFileSync(path).equals(Buffer.from(code));
}

function removeOld(folder: string, current: string): void {
  const bundles = readdirSync(folder)
    .filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current)
    .map((name) => ({ path: join(folder, name), madeAt: statSync(join(folder, name)).mtimeMs }))
    .toSorted((left, right) => right.madeAt - left.madeAt);
  for (const { path } of bundles.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
  const unfinished = readdirSync(folder)
    .filter((name) => UNFINISHED.test(name))
    .map((name) => join(folder, name));
  for (const path of unfinished) {
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
    if (mtimeMs < Date.now() - ABANDONED_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** The package.json above a file: it says what its package's names lead to. */
function manifestAbove(path: string): readonly string[] {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return [manifest];
  }
  return [];
}

function changedSince(path: string, instant: number): boolean {
  const { mtimeMs, ctimeMs } = statSync(path);
  return Math.max(mtimeMs, ctimeMs) >= instant;
}

/** Nobody ever reads half a file. */
function replace(path: string, contents: Part['code']): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, contents, { flush: true });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
