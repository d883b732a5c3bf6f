import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { cannotRun, leftOut } from '@ordeal/shared/testing/left-out';
import type { BackupCopy, BackupDriver } from '@ordeal/shared/drivers/backup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDump } from '../../src/drivers/pg-dump/driver.ts';
import type { DumpConfig } from '../../src/drivers/pg-dump/config.ts';
import type { RestoreOutcome } from '../../src/restore/run-restore.ts';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { startS3 } from '../backup/s3-server.ts';
import { startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { brokenIn, changeFile, checkIn, flipped, openIn, phaseOf, relabel, repacked } from './fixtures.ts';
import { restoreOnce, settingsFor } from './fixtures.ts';

// Servers are made and restored: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const newest = phaseOf({ kind: 'restore', take: false });

let source: Source;
let storage: string;

function driverWith(change: Partial<DumpConfig> = {}): BackupDriver {
  return createDump({
    url: source.url,
    binDir: source.binDir,
    storage: { kind: 'directory', path: storage },
    format: 'plain',
    jobs: 2,
    withinSeconds: 60,
    roles: [],
    ...change,
  });
}

async function restored(driver = driverWith()): Promise<RestoreOutcome> {
  return await restoreOnce(newest, { source, driver });
}

beforeAll(async () => {
  source = await startSource();
  await source.sql('CREATE ROLE app; GRANT SELECT ON orders TO app');
}, 60_000);
afterAll(() => source.dispose());
beforeEach(() => {
  storage = mkdtempSync(join(tmpdir(), 'ordeal-sp-'));
});
afterEach(() => rmSync(storage, { recursive: true, force: true }));

it.skipIf(leftOut(withoutPrograms('versitygw')))('a dump in a bucket is restored and proven', async () => {
  const server = await startS3();
  try {
    const driver = driverWith({ storage: await server.bucket() });
    const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), { source, driver });
    expect(outcome.record.failed).toBeUndefined();
    expect(outcome.record.seconds.high).not.toBeNull();
  } finally {
    await server.end();
  }
});

describe.each(['plain', 'custom'] as const)('a healthy dump in the %s format', (format) => {
  it('that is taken under writes is restored and proven', async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) await source.sql("INSERT INTO orders (item, price) VALUES ('busy', 1)");
    })();
    const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
      source,
      driver: driverWith({ format }),
    });
    writing = false;
    await writer;
    expect(outcome.record.failed).toBeUndefined();
    // No ledger was written in this run.
    expect(openIn(outcome)).toEqual(['ledger']);
    expect(outcome.record).toMatchObject({
      backup: { driver: 'pg-dump', database: 'shop' },
      content: { tables: 2, differing: [] },
    });
    expect(checkIn(outcome, 'proven')?.detail).toBe('by content, orders can be read');
  });
});

async function newestCopy(): Promise<BackupCopy> {
  const copy = await driverWith().latest(testContext());
  if (copy === undefined) throw new Error('there is a copy');
  return copy;
}

/** The file of the copy that is there. */
function fileOf(id: string, name = 'dump.sql.gz'): string {
  return join(storage, id, name);
}

