import { chownSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PostgresNode } from '../../src/drivers/postgres/config.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { whyTooSmall } from '../../src/drivers/postgres/why-no-rejoin.ts';
import { sql, testContext, twoServers } from './two-servers.ts';

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

it('refuses a node of which a part lies elsewhere, where no copy would have it', async () => {
  const servers = await twoServers();
  const { a, b, config } = servers;
  const store = createPostgresStore(config);
  const log = join(b.dataDir, 'pg_wal');
  const elsewhere = `${b.dataDir}-log`;
  try {
    expect(await store.whyNoRejoin('b', testContext())).toEqual([]);
    servers.stop(b);
    renameSync(log, elsewhere);
    symlinkSync(elsewhere, log);
    servers.start(b);
    expect(await store.whyNoRejoin('b', testContext())).toEqual([
      expect.stringMatching(
        /^node b could not .*: the log is not in .*b-log\), and a copy .*: keep all of it in/,
      ),
    ]);
    servers.kill(b);
    // It crashed, so that a copy is all that would do.
    await expect(store.rejoin('b', 'a', testContext())).rejects.toThrow(
      'the log is not in the data directory',
    );
    expect(lstatSync(log).isSymbolicLink(), 'it was left as it is').toBe(true);
    rmSync(log);
    renameSync(elsewhere, log);

    const space = `${a.dataDir}-space`;
    mkdirSync(space, { mode: 0o700 });
    if (a.runAs !== undefined) chownSync(space, a.runAs.uid, a.runAs.gid);
    await sql(a, `CREATE TABLESPACE aside LOCATION '${space}'`);
    for (const node of ['a', 'b']) {
      expect(await store.whyNoRejoin(node, testContext())).toEqual([
        expect.stringMatching(/: a tablespace is not in .*pg_tblspc\/\d+ is a link to .*a-space\)/),
      ]);
    }
  } finally {
    servers.dispose();
  }
});
