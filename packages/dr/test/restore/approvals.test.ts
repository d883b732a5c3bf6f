import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupCopy, BackupDriver } from '@ordeal/shared/drivers/backup';
import { anchorOf, type Clock } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import type { Approve } from '../../src/drills/drill.ts';
import type { Asking } from '../../src/restore/course.ts';
import { runRestore, type RestoreOutcome } from '../../src/restore/run-restore.ts';
import { noLedger, phaseOf, testRun } from './fixtures.ts';

const copy: BackupCopy = {
  id: 'one',
  instant: { low: Date.now() - 1000, high: Date.now() - 1000 },
  bytes: 1,
  source: { system: '42' },
  content: null,
  detail: {},
};

/** Whoever comes to restoring has gone far enough. */
const driver: BackupDriver = {
  kind: 'test',
  identify: async () => ({ system: '42' }),
  latest: async () => copy,
  take: async () => copy,
  verify: async () => [],
  restore: async () => await Promise.reject(new Error('it came to restoring')),
};

async function restoreWith(
  drill: Parameters<typeof phaseOf>[0],
  asking?: Asking,
  change: { readonly driver?: Partial<BackupDriver>; readonly clock?: Clock } = {},
): Promise<RestoreOutcome> {
  const run = testRun();
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-ap-'));
  mkdirSync(join(dir, 'into'));
  try {
    return await runRestore(
      phaseOf(drill),
      {
        driver: { ...driver, ...change.driver },
        settings: { into: { dir: join(dir, 'into'), binDir: dir, settings: {} }, source: {}, checks: [] },
        freePort: async () => 1,
        anchor: anchorOf(systemClock),
        ...noLedger,
        ...(asking && { asking }),
      },
      { ...run, clock: change.clock ?? run.clock },
    );
  } finally {
    run.dispose();
    rmSync(dir, { recursive: true });
  }
}

function answering(approved: (question: string) => boolean, asked: string[]): Approve {
  return async (question) => {
    asked.push(question);
    return { approved: approved(question), by: 'ann', why: 'because', how: 'file' };
  };
}

it('says that nobody was asked', async () => {
  const { record } = await restoreWith({ kind: 'restore', take: true });
  expect(record.approvals?.map(({ step, how }) => [step, how])).toEqual([
    ['take backup', 'unattended'],
    ['restore', 'unattended'],
  ]);
  expect(record.failed).toBe('restore: it came to restoring');
});

it('asks before it takes a backup and before it restores, and goes no further after a no', async () => {
  const asked: string[] = [];
  const approve = answering((question) => !question.startsWith('Restore'), asked);
  const { record } = await restoreWith({ kind: 'restore', take: true }, { approve, mostRunSeconds: 60 });
  expect(asked).toEqual([
    expect.stringMatching(/^Take a new backup with shop now\?/),
    expect.stringMatching(/^Restore one into a server of its own in .*into now\?/),
  ]);
  expect(record.failed).toMatch(/^restore: ann decided against it \(because\)/);
  expect(record.approvals?.map(({ approved }) => approved)).toEqual([true, false]);
  expect(record.seconds).toEqual({ low: 0, high: null });
});

it('asks before each step, also of a look at a backup', async () => {
  const asked: string[] = [];
  const approve = answering(() => true, asked);
  const asking = { approve, beforeStep: approve, mostRunSeconds: 60 };
  await restoreWith({ kind: 'backup-freshness' }, asking);
  expect(asked).toEqual([
    expect.stringContaining('Next step of restore-shop is "choose backup"'),
    expect.stringContaining('Next step of restore-shop is "look at it"'),
  ]);
  asked.length = 0;
  const { record } = await restoreWith({ kind: 'restore', take: false }, asking);
  expect(record.approvals?.map(({ step }) => step)).toEqual(['check place', 'choose backup', 'restore']);
});

it('does not count the time for which it waited, nor gives up because of it', async () => {
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const approve: Approve = async (question) => {
    ahead += 3_600_000;
    return { approved: !question.includes('"prove"'), by: 'ann', how: 'file' };
  };
  const { record } = await restoreWith(
    { kind: 'restore', take: false },
    { approve, beforeStep: approve, mostRunSeconds: 60 },
    {
      clock,
      driver: {
        restore: async () => {
          await systemClock.sleep(50);
          return { url: 'postgresql://nobody', checks: [] };
        },
      },
    },
  );
  expect(record.failed).toMatch(/^prove: ann decided against it/);
  expect(record.waitedOnHuman).toBeCloseTo(3600, 0);
  expect(record.seconds.low).toBeLessThan(3600);
  expect(record.backupAgeSeconds.high, 'the wait between the choice and the restore').toBeLessThan(3 * 3600);
  expect(record.steps?.map((step) => Math.round(step.waitedOnHuman))).toEqual([3600, 3600, 3600, 3600, 0]);
});
