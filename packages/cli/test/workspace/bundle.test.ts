import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
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
import { bundleFolder, freshBundle, hashOf, HASHES, looksOf, MANIFEST } from '../../bin/bundle.js';

const run = promisify(execFile);

let root: string;
let source: string;
let entry: string;
let hashes: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ordeal-bundle-'));
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
    JSON.stringify({ root, node: version, entry: join('made', 'ordeal.cjs'), files, looks }),
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
    const manifest = { root, node: version, entry: join('made', 'ordeal.cjs'), files: [], looks: [] };
    writeFileSync(join(root, MANIFEST), JSON.stringify(manifest));
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when there is none', () => {
    expect(freshBundle(join(root, 'nowhere'), root)).toBeUndefined();
  });

  it('when the checkout has been moved, or Node is another', () => {
    expect(freshBundle(root, join(root, 'elsewhere'))).toBeUndefined();
    const manifest = join(root, MANIFEST);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(version, 'v24.0.0'));
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

  it('can be loaded, every part of it', async () => {
    const program = `
      const { readdirSync } = require('node:fs');
      const parts = readdirSync(${JSON.stringify(dirname(bundled))}).filter((name) => name.endsWith('.cjs'));
      for (const part of parts) require(${JSON.stringify(dirname(bundled))} + '/' + part);
      process.stdout.write(String(parts.length));`;
    expect(Number((await run(execPath, ['-e', program])).stdout)).toBeGreaterThan(50);
  });

  it('loads no more than it needs', { timeout: 60_000 }, async () => {
    const loadedBy = async (argv: readonly string[]): Promise<readonly string[]> => {
      const program = `
        process.on('exit', () => require('node:fs').writeSync(2, JSON.stringify(Object.keys(require.cache))));
        process.exitCode = 0;
        require(${JSON.stringify(bundled)}).main();`;
      const ended = await run(execPath, ['-e', program, 'ordeal', ...argv], { cwd: root }).catch(
        (error: unknown) => error as { readonly stderr: string },
      );
      const paths = JSON.parse(/\[".*"\]$/.exec(ended.stderr)?.[0] ?? '[]') as readonly string[];
      return paths.map((path) => basename(path)).toSorted();
    };
    expect(await loadedBy(['--help'])).toEqual(['ordeal.cjs', 'rolldown-runtime.cjs']);
    // Ends as there is no such platform, after all that every run needs was loaded.
    expect(await loadedBy(['smoke', '--platform', 'nowhere'])).toEqual([
      'ordeal.cjs',
      'rolldown-runtime.cjs',
      'run.cjs',
    ]);
  });
});
