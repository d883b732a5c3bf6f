import type { BackupDriver } from '@ordeal/shared/drivers/backup';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { DeadlineExceeded } from '@ordeal/shared/time/deadline';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDump } from '../../src/drivers/pg-dump/driver.ts';
import { dumpsOf, startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { phaseOf, restoreOnce } from './fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });

let source: Source;
let driver: BackupDriver;

beforeAll(async () => {
  source = await startSource();
  driver = createDump(dumpsOf(source));
  await driver.take(testContext());
}, 60_000);
afterAll(() => source.dispose());

it('says for how long it was waited for, when its time was over before it had come to its end', async () => {
  const never: BackupDriver['restore'] = async (_copy, _into, _point, _atOwnPoint, { signal }) => {
    await systemClock.sleep(3_600_000, signal);
    throw new Error('nobody waits for that long');
  };
  const phase = phaseOf({ kind: 'restore', take: false }, { deadline: 2, targets: { rto: 3600, rpo: 600 } });
  const { record } = await restoreOnce(phase, { source, driver: { ...driver, restore: never } });
  expect(record.failed).toMatch(/took longer than/);
  expect(record.seconds).toEqual({
    low: expect.any(Number),
    high: null,
    givenUpAfter: record.seconds.low,
  });
  expect(record.seconds.low).toBeLessThan(3600);
});

it('is not given up when a step took longer than it gives itself', async () => {
  const late: BackupDriver['restore'] = async () => {
    throw new DeadlineExceeded('starting the server took longer than 60 s.');
  };
  const { record } = await restoreOnce(phaseOf({ kind: 'restore', take: false }), {
    source,
    driver: { ...driver, restore: late },
  });
  expect(record.failed).toContain('took longer than 60 s');
  expect(record.seconds).not.toHaveProperty('givenUpAfter');
});
