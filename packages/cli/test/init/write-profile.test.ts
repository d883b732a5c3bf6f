import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeProfile } from '../../src/init/write-profile.ts';

let dir: string;
let platforms: string;
let shop: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-profile-'));
  platforms = join(dir, 'platforms');
  shop = join(platforms, 'shop');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const undisturbed = { onSignal: () => () => {} };
const files = { 'platform.ts': 'a', 'journeys/first.ts': 'b' };

it('writes a profile, and nothing beside it', async () => {
  await writeProfile(shop, files, undisturbed);
  expect(readFileSync(join(shop, 'journeys', 'first.ts'), 'utf8')).toBe('b');
  expect(readdirSync(platforms)).toEqual(['shop']);
});

it('leaves nothing of one that cannot be written whole', async () => {
  // As on a disk that is full after the first file.
  const broken = { ...files, [`${'x'.repeat(300)}.ts`]: 'c' };
  await expect(writeProfile(shop, broken, undisturbed)).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringContaining('nothing of it was'),
  });
  expect(readdirSync(dir)).toEqual([]);
  mkdirSync(platforms);
  writeFileSync(join(platforms, 'notes'), '');
  await expect(writeProfile(shop, broken, undisturbed)).rejects.toMatchObject({ exitCode: 64 });
  expect(readdirSync(platforms)).toEqual(['notes']);
});

it('leaves nothing of one that is interrupted, and says so', async () => {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const interrupted = writeProfile(shop, files, {
      onSignal: (listener) => {
        listener(signal);
        return () => {};
      },
    });
    await expect(interrupted).rejects.toMatchObject({
      exitCode,
      message: expect.stringContaining('nothing'),
    });
    expect(existsSync(platforms)).toBe(false);
  }
});

it('writes over nothing that came into its place', async () => {
  mkdirSync(shop, { recursive: true });
  writeFileSync(join(shop, 'platform.ts'), 'mine');
  await expect(writeProfile(shop, files, undisturbed)).rejects.toMatchObject({ exitCode: 64 });
  expect(readFileSync(join(shop, 'platform.ts'), 'utf8')).toBe('mine');
  expect(readdirSync(platforms)).toEqual(['shop']);
});
