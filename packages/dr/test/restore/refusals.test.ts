import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupDriver } from '@ordeal/shared/drivers/backup';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDump } from '../../src/drivers/pg-dump/driver.ts';
import type { RestoreSettings } from '../../src/restore/config.ts';
import type { RestoreOutcome } from '../../src/restore/run-restore.ts';
import { dumpsOf, startSource, type Source } from '../backup/source.ts';
import { freePorts, testContext } from '../drivers/two-servers.ts';
import { phaseOf, restoreOnce, settingsFor } from './fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });

let source: Source;
let driver: BackupDriver;

beforeAll(async () => {
  source = await startSource();
  driver = createDump(dumpsOf(source));
  await driver.take(testContext());
}, 60_000);
afterAll(() => source.dispose());

async function into(change: Partial<RestoreSettings['into']>): Promise<RestoreOutcome> {
  const settings = settingsFor(source);
  return await restoreOnce(phaseOf({ kind: 'restore', take: false }), {
    source,
    driver,
    settings: { ...settings, into: { ...settings.into, ...change } },
  });
}

it('refuses the data directory of a server that runs', async () => {
  const { refused, record, window } = await into({ dir: source.dataDir });
  expect(refused).toEqual([
    expect.stringMatching(/a server runs in .*: name a directory/),
    expect.stringMatching(/lies in the data directory of the source itself/),
  ]);
  expect(window, 'nothing was begun').toBeUndefined();
  expect(record.seconds).toEqual({ low: 0, high: null });
  expect(await source.sql('SELECT 1 AS well')).toEqual([{ well: 1 }]);
});

it('refuses a directory with a database that does not run, and one with anything else', async () => {
  const dir = join(source.dir, 'used');
  mkdirSync(dir);
  writeFileSync(join(dir, 'PG_VERSION'), '15');
  expect((await into({ dir })).refused).toEqual([expect.stringMatching(/not empty \(it holds a database\)/)]);
  rmSync(join(dir, 'PG_VERSION'));
  writeFileSync(join(dir, 'notes.txt'), '');
  expect((await into({ dir })).refused).toEqual([
    expect.stringMatching(/it holds notes\.txt.*ordeal recover/),
  ]);
});

it('refuses a place within the files of the source', async () => {
  const { refused } = await into({ dir: join(source.dataDir, 'base', 'new') });
  expect(refused).toEqual([expect.stringMatching(/lies in the data directory of the source itself/)]);
});

it('refuses the port of the source, and one that somebody else has', async () => {
  expect((await into({ port: source.port })).refused).toEqual([
    expect.stringMatching(/port \d+ is the source of the backup itself: name another port/),
  ]);
  const net = await import('node:net');
  const other = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  expect((await into({ port })).refused).toEqual([expect.stringMatching(/something answers on port/)]);
  other.close();
});

it('refuses when nobody knows whose backup it must be', async () => {
  const [port = 0] = await freePorts(1);
  const dead = createDump({ ...dumpsOf(source), url: `postgresql://postgres@127.0.0.1:${port}/shop` });
  const phase = phaseOf({ kind: 'restore', take: false });
  const { refused } = await restoreOnce(phase, { source, driver: dead });
  expect(refused).toEqual([expect.stringMatching(/does not answer .* set `source\.system`/)]);
  const copy = await dead.latest(testContext());
  const settings = settingsFor(source, { source: { system: copy?.source?.system } });
  const pinned = await restoreOnce(phase, { source, driver: dead, settings });
  expect(pinned.refused, 'with its source dead, a backup is needed most').toEqual([]);
  expect(pinned.record.failed).toBeUndefined();
});

it('refuses another database of the same server than the pinned one', async () => {
  const settings = settingsFor(source, { source: { database: 'accounts' } });
  const phase = phaseOf({ kind: 'restore', take: false });
  const { refused } = await restoreOnce(phase, { source, driver, settings });
  expect(refused).toEqual([
    expect.stringMatching(/is the database shop, and the platform pins accounts: .*`source\.database`/),
  ]);
  const pinned = settingsFor(source, { source: { database: 'shop' } });
  expect((await restoreOnce(phase, { source, driver, settings: pinned })).record.failed).toBeUndefined();
});

it('takes a directory that was there, and empty, and leaves it so', async () => {
  const dir = join(source.dir, 'empty');
  mkdirSync(dir);
  expect((await into({ dir })).record.failed).toBeUndefined();
  expect((await import('node:fs')).readdirSync(dir)).toEqual([]);
});
