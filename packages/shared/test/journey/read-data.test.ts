import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readData } from '../../src/journey/read-data.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-data-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const read = (path: string) => readData(pathToFileURL(join(dir, 'buy.ts')), { users: path });

it('reads rows beside the journey, with or without a byte order mark', async () => {
  writeFileSync(join(dir, 'marked.csv'), '\uFEFFname\nGrüße\n');
  expect(await read('./marked.csv')).toEqual({ users: [{ name: 'Grüße' }] });
});

it('says of a file that is not there what it is needed for', async () => {
  await expect(read('./gone.csv')).rejects.toThrow(
    /gone\.csv: there is no such file; it is data set users of .*buy\.ts, and paths are relative to that file/,
  );
});

it('says that a directory is none', async () => {
  mkdirSync(join(dir, 'folder.csv'));
  await expect(read('./folder.csv')).rejects.toThrow(
    /folder\.csv: expected a file, found a directory; it is data set/,
  );
});

it.each([
  ['UTF-16', Buffer.from('\uFEFFname\nada\n', 'utf16le')],
  ['Latin 1', Buffer.from('name\nGrüße\n', 'latin1')],
])('does not take %s for what it is not', async (_, bytes) => {
  writeFileSync(join(dir, 'foreign.csv'), bytes);
  await expect(read('./foreign.csv')).rejects.toThrow(
    /foreign\.csv: expected text in UTF-8, found bytes that are none/,
  );
});
