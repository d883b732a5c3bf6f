import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupCopy, BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import { isAlive, pidOf } from '@ordeal/shared/process/identity';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { runningServer } from '../../src/drivers/postgres/server.ts';
import { basebackupsOf, startSource, type Source } from '../backup/source.ts';
import { freePorts, testContext } from '../drivers/two-servers.ts';
import { brokenIn, checkIn, logFiles, openIn, phaseOf, restoreOnce, settingsFor } from './fixtures.ts';

// Servers are made and restored: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const newest = phaseOf({ kind: 'restore', take: false });

let source: Source;
let standbyDir: string;
let copy: BackupCopy;
/** As it was made; each test spoils a copy of it. */
let archive: string;

function driverWith(change: Partial<Source> = {}): BackupDriver & PointInTime {
  return createBasebackup(basebackupsOf({ ...source, archive, ...change }));
}

/** Files of one timeline, the oldest first. */
function filesOn(timeline: number): readonly string[] {
  return logFiles(archive).filter((name) => name.startsWith(String(timeline).padStart(8, '0')));
}

/** A check of which of these orders are there. */
function only(items: readonly string[]) {
  const found = `SELECT array_agg(DISTINCT item ORDER BY item) FROM orders WHERE item NOT LIKE 'item %'`;
  return [{ name: 'orders', sql: `SELECT (${found}) = '{${items.join(',')}}'` }];
}

/**
 * A copy, and a failover behind it in the middle of a file. Both servers archive into one place: the old primary goes
 * on for five files more, the new one for three.
 */
beforeAll(async () => {
  source = await startSource();
  archive = source.archive;
  copy = await driverWith().take(testContext());
  const write = async (item: string, url = source.url): Promise<void> =>
    void (await source.sql(`INSERT INTO orders (item, price) VALUES ('${item}', 1)`, url));

  const [port = 0] = await freePorts(1);
  standbyDir = join(source.dir, 'standby');
  const run = (program: string, ...rest: readonly string[]): void => {
    const { runAs } = source;
    execFileSync(join(source.binDir, program), rest, { cwd: '/', stdio: 'ignore', ...runAs });
  };
  run('pg_basebackup', '-D', standbyDir, '-R', '-c', 'fast', '-d', source.url);
  // A server that was promoted may archive once more what the old one has archived.
  const place = `${archive}/%f`;
  const command = `cmp -s %p ${place} || (test ! -f ${place} && cp %p ${archive}/.%f && mv ${archive}/.%f ${place})`;
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
    .concat('archive_mode=on', `archive_command='${command}'`)
    .map((one) => `-c ${one}`)
    .join(' ');
  run('pg_ctl', '-D', standbyDir, '-s', '-w', '-l', join(source.dir, 'standby.log'), '-o', settings, 'start');
  const url = `postgresql://postgres@127.0.0.1:${port}/shop`;

  await write('both');
  await driverWith().archiveAll(testContext());
  await write('both');
  const there = "SELECT 1 FROM orders WHERE item = 'both'";
  await vi.waitUntil(async () => (await source.sql(there, url)).length === 2, 20_000);
  run('pg_ctl', '-D', standbyDir, '-s', '-w', 'promote');
  for (let n = 0; n < 5; n += 1) {
    await write('abandoned');
    await driverWith().archiveAll(testContext());
  }
  for (let n = 0; n < 3; n += 1) {
    await write('kept', url);
    await driverWith({ url }).archiveAll(testContext());
  }
}, 90_000);
afterAll(() => {
  const standby = runningServer(standbyDir);
  if (standby !== undefined) execFileSync('kill', ['-QUIT', String(pidOf(standby))]);
  while (standby !== undefined && isAlive(standby)) execFileSync('sleep', ['0.05']);
  source.dispose();
});
beforeEach(() => {
  archive = mkdtempSync(join(tmpdir(), 'ordeal-fa-'));
  cpSync(source.archive, archive, { recursive: true });
});
afterEach(() => rmSync(archive, { recursive: true, force: true }));

it('is followed to its end, however far the old primary went on', async () => {
  const settings = settingsFor(source, { checks: only(['both', 'kept']) });
  const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
  expect(outcome.record.failed).toBeUndefined();
  expect(brokenIn(outcome)).toEqual([]);
  expect(openIn(outcome)).toEqual(['log intact', 'ledger']);
  expect(checkIn(outcome, 'recovery reaches its target')).toMatchObject({ outcome: 'held' });
});

it('is not taken for whole by what the old primary has archived in place of a file that is lost', async () => {
  const [, lost = ''] = filesOn(2);
  rmSync(join(archive, lost));
  const checks = await driverWith().verify(copy, testContext());
  expect(checks.find(({ name }) => name === 'log complete')).toMatchObject({
    outcome: 'broken',
    detail: expect.stringContaining(lost),
  });
  const outcome = await restoreOnce(newest, { source, driver: driverWith() });
  expect(brokenIn(outcome)).toEqual(['log complete']);
  expect(outcome.record.failed).toContain(`${lost} is missing in the middle`);
});

it('gives nothing of what was abandoned while the new timeline has no file yet', async () => {
  for (const name of filesOn(2)) rmSync(join(archive, name));
  const settings = settingsFor(source, { checks: only(['both']) });
  const outcome = await restoreOnce(newest, { source, driver: driverWith(), settings });
  expect(outcome.record.failed).toBeUndefined();
  expect(openIn(outcome)).toEqual(['ledger']);
});

it('cannot be followed without its history, and tells which file that is', async () => {
  rmSync(join(archive, '00000002.history'));
  const checks = await driverWith().verify(copy, testContext());
  expect(checks.find(({ name }) => name === 'log complete')).toMatchObject({
    outcome: 'broken',
    detail: expect.stringMatching(/00000002\.history is not in the archive/),
  });
});

it('is no use to a copy that the old primary took behind it, which no server would follow from', async () => {
  const storage = join(archive, 'copies');
  await driverWith({ storage, archive: source.archive }).take(testContext());
  cpSync(source.archive, archive, { recursive: true });
  const outcome = await restoreOnce(newest, { source, driver: driverWith({ storage }) });
  expect(brokenIn(outcome)).toEqual(['log complete']);
  expect(outcome.record.failed).toMatch(
    /the copy is on timeline 1 at .*, and the latest timeline in the archive .*, 2, has not come from there/,
  );
});
