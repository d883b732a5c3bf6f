import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execPath, version } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleFolder, freshBundle, hashOf, HASHES, looksOf, MANIFEST, NODE } from '../../bin/bundle.js';
import { COMPILED, loadPart } from '../../bin/load-bundle.js';

const run = promisify(execFile);

let root: string;
let source: string;
let entry: string;
let hashes: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ordeal-bundle-')));
  source = join(root, 'source.ts');
  entry = join(root, 'made', 'ordeal.cjs');
  hashes = join(root, 'made', HASHES);
  writeFileSync(source, 'export const answer = 41;');
  mkdirSync(join(root, 'made'));
  writeFileSync(entry, 'made of it');
  const files = [source, entry];
  writeFileSync(hashes, JSON.stringify(Object.fromEntries(files.map((path) => [path, hashOf(path)]))));
  const looks = files.flatMap(looksOf);
  writeFileSync(
    join(root, MANIFEST),
    JSON.stringify({ root, node: NODE, entry: join('made', 'ordeal.cjs'), files, looks }),
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The same contents, but another file. */
function writeAnew(): void {
  cpSync(source, `${source}.copy`);
  rmSync(source);
  cpSync(`${source}.copy`, source);
}

describe('a bundle is used', () => {
  it('as long as the sources are what they were', () => {
    expect(freshBundle(root, root)).toBe(entry);
  });

  it('where the same was written anew, as a copy on another machine is', () => {
    writeAnew();
    expect(freshBundle(root, root)).toBe(entry);
  });
});

describe('a bundle is left alone', () => {
  it('when a source has changed, though its size and time are what they were', async () => {
    // The bundle is never made of files that were written to just now: a file system's clock goes in steps.
    await setTimeout(50);
    const { atime, mtime } = statSync(source);
    writeFileSync(source, 'export const answer = 42;');
    utimesSync(source, atime, mtime);
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when a source is gone', () => {
    rmSync(source);
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when it is another one than its manifest is of', () => {
    writeFileSync(entry, 'made of other');
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when half of its manifest is missing', () => {
    const manifest = join(root, MANIFEST);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').slice(0, -10));
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when a file looks different, and nothing says what it held', () => {
    rmSync(hashes);
    expect(freshBundle(root, root)).toBe(entry);
    writeAnew();
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when its manifest names no files', () => {
    const manifest = { root, node: NODE, entry: join('made', 'ordeal.cjs'), files: [], looks: [] };
    writeFileSync(join(root, MANIFEST), JSON.stringify(manifest));
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when there is none', () => {
    expect(freshBundle(join(root, 'nowhere'), root)).toBeUndefined();
  });

  it('when the checkout has been moved, or Node is another', () => {
    expect(freshBundle(root, join(root, 'elsewhere'))).toBeUndefined();
    const manifest = join(root, MANIFEST);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(NODE, NODE.replace(version, 'v24.0.0')));
    expect(freshBundle(root, root)).toBeUndefined();
  });
});

it('holds what it was made as, also where somebody has written into it since', async () => {
  const { put } = await import('../../../../scripts/toolchain/bundle.ts');
  const parts = [
    { fileName: 'ordeal.cjs', code: 'made' },
    { fileName: 'part.cjs', code: 'a part' },
  ];
  const made = join(root, put(root, parts));
  writeFileSync(join(made, 'ordeal.cjs'), 'tried out');
  rmSync(join(made, 'part.cjs'));
  expect(join(root, put(root, parts))).toBe(made);
  expect(parts.map(({ fileName }) => readFileSync(join(made, fileName), 'utf8'))).toEqual(['made', 'a part']);
});

describe('a part of a bundle', () => {
  const write = (name: string, code: string): string => {
    const path = join(root, 'made', name);
    writeFileSync(path, code);
    return path;
  };

  it('is loaded once, by whichever part needs it first', () => {
    write('shared.cjs', 'exports.made = {};');
    write('plain.cjs', "exports.made = require('./shared.cjs').made;");
    const first = write(
      'first.cjs',
      "exports.made = [require('./shared.cjs'), require('./plain.cjs')].map((one) => one.made);",
    );
    const compiled: string[] = [];
    const { made } = loadPart(
      first,
      (path) => (basename(path) === 'plain.cjs' ? undefined : {}),
      (path) => compiled.push(basename(path)),
    ) as { readonly made: readonly object[] };
    expect(made[0]).toBe(made[1]);
    expect(compiled).toEqual(['first.cjs', 'shared.cjs']);
  });

  it('is run all the same where V8 does not take what was compiled', () => {
    const path = write('anew.cjs', 'exports.answer = 42;');
    writeFileSync(`${path}${COMPILED}`, 'of another V8');
    expect(loadPart(path)).toEqual({ answer: 42 });
  });

  it('finds what Node brings along, and its own place', () => {
    const path = write(
      'placed.cjs',
      "exports.places = [require('node:path').basename(__filename), __dirname];",
    );
    expect(loadPart(path, () => ({}))).toEqual({ places: ['placed.cjs', join(root, 'made')] });
  });
});