describe('finds and names, in the plain format,', () => {
  let id: string;
  beforeEach(async () => {
    ({ id } = await driverWith().take(testContext()));
  });

  it('a flipped byte', async () => {
    changeFile(fileOf(id), (bytes) => flipped(bytes, bytes.length >> 1));
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['files intact']);
    expect(outcome.record.seconds.high).toBeNull();
    const looked = await driverWith().verify(await newestCopy(), testContext());
    expect(looked.map((one) => one.outcome)).toEqual(['broken', 'broken']);
  });

  it('a value that was changed before the checksum was written, and loads without an error', async () => {
    changeFile(
      fileOf(id),
      repacked((text) => Buffer.from(text.toString().replace('customer 17\t', 'customer 71\t'))),
    );
    relabel(storage, id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['content']);
    expect(outcome.record.failed).toMatch(/public\.customers has its 200 rows, but not all as they were/);
  });

  it('a file that was cut off', async () => {
    changeFile(fileOf(id), (bytes) => bytes.subarray(0, bytes.length >> 1));
    relabel(storage, id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['dump complete']);
    expect(outcome.record.failed).toMatch(/cannot be unpacked to its end/);
  });

  it('a dump that was cut off before it was packed', async () => {
    changeFile(
      fileOf(id),
      repacked((text) => text.subarray(0, text.indexOf('ALTER TABLE ONLY'))),
    );
    relabel(storage, id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['dump complete']);
    expect(outcome.record.failed).toMatch(/does not end with/);
  });

  it.each([
    ['of nothing', gzipSync('')],
    ['of no bytes', Buffer.alloc(0)],
  ])('an empty dump, %s', async (_, bytes) => {
    changeFile(fileOf(id), () => bytes);
    relabel(storage, id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['dump complete']);
  });

  it('the dump of another database', async () => {
    relabel(storage, id, (label) => ({ ...label, source: { ...label.source, database: 'other' } }));
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['identity']);
    expect(outcome.record.failed).toMatch(/is a backup of database other .* must be of database shop/);
  });

  it('the dump of an empty database under the right label', async () => {
    await source.sql('CREATE DATABASE nothing', source.url.replace('/shop', '/postgres'));
    const empty = execFileSync(join(source.binDir, 'pg_dump'), [source.url.replace('/shop', '/nothing')]);
    changeFile(fileOf(id), () => gzipSync(empty));
    relabel(storage, id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(
      expect.arrayContaining(['content', 'objects', 'not empty', 'orders can be read']),
    );
    expect(outcome.record.content?.differing).toContainEqual({
      table: 'public.orders',
      expectedRows: 2000 + (await busy()),
      foundRows: null,
    });
  });

  it('a statement that fails in the middle: nothing of it is left', async () => {
    changeFile(
      fileOf(id),
      repacked((text) => Buffer.from(text.toString().replace('CREATE INDEX', 'CREATE INDEXES'))),
    );
    relabel(storage, id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['dump loads']);
    expect(outcome.record.failed).toMatch(/syntax error at or near "INDEXES"/);
  });
});

describe('finds and names, in the custom format,', () => {
  it('the dump of another database, and a file that was cut off', async () => {
    const custom = driverWith({ format: 'custom' });
    const { id } = await custom.take(testContext());
    const file = fileOf(id, 'dump.custom');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length >> 1));
    relabel(storage, id);
    expect(brokenIn(await restored(custom))).toEqual(['dump loads']);
    await source.sql('CREATE DATABASE elsewhere', source.url.replace('/shop', '/postgres'));
    const other = source.url.replace('/shop', '/elsewhere');
    writeFileSync(file, execFileSync(join(source.binDir, 'pg_dump'), ['-Fc', other]));
    relabel(storage, id);
    const outcome = await restored(custom);
    expect(brokenIn(outcome)).toEqual(['identity']);
    expect(outcome.record.failed).toMatch(/is a dump of the database elsewhere, and not of shop/);
  });
});

it('a dump in the custom format that somebody else makes is read to its end where it lies', async () => {
  const file = join(storage, 'shop_20260101.dump');
  const whole = execFileSync(join(source.binDir, 'pg_dump'), ['-Fc', source.url], { maxBuffer: 2 ** 26 });
  const foreign = { files: String.raw`^shop_.*\.dump$`, longestSeconds: 5, timeZone: 'UTC' };
  const look = async (bytes: Buffer, change: Partial<DumpConfig> = {}) => {
    writeFileSync(file, bytes);
    return await restoreOnce(phaseOf({ kind: 'backup-freshness' }), {
      source,
      driver: driverWith({ foreign, ...change }),
    });
  };
  const well = await look(whole);
  expect(well.record.failed).toBeUndefined();
  expect(checkIn(well, 'dump complete')?.outcome).toBe('held');
  expect(brokenIn(await look(whole.subarray(0, whole.length >> 1)))).toEqual(['dump complete']);
  expect(brokenIn(await look(whole.subarray(0, whole.length - 20)))).toEqual(['dump complete']);
  const blind = await look(whole, { binDir: '/nowhere' });
  expect(blind.record.failed).toBeUndefined();
  expect(checkIn(blind, 'whole')).toMatchObject({
    outcome: 'not-run',
    detail: expect.stringContaining('cannot run /nowhere/pg_restore'),
  });
});

