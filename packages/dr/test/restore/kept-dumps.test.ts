import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDump } from '../../src/drivers/pg-dump/driver.ts';
import { testContext } from '../drivers/two-servers.ts';

it('lists the dumps of a platform’s own job, oldest first, and nothing else that lies there', async () => {
  const path = mkdtempSync(join(tmpdir(), 'ordeal-kept-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const made = (name: string, at: string) => {
    writeFileSync(join(path, name), 'a dump');
    utimesSync(join(path, name), new Date(at), new Date(at));
  };
  made('shop-2026-11-30.sql.gz', '2026-11-30T02:00:00Z');
  made('shop-2026-11-28.sql.gz', '2026-11-28T02:00:00Z');
  made('shop-2026-11-29.sql.gz', '2026-11-29T02:00:00Z');
  made('shop-2026-11-29.sql.gz.part', '2026-11-29T02:00:00Z');
  const driver = createDump({
    url: 'postgresql://postgres@127.0.0.1:1/shop',
    binDir: '/nowhere',
    storage: { kind: 'directory', path },
    format: 'plain',
    jobs: 1,
    withinSeconds: 60,
    roles: [],
    foreign: {
      files: String.raw`^shop-(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)\.sql\.gz$`,
      longestSeconds: 60,
      timeZone: 'UTC',
    },
  });
  const copies = await driver.copies(testContext());
  expect(copies.map(({ id, instant }) => [id, new Date(instant.high).toISOString()])).toEqual([
    ['shop-2026-11-28.sql.gz', '2026-11-28T02:00:00.000Z'],
    ['shop-2026-11-29.sql.gz', '2026-11-29T02:00:00.000Z'],
    ['shop-2026-11-30.sql.gz', '2026-11-30T02:00:00.000Z'],
  ]);
});
