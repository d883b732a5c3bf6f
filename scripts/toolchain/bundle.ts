import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import {
  BUNDLE,
  bundleFolder,
  freshBundle,
  hashOf,
  looksOf,
  MANIFEST,
} from '../../packages/cli/bin/bundle.js';

/*
 * Makes one file of the command, which starts in a fraction of the time that its 900 modules take. `bin/ordeal.js` uses
 * it as long as it is of the sources as they are, and runs from these otherwise.
 */

const root = join(import.meta.dirname, '..', '..');
const entry = join(root, 'packages', 'cli', 'src', 'main.ts');

/** What each command needs. Everything else that is installed is loaded from where it is, when it is needed. */
const BUNDLED = /^(?:@ordeal\/.*|zod(?:\/.*)?|commander)$/;
/** Where modules are that are left out. */
const NOTHING = 'nothing';
/** A file system's clock may lag behind the process's. */
const CLOCK_STEP_MS = 50;

/** Makes the bundle unless there is one of the sources as they are. */
export async function makeBundle(): Promise<void> {
  const folder = bundleFolder(root);
  if (freshBundle(folder, root) !== undefined) return;
  mkdirSync(folder, { recursive: true });
  const began = Date.now();
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    // As CommonJS what Node brings along is loaded when it is called for, and not with everything that it exports.
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
    // Whatever of a module's own place is not known to the plugin must not go unnoticed.
    logOverride: { 'empty-import-meta': 'error' },
    plugins: [ownPlaces, withoutLocales, withoutOtherPrograms, installed(folder)],
  });
  const inputs = Object.keys(metafile.inputs)
    .filter((path) => !path.startsWith(`${NOTHING}:`))
    .map((path) => join(root, path));
  const bundle = join(folder, BUNDLE);
  replace(bundle, outputFiles[0]?.contents ?? '');
  const files = [...new Set([...inputs, ...inputs.flatMap(manifestAbove), ...makers, bundle])];
  const described = files.map((path) => [path, looksOf(path), hashOf(path)]);
  // What was written to meanwhile may have been read before.
  if (files.some((path) => path !== bundle && changedSince(path, began - CLOCK_STEP_MS))) return;
  replace(join(folder, MANIFEST), JSON.stringify({ root, node: process.version, files: described }));
}

/** What decides, besides the sources, what the bundle is. */
const makers = [
  import.meta.filename,
  join(root, 'packages', 'cli', 'bin', 'bundle.js'),
  join(root, 'node_modules', '.package-lock.json'),
  ...globSync('{tsconfig*.json,packages/*/tsconfig*.json}', { cwd: root }).map((path) => join(root, path)),
];

/** A module's own place stays what it is: programs and files beside it are found by it. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup({ initialOptions, onLoad }) {
    initialOptions.define = { 'import.meta.url': 'ownUrl', 'import.meta.dirname': 'ownDirname' };
    onLoad({ filter: /[\\/]packages[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return { contents: text, loader: 'ts' };
      const url = JSON.stringify(pathToFileURL(path).href);
      const places = `const ownUrl = ${url}, ownDirname = ${JSON.stringify(dirname(path))};`;
      return { contents: `${places} ${text}`, loader: 'ts' };
    });
  },
};

/** Nobody asks zod for messages in other languages, which are half of it. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

/** Commander would start a program for a subcommand that is one of its own: there is none, and it takes long to load. */
const withoutOtherPrograms: Plugin = {
  name: 'without-other-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path, namespace: NOTHING } : undefined,
    );
    onLoad({ filter: /.*/, namespace: NOTHING }, () => ({ contents: 'export default undefined;' }));
  },
};

/** Leaves what is installed, but for what is bundled, where it is: as long as the bundle finds the same there. */
function installed(folder: string): Plugin {
  return {
    name: 'installed',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (
          kind === 'entry-point' ||
          path.startsWith('node:') ||
          BUNDLED.test(path) ||
          pluginData === 'asked'
        ) {
          return undefined;
        }
        const from = (place: string) => resolve(path, { kind, resolveDir: place, pluginData: 'asked' });
        const [there, here] = await Promise.all([from(resolveDir), from(folder)]);
        if (there.path === here.path) return { path, external: true };
        return {
          errors: [{ text: `${path} is another one for ${relative(root, resolveDir)} than for the bundle` }],
        };
      });
    },
  };
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
function replace(path: string, contents: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, contents, { flush: true });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