describe('dumps that somebody else makes', () => {
  const foreign = { files: String.raw`^shop_.*\.sql\.gz$`, longestSeconds: 5, timeZone: 'UTC' };

  function dumped(): Buffer {
    return execFileSync(join(source.binDir, 'pg_dump'), [source.url], { maxBuffer: 2 ** 26 });
  }

  it('are restored with the roles that they need, and proven by what the application needs', async () => {
    writeFileSync(join(storage, 'shop_20260101.sql.gz'), gzipSync(dumped()));
    const without = await restored(driverWith({ foreign }));
    expect(brokenIn(without)).toEqual(['dump loads']);
    expect(without.record.failed).toMatch(/role "app" does not exist/);
    const outcome = await restored(driverWith({ foreign, roles: ['app'] }));
    expect(outcome.record.failed).toBeUndefined();
    expect(openIn(outcome), 'said to be unknown, and not taken to be well').toEqual([
      'identity',
      'content',
      'ledger',
    ]);
    const { low, high } = outcome.record.backupAgeSeconds;
    expect(high - low).toBeCloseTo(5, 3);
  });

  it('are not hidden by a younger copy that a drill took', async () => {
    writeFileSync(join(storage, 'shop_20260101.sql.gz'), gzipSync(dumped()));
    const driver = driverWith({ foreign, roles: ['app'] });
    const taken = await restoreOnce(phaseOf({ kind: 'restore', take: true }), { source, driver });
    expect(taken.record.failed).toBeUndefined();
    expect(taken.record.backup?.id).not.toBe('shop_20260101.sql.gz');
    const { record } = await restored(driver);
    expect(record.failed).toBeUndefined();
    expect(record.backup?.id).toBe('shop_20260101.sql.gz');
    rmSync(join(storage, 'shop_20260101.sql.gz'));
    expect((await restored(driver)).record.failed).toMatch(/there is no complete backup at all/);
  });

  it('are no younger for being copied again', async () => {
    const files = String.raw`^shop_(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)\.sql\.gz$`;
    writeFileSync(join(storage, 'shop_20260101.sql.gz'), gzipSync(dumped()));
    const copy = await driverWith({ foreign: { files, longestSeconds: 5, timeZone: 'UTC' } }).latest(
      testContext(),
    );
    expect(copy).toMatchObject({
      instant: { low: Date.UTC(2026, 0, 1), high: Date.UTC(2026, 0, 2) - 1 + 5000 },
      detail: {
        instant: 'from its name, as the file was written again later, and 5 s for its making at most',
      },
    });
  });

  it('are as old as their files where their names say a day that there is not, and the record says so', async () => {
    const files = String.raw`^shop_(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)\.sql\.gz$`;
    writeFileSync(join(storage, 'shop_20260230.sql.gz'), gzipSync(dumped()));
    const { record } = await restored(
      driverWith({ foreign: { files, longestSeconds: 5, timeZone: 'UTC' }, roles: ['app'] }),
    );
    expect(record.failed).toBeUndefined();
    expect(record.backupAgeSeconds.high).toBeLessThan(600);
    expect(record.steps?.find(({ name }) => name === 'choose backup')?.detail).toContain(
      'there is no 2026-02-30, which its name says',
    );
  });

  it('prove nothing when nothing says what should be in them', async () => {
    writeFileSync(join(storage, 'shop_20260101.sql.gz'), gzipSync(dumped()));
    const settings = settingsFor(source, { checks: [] });
    const driver = driverWith({ foreign, roles: ['app'] });
    const outcome = await restoreOnce(newest, { source, driver, settings });
    expect(brokenIn(outcome)).toEqual(['proven']);
    expect(outcome.record.seconds.high).toBeNull();
  });

  it('are found to be cut off, as gunzip and psql alone would not find them', async () => {
    const text = dumped();
    writeFileSync(
      join(storage, 'shop_20260102.sql.gz'),
      gzipSync(text.subarray(0, text.indexOf('-- Name: orders_item'))),
    );
    expect(brokenIn(await restored(driverWith({ foreign, roles: ['app'] })))).toEqual(['dump complete']);
  });
});

