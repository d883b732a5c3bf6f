import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MakingNotes } from '@ordeal/shared/drivers/backup';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCopy, type NewCopy } from '../../src/backup-storage/make-copy.ts';

let path: string;
let noted: string[];

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'ordeal-copies-'));
  noted = [];
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const notes: MakingNotes = {
  begin: ({ describe }) => {
    noted.push(describe);
    return { stands: () => true, end: () => noted.pop() };
  },
};
const copy = (): NewCopy => ({
  kind: 'dump',
  id: 'one',
  storage: { kind: 'directory', path },
  files: ['data'],
});

test('a copy that could not be written is taken away, and noted no more', async () => {
  const made = makeCopy(copy(), notes, async (storage) => {
    await storage.write('one/data', (async function* () {})());
    throw new Error('the source broke off');
  });
  await expect(made).rejects.toThrow('the source broke off');
  expect(existsSync(join(path, 'one'))).toBe(false);
  expect(noted).toEqual([]);
});

test('what may be a whole copy, as nobody can look at it, is left and stays noted', async () => {
  const made = makeCopy(copy(), notes, async () => {
    // In the place of its folder, a file cannot be listed.
    writeFileSync(join(path, 'one'), 'something');
    throw new Error('the source broke off');
  });
  await expect(made).rejects.toThrow('the source broke off');
  expect(existsSync(join(path, 'one'))).toBe(true);
  expect(noted).toHaveLength(1);
});
