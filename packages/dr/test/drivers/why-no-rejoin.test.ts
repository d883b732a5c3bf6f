import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PostgresNode } from '../../src/drivers/postgres/config.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { whyTooSmall } from '../../src/drivers/postgres/why-no-rejoin.ts';
import { testContext } from './two-servers.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-rejoin-'));
  mkdirSync(join(dir, 'data'));
  symlinkSync(join(dir, 'data'), join(dir, 'link'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function whyNot(dataDir: string): Promise<readonly string[]> {
  const url = 'postgresql://x@127.0.0.1:1/x';
  const service = { start: ['true'], stop: ['true'] };
  const node: PostgresNode = {
    name: 'a',
    region: 'a',
    url,
    dataDir,
    binDir: '/',
    upstreamUrl: url,
    slot: 's',
    service,
  };
  return await createPostgresStore({ nodes: [node], synchronous: false }).whyNoRejoin('a', testContext());
}

it('refuses a node whose data directory no copy could take the place of, and says which to name', async () => {
  expect(await whyNot(join(dir, 'data'))).toEqual([]);
  expect(await whyNot(join(dir, 'link'))).toEqual([
    expect.stringMatching(/^node a could not rejoin with a fresh copy: .* is a link.*: name .*data$/),
  ]);
  // On every Linux.
  expect(await whyNot('/proc')).toEqual([
    expect.stringMatching(/dataDir \/proc is a mount point.*: keep the data in a directory below it/),
  ]);
});

it('refuses a node beside whose data there is no room for a second set', () => {
  expect(whyTooSmall(join(dir, 'data'), 1)).toBeUndefined();
  expect(whyTooSmall(join(dir, 'data'), 2 ** 60)).toMatch(
    /needs about \d+ MiB beside .* MiB free: make room there/,
  );
});
