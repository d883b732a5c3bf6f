import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, version } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUNDLE, bundleFolder, freshBundle, hashOf, looksOf, MANIFEST } from '../../bin/bundle.js';

const run = promisify(execFile);

let root: string;
let source: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ordeal-bundle-'));
  source = join(root, 'source.ts');
  writeFileSync(source, 'export const answer = 41;');
  bundle('made of it');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function bundle(contents: string): void {
  writeFileSync(join(root, BUNDLE), contents);
  const files = [source, join(root, BUNDLE)].map((path) => [path, looksOf(path), hashOf(path)]);
  writeFileSync(join(root, MANIFEST), JSON.stringify({ root, node: version, files }));
}

describe('a bundle is used', () => {
  it('as long as the sources are what they were', () => {
    expect(freshBundle(root, root)).toBe(join(root, BUNDLE));
  });

  it('where the same was written anew, as a copy on another machine is', () => {
    cpSync(source, `${source}.copy`);
    rmSync(source);
    cpSync(`${source}.copy`, source);
    expect(freshBundle(root, root)).toBe(join(root, BUNDLE));
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
    writeFileSync(join(root, BUNDLE), 'made of other');
    expect(freshBundle(root, root)).toBeUndefined();
  });

  it('when half of its manifest is missing', () => {
    const manifest = join(root, MANIFEST);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').slice(0, -10));
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

describe('the bundle of this checkout', () => {
  it('says what the sources say', { timeout: 180_000 }, async () => {
    const { makeBundle } = await import('../../../../scripts/toolchain/bundle.ts');
    await makeBundle();
    const checkout = join(import.meta.dirname, '..', '..', '..', '..');
    const bundled = freshBundle(bundleFolder(checkout), checkout);
    expect(bundled).toBeDefined();
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
});
