import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Starts the real `bin/ordeal.js` with another program behind it. */
function startWith(main: string): { readonly status: number | null; readonly stderr: string } {
  const root = mkdtempSync(join(tmpdir(), 'ordeal-bin-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const cli = join(root, 'packages', 'cli');
  mkdirSync(join(cli, 'src'), { recursive: true });
  cpSync(join(import.meta.dirname, '..', '..', 'bin'), join(cli, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(cli, 'src', 'main.ts'), main);
  return spawnSync(execPath, [join(cli, 'bin', 'ordeal.js')], { encoding: 'utf8', timeout: 60_000 });
}

describe('the exit code of ordeal', () => {
  it('is that of the program', () => {
    expect(startWith('export const main = async () => process.exit(4);').status).toBe(4);
  });

  it('is no pass when the program stops short without an end', () => {
    expect(startWith('export const main = () => new Promise(() => {});').status).toBe(70);
  });

  it('is no missed objective when the program cannot be loaded', () => {
    const { status, stderr } = startWith("import './missing.ts'; export const main = async () => {};");
    expect(status).toBe(70);
    expect(stderr).toContain('missing.ts');
  });
});
