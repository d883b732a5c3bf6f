import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { components, type Component } from '../../src/toolchain/components.ts';
import { locate, requireTools } from '../../src/toolchain/find.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-find-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function program(folder: string, name: string, mode = 0o755): string {
  mkdirSync(join(dir, folder), { recursive: true });
  const path = join(dir, folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

const k6 = components.find((one) => one.name === 'k6') as Component;
const postgres = components.find((one) => one.name === 'postgres') as Component;

describe('locate', () => {
  it('prefers the override, then the cache, then PATH', () => {
    const onPath = program('path', 'k6');
    const cached = program('cache', 'k6');
    const own = program('own', 'my-k6');
    const places = { cacheDir: join(dir, 'cache'), env: { PATH: join(dir, 'path') } };
    expect(locate(k6, { ...places, env: { ...places.env, K6_BIN: own } })).toMatchObject({
      path: own,
      by: 'override',
    });
    expect(locate(k6, places)).toMatchObject({ path: cached, by: 'cache' });
    rmSync(cached);
    expect(locate(k6, places)).toMatchObject({ path: onPath, by: 'path' });
  });

  it('takes a directory as override', () => {
    const path = program('pg', 'postgres');
    expect(locate(postgres, { cacheDir: dir, env: { PG_BIN_DIR: join(dir, 'pg') } })).toMatchObject({ path });
  });

  it('says so when an override leads nowhere, instead of taking another one', () => {
    program('path', 'k6');
    const located = locate(k6, {
      cacheDir: dir,
      env: { PATH: join(dir, 'path'), K6_BIN: join(dir, 'absent') },
    });
    expect(located).toMatchObject({ found: false });
    expect(located.found ? '' : located.reason).toContain('K6_BIN');
  });

  it('does not take a file that cannot be run', () => {
    program('path', 'k6', 0o644);
    expect(
      locate(k6, { cacheDir: dir, env: { PATH: join(dir, 'path'), K6_BIN: join(dir, 'path', 'k6') } }).found,
    ).toBe(false);
  });

  it('names everything that is missing at once', () => {
    const overrides = Object.fromEntries(components.map((one) => [one.override, join(dir, 'absent')]));
    expect(() => requireTools({ cacheDir: dir, env: overrides })).toThrowError(
      /k6[^]*toxiproxy[^]*postgres[^]*redis/,
    );
  });

  it('asks for what is optional only where it is wanted, and says how to set it up', () => {
    const all = Object.fromEntries(
      components.map(({ override, name, programs: [first = ''] }) => [override, program(name, first)]),
    );
    const places = { cacheDir: dir, env: { ...all, VERSITYGW_BIN: join(dir, 'absent') } };
    expect(requireTools(places)).not.toHaveProperty('versitygw');
    expect(() => requireTools(places, ['versitygw'])).toThrowError(
      /^Missing programs \(run `npm run setup -- versitygw`, or see `ordeal doctor`\):\n  versitygw: VERSITYGW_BIN is set to/,
    );
    const own = program('own', 'versitygw');
    const found = requireTools({ ...places, env: { ...all, VERSITYGW_BIN: own } }, ['versitygw']);
    expect(found).toMatchObject({ versitygw: own, k6: all['K6_BIN'] });
  });
});