it('refuses a moment of which a dump knows nothing', async () => {
  await driverWith().take(testContext());
  const settings = settingsFor(source, { markers: { url: source.url } });
  const outcome = await restoreOnce(phaseOf({ kind: 'point-in-time', markFor: 1 }), {
    source,
    driver: driverWith(),
    settings,
  });
  expect(outcome.refused).toEqual([expect.stringContaining('hold their own moment only')]);
});

it('leaves nothing behind when the source goes away while a copy is made', async () => {
  const broken = driverWith({ url: source.url.replace('/shop', '/nowhere') });
  await expect(broken.take(testContext())).rejects.toThrow('nowhere');
  for (const ms of [1, 40, 80]) {
    const over = AbortSignal.timeout(ms);
    const taken = await driverWith()
      .take(testContext(over))
      .catch(() => undefined);
    // It may have been faster.
    expect((await driverWith().latest(testContext()))?.id).toBe(taken?.id);
    rmSync(storage, { recursive: true });
    mkdirSync(storage);
  }
});

/** A disk that is full after so many bytes; false where one cannot be made. */
function smallDisk(path: string, size: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0777`, 'tmpfs', path], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

it('tells a disk that is full while it is restored, and one that would be', async (test) => {
  const disk = join(tmpdir(), `ordeal-sd-${process.pid}`);
  const without = smallDisk(disk, '56m') ? undefined : 'skipped: no small disk can be mounted here';
  if (cannotRun(without)) return void test.skip(without);
  try {
    await source.sql(
      `CREATE TABLE large AS SELECT
         (SELECT string_agg(md5(n || '-' || m), '') FROM generate_series(1, 40) AS m) AS t
       FROM generate_series(1, 30000) AS n`,
    );
    const into = { ...settingsFor(source).into, dir: join(disk, 'into') };
    const settings = settingsFor(source, { into });
    await driverWith().take(testContext());
    const refused = await restoreOnce(newest, { source, driver: driverWith(), settings });
    expect(refused.refused).toEqual([expect.stringMatching(/MiB free, and the backup .* needs about/)]);
    const { id } = await newestCopy();
    relabel(storage, id, (label) => ({ ...label, detail: { ...label.detail, unpackedBytes: 'unknown' } }));
    const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
    expect(brokenIn(outcome)).toEqual(['room in the place']);
    expect(outcome.record.failed).toMatch(/No space left on device/);
    expect(existsSync(into.dir)).toBe(false);
  } finally {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
    await source.sql('DROP TABLE large');
  }
});

async function busy(): Promise<number> {
  const [row] = await source.sql<{ n: number }>("SELECT count(*)::int AS n FROM orders WHERE item = 'busy'");
  return row?.n ?? 0;
}

it('keeps to gzip: what is packed unpacks elsewhere', async () => {
  const { id } = await driverWith().take(testContext());
  expect(gunzipSync(readFileSync(fileOf(id))).toString()).toContain('CREATE TABLE public.orders');
});
