import { chmodSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { createDump } from '../../src/drivers/pg-dump/driver.ts';
import type { RestoreOutcome } from '../../src/restore/run-restore.ts';
import { basebackupsOf, dumpsOf, startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { phaseOf, restoreOnce, settingsFor } from './fixtures.ts';

// Servers are made: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

let source: Source;
afterEach(() => source.dispose());

const phase = phaseOf({ kind: 'archiving' });

async function watched(settings: Readonly<Record<string, string>>): Promise<RestoreOutcome> {
  source = await startSource(() => settings);
  // A server that has just been started looks at archive_timeout only then.
  await source.sql('CHECKPOINT');
  return await restoreOnce(phase, { source, driver: createBasebackup(basebackupsOf(source)) });
}

it('sees what is written in the archive once its file is ended, and asks for nothing', async () => {
  const { record, window } = await watched({ archive_timeout: '2s' });
  expect(record.failed).toBeUndefined();
  expect(record.archiving).toMatchObject({
    settings: { archive_mode: 'on', archive_timeout: '2 s', checkpoint_timeout: '300 s' },
    bound: { low: 2, high: 330 },
    reason: expect.stringContaining("after 2 s (archive_timeout), or 300 s after the server's start"),
  });
  const { low, high } = record.archiving?.seen ?? { low: Infinity, high: Infinity };
  expect(low).toBeLessThan(high);
  expect(high).toBeLessThan(20);
  expect(window?.name).toMatch(/\/restore$/);
});

it.each([
  [{ archive_timeout: '0' }, 'archive_timeout is 0: a file of the log is archived once it is full'],
  [{ archive_timeout: '2s', archive_mode: 'off' }, 'archive_mode is off'],
  [{ archive_timeout: '2s', archive_command: '' }, 'archive_command and archive_library are empty'],
])('waits for nothing where nothing bounds it: %j', async (settings, reason) => {
  const { record } = await watched(settings);
  expect(record.failed).toContain(
    `watch the archive: nothing bounds how long what is written waits: ${reason}`,
  );
  expect(record.archiving).toMatchObject({
    bound: null,
    seen: null,
    reason: expect.stringContaining(reason),
  });
});

it('fails where a source says that it archives, and does not', async () => {
  source = await startSource(() => ({ archive_command: '/bin/true' }));
  const bound = { settings: {}, seconds: { low: 1, high: 1.5 }, reason: 'so it is said' };
  const driver = { ...createBasebackup(basebackupsOf(source)), archiveBound: async () => bound };
  const { record } = await restoreOnce(phase, { source, driver });
  expect(record.failed).toMatch(/watch the archive: what was written is not archived after \d\.\d s/);
  expect(record.archiving).toMatchObject({ bound: bound.seconds, seen: null });
  expect(record.archiving?.waited).toBeGreaterThan(1.5);
});

it('says that nothing bounds it while the server fails to archive', async () => {
  source = await startSource(() => ({ archive_timeout: '1s' }));
  const driver = createBasebackup(basebackupsOf(source));
  chmodSync(source.archive, 0o500);
  await source.sql('SELECT pg_switch_wal()');
  await vi.waitFor(
    async () =>
      expect(await driver.archiveBound(testContext())).toMatchObject({
        seconds: null,
        reason: expect.stringMatching(/the server fails to archive 0{7}1/),
      }),
    { timeout: 20_000, interval: 200 },
  );
  chmodSync(source.archive, 0o700);
});

it('is refused of backups without a log, and of a source that is another one', async () => {
  source = await startSource();
  const dumps = await restoreOnce(phase, { source, driver: createDump(dumpsOf(source)) });
  expect(dumps.refused).toEqual([
    'the backups of pg-dump are no archive of a log: only of pg-basebackup can it be watched',
  ]);
  const settings = settingsFor(source, { source: { system: '1' } });
  const driver = createBasebackup(basebackupsOf(source));
  const other = await restoreOnce(phase, { source, driver, settings });
  expect(other.refused).toEqual([expect.stringContaining('and the platform pins 1')]);
});