it('what a gate compiles is not kept when it does not pass', { timeout: 60_000 }, async () => {
  const { compiledOf } = await import('../../../../scripts/toolchain/compiled.ts');
  const parts = [
    { fileName: 'ordeal.cjs', code: 'exports.main = async () => { console.log("no"); process.exit(1); };' },
  ];
  await expect(compiledOf(root, parts, 'ordeal.cjs')).rejects.toThrow('a smoke gate ended with 1:\nno');
});

describe('the bundle of this checkout', () => {
  const checkout = join(import.meta.dirname, '..', '..', '..', '..');
  let bundled: string;
  beforeAll(async () => {
    const { makeBundle } = await import('../../../../scripts/toolchain/bundle.ts');
    await makeBundle();
    bundled = freshBundle(bundleFolder(checkout), checkout) ?? '';
    if (bundled === '') throw new Error('the bundle is not of the sources as they are');
  }, 180_000);

  it('says what the sources say', { timeout: 180_000 }, async () => {
    const said = await run(execPath, [
      '-e',
      `require(${JSON.stringify(bundled)}).main()`,
      'ordeal',
      'load',
      '--help',
    ]);
    const sources = join(import.meta.dirname, '../../src/main.ts');
    const meant = await run(execPath, [
      '-e',
      `import(${JSON.stringify(sources)}).then(({ main }) => main())`,
      'ordeal',
      'load',
      '--help',
    ]);
    expect(said.stdout).toContain('Usage: ordeal load');
    expect(said.stdout).toEqual(meant.stdout);
  });

  // One other character would make V8 hold two bytes for each. Templates with a tag are the only place where they stay.
  it('is in ASCII', () => {
    for (const name of ['ordeal.cjs', 'run.cjs']) {
      const lines = readFileSync(join(dirname(bundled), name), 'utf8').split('\n');
      expect(lines.filter((line) => /[^\0-\x7F]/.test(line))).toEqual([]);
    }
  });

  it('has beside it what a smoke gate has compiled of it, which V8 takes', async () => {
    const program = `
      const { COMPILED, loadPart } = require(${JSON.stringify(join(checkout, 'packages', 'cli', 'bin', 'load-bundle.js'))});
      const { readFileSync } = require('node:fs');
      const taken = {};
      const kept = (path) => ({ cachedData: readFileSync(path + COMPILED) });
      const note = (path, script) => (taken[require('node:path').basename(path)] = !script.cachedDataRejected);
      for (const part of ['ordeal.cjs', 'run.cjs']) loadPart(${JSON.stringify(dirname(bundled))} + '/' + part, kept, note);
      process.stdout.write(JSON.stringify(taken));`;
    expect(JSON.parse((await run(execPath, ['-e', program])).stdout)).toEqual({
      'ordeal.cjs': true,
      'rolldown-runtime.cjs': true,
      'run.cjs': true,
    });
  });

  it('can be loaded, every part of it', async () => {
    const program = `
      const { readdirSync } = require('node:fs');
      const parts = readdirSync(${JSON.stringify(dirname(bundled))}).filter((name) => name.endsWith('.cjs'));
      for (const part of parts) require(${JSON.stringify(dirname(bundled))} + '/' + part);
      process.stdout.write(String(parts.length));`;
    expect(Number((await run(execPath, ['-e', program])).stdout)).toBeGreaterThan(50);
  });

  it('loads no more than it needs', { timeout: 60_000 }, async () => {
    const loader = join(checkout, 'packages', 'cli', 'bin', 'load-bundle.js');
    const loadedBy = async (argv: readonly string[]): Promise<readonly string[]> => {
      const program = `
        process.on('exit', () => require('node:fs').writeSync(2, JSON.stringify(Object.keys(require.cache))));
        process.exitCode = 0;
        require(${JSON.stringify(loader)}).loadPart(${JSON.stringify(bundled)}).main();`;
      const ended = await run(execPath, ['-e', program, 'ordeal', ...argv], { cwd: root }).catch(
        (error: unknown) => error as { readonly stderr: string },
      );
      const paths = JSON.parse(/\[".*"\]$/.exec(ended.stderr)?.[0] ?? '[]') as readonly string[];
      const parts = paths.filter((path) => dirname(path) === dirname(bundled));
      return parts.map((path) => basename(path)).toSorted();
    };
    expect(await loadedBy(['--help'])).toEqual(['ordeal.cjs', 'rolldown-runtime.cjs']);
    // Ends as there is no such platform, after all that every run needs was loaded.
    const byEvery = await loadedBy(['smoke', '--platform', 'nowhere']);
    expect(byEvery).toEqual(['ordeal.cjs', 'rolldown-runtime.cjs', 'run.cjs']);
    const manifest = JSON.parse(readFileSync(join(bundleFolder(checkout), MANIFEST), 'utf8')) as {
      readonly files: readonly string[];
    };
    const looked = manifest.files.filter((path) => dirname(path) === dirname(bundled));
    expect(looked.map((path) => basename(path))).toEqual(expect.arrayContaining([...byEvery]));
  });
});
