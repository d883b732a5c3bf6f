import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupCopy, BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import type { RestoreOutcome } from '../../src/restore/run-restore.ts';
import { basebackupsOf, startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { brokenIn, changeFile, checkIn, flipped, logFiles, phaseOf, relabel } from './fixtures.ts';
import { openIn, repacked, restoreOnce, settingsFor } from './fixtures.ts';

// Servers are made and restored: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const newest = phaseOf({ kind: 'restore', take: false });

let source: Source;
let copy: BackupCopy;
/** Storage and archive as they were made; each test spoils copies of them. */
let storage: string;
let archive: string;
let work: string;

function driverWith(
  change: Partial<Parameters<typeof createBasebackup>[0]> = {},
): BackupDriver & PointInTime {
  return createBasebackup({ ...basebackupsOf({ ...source, storage, archive }), ...change });
}

async function restored(): Promise<RestoreOutcome> {
  return await restoreOnce(newest, { source, driver: driverWith() });
}

beforeAll(async () => {
  source = await startSource();
  storage = source.storage;
  archive = source.archive;
  const own = driverWith();
  // Under writes: what is compared is exactly one moment all the same.
  let writing = true;
  const writer = (async () => {
    while (writing) {
      await source.sql(
        "INSERT INTO orders (item, price) VALUES ('busy', 1); UPDATE customers SET name = name || '!'",
      );
    }
  })();
  copy = await own.take(testContext());
  writing = false;
  await writer;
  for (let n = 0; n < 3; n += 1) {
    await source.sql("INSERT INTO orders (item, price) SELECT 'late', 2 FROM generate_series(1, 100)");
    await own.archiveAll(testContext());
  }
}, 60_000);
afterAll(() => source.dispose());
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'ordeal-sp-'));
  storage = join(work, 'storage');
  archive = join(work, 'archive');
  cpSync(source.storage, storage, { recursive: true });
  cpSync(source.archive, archive, { recursive: true });
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

it('says who the source is, and takes a copy that is complete and as it was written', async () => {
  const [row] = await source.sql<{ system: string }>(
    'SELECT system_identifier::text AS system FROM pg_control_system()',
  );
  expect(await driverWith().identify(testContext())).toEqual(row);
  expect(await driverWith().latest(testContext())).toEqual(copy);
  expect(copy).toMatchObject({ source: row, content: { database: 'shop' } });
  expect(copy.instant.high - copy.instant.low).toBeLessThan(5000);
  expect(copy.content?.tables.map((table) => table.name)).toEqual(['public.customers', 'public.orders']);
  const checks = await driverWith().verify(copy, testContext());
  expect(checks.map((one) => [one.name, one.outcome])).toEqual([
    ['files intact', 'held'],
    ['log complete', 'held'],
  ]);
});

describe('a healthy backup', () => {
  it('is restored with everything that was archived since, and proven', async () => {
    const settings = settingsFor(source);
    const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
    expect(outcome.record.failed).toBeUndefined();
    // No ledger was written in this run.
    expect(openIn(outcome)).toEqual(['ledger']);
    expect(outcome.record.checks?.map((one) => one.name)).toEqual([
      'identity',
      'content',
      'sequences',
      'objects',
      'files intact',
      'pg_verifybackup',
      'identity',
      'log complete',
      'log intact',
      'recovery reaches its target',
      'not empty',
      'amcheck',
      'orders can be read',
      'ledger',
      'proven',
      'age within its target',
      'time within its target',
    ]);
    expect(outcome.record).toMatchObject({
      kind: 'restore',
      backup: { driver: 'pg-basebackup', id: copy.id, system: copy.source?.system },
      content: { tables: 2, differing: [] },
      targets: { rto: 60, rpo: 600 },
    });
    const { seconds, answeredSeconds = 0 } = outcome.record;
    expect(seconds.high).toBe(seconds.low);
    expect(answeredSeconds).toBeGreaterThan(0);
    expect(seconds.low).toBeGreaterThan(answeredSeconds);
    expect(existsSync(settings.into.dir)).toBe(false);
  });

  it('has what was committed after the backup itself as well', async () => {
    const settings = settingsFor(source, {
      checks: [{ name: 'late orders', sql: "SELECT count(*) = 300 FROM orders WHERE item = 'late'" }],
    });
    const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
    expect(checkIn(outcome, 'late orders')).toMatchObject({ outcome: 'held' });
  });
});

describe('finds and names', () => {
  it('a flipped byte in the base backup', async () => {
    changeFile(join(storage, copy.id, 'base.tar.gz'), (bytes) => flipped(bytes, bytes.length >> 1));
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['files intact']);
    expect(outcome.record).toMatchObject({
      seconds: { high: null },
      failed: expect.stringMatching(/base\.tar\.gz/),
    });
    expect((await driverWith().verify(copy, testContext()))[0]).toMatchObject({ outcome: 'broken' });
  });

  it('a flipped byte that was there before the checksum was written', async () => {
    changeFile(
      join(storage, copy.id, 'base.tar.gz'),
      // In a row of a table: the log, which holds it too, comes behind the tables.
      repacked((tar) => flipped(tar, tar.indexOf('customer 17'))),
    );
    relabel(storage, copy.id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['pg_verifybackup']);
    expect(outcome.record.failed).toMatch(/checksum mismatch for file/);
  });

  it('an archive that was cut off', async () => {
    changeFile(join(storage, copy.id, 'base.tar.gz'), (bytes) => bytes.subarray(0, bytes.length >> 1));
    relabel(storage, copy.id);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['files intact']);
    expect(outcome.record.failed).toMatch(/cannot be unpacked: unexpected end of file/);
  });

  it('a flipped byte in the log before the copy is consistent with its content', async () => {
    const name = logFiles(archive)[1] ?? '';
    changeFile(join(archive, logOf('lsn')), (bytes) => flipped(bytes, 60));
    const outcome = await restored();
    expect(name).not.toBe('');
    expect(brokenIn(outcome)).toEqual(['recovery reaches its target']);
    expect(outcome.record.failed).toMatch(/error in WAL record|could not find|invalid|incorrect/);
  });

  it('a flipped byte in the log behind it, where replaying ends without a word', async () => {
    const last = logFiles(archive).at(-1) ?? '';
    changeFile(join(archive, last), (bytes) => flipped(bytes, 300));
    const outcome = await restored();
    expect(brokenIn(outcome)).toContain('log intact');
    expect(checkIn(outcome, 'log intact')?.detail).toMatch(/error in WAL record at 0\/[0-9A-F]+/);
    expect(outcome.record.seconds.high).toBeNull();
  });

  it('a file of the log that is missing in the middle', async () => {
    const gone = logFiles(archive).at(-2) ?? '';
    rmSync(join(archive, gone));
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['log complete']);
    expect(outcome.record.failed).toContain(`${gone} is missing in the middle`);
    expect((await driverWith().verify(copy, testContext())).map((one) => one.outcome)).toEqual([
      'held',
      'broken',
    ]);
  });

  it('a file of the log that is missing where the copy itself needs it', async () => {
    rmSync(join(archive, logOf('lsn')));
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['log complete']);
    expect(outcome.record.failed).toContain(logOf('lsn'));
  });

  it('the backup of another system', async () => {
    relabel(storage, copy.id, (label) => ({ ...label, source: { system: '42' } }));
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['identity']);
    expect(outcome.record.failed).toMatch(/is a backup of system 42, and must be of system \d+/);
    expect(outcome.record.seconds).toEqual({ low: 0, high: null });
  });

  it('the backup of another database than the pinned one', async () => {
    const settings = settingsFor(source, { source: { database: 'accounts' } });
    const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
    expect(brokenIn(outcome)).toEqual(['identity']);
    expect(outcome.record.failed).toMatch(
      /is a backup of database shop of system \d+, and must be of database accounts/,
    );
    expect(outcome.record.seconds).toEqual({ low: 0, high: null });
  });

  it('files of another system under the right label', async () => {
    const [row] = await source.sql<{ system: string }>(
      'SELECT system_identifier::text AS system FROM pg_control_system()',
    );
    relabel(storage, copy.id, (label) => ({ ...label, source: { system: '42' } }));
    const settings = settingsFor(source, { source: { system: row?.system } });
    const driver = { ...driverWith(), identify: async () => ({ system: '42' }) };
    const pinned = await restoreOnce(newest, { source, driver, settings });
    expect(pinned.refused).toEqual([expect.stringContaining('this is not the platform')]);
    const outcome = await restoreOnce(newest, { source, driver });
    expect(brokenIn(outcome)).toEqual(['identity']);
    expect(outcome.record.failed).toMatch(/the files are of system \d+, and the label says 42/);
  });

  it('content that is not what it was', async () => {
    relabel(storage, copy.id, (label) => {
      const content = label.content as NonNullable<BackupCopy['content']>;
      const tables = content.tables.map((one) => ({ ...one, rows: one.rows + 1, checksum: 'ff' }));
      const sequences = content.sequences.map((one) => ({ ...one, last: '999999' }));
      return {
        ...label,
        content: { ...content, tables, sequences, objects: { ...content.objects, indexes: 9 } },
      };
    });
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['content', 'sequences', 'objects']);
    expect(outcome.record.content?.differing).toHaveLength(2);
  });

  it('a backup that is older than it may be', async () => {
    const outcome = await restoreOnce(
      { ...newest, targets: { rto: 60, rpo: 0 } },
      { source, driver: driverWith() },
    );
    expect(brokenIn(outcome)).toEqual(['age within its target']);
    expect(outcome.record.failed).toBeUndefined();
    expect(outcome.record.backupAgeSeconds.low).toBeGreaterThan(0);
  });

  it('that there is no backup', async () => {
    rmSync(storage, { recursive: true });
    mkdirSync(storage);
    const outcome = await restored();
    expect(brokenIn(outcome)).toEqual(['backup there']);
    expect(outcome.record.seconds.high).toBeNull();
  });

  it('an application that cannot work with it', async () => {
    const settings = settingsFor(source, {
      checks: [
        { name: 'unpaid', sql: 'SELECT false' },
        { name: 'nothing there', sql: 'SELECT true WHERE false' },
        { name: 'program', command: ['sh', '-c', 'test "$PGDATABASE" = other'], withinSeconds: 10 },
      ],
    });
    const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
    expect(brokenIn(outcome)).toEqual(['unpaid', 'nothing there', 'program']);
  });
});

/** The file of the log that holds a position of the copy. */
function logOf(key: string): string {
  const low = Number.parseInt(copy.detail[key]?.split('/')[1] ?? '', 16);
  const number = Math.floor((low - 1) / Number(copy.detail['segmentBytes']));
  return logFiles(source.archive).find((name) => Number.parseInt(name.slice(16), 16) === number) ?? '';
}
