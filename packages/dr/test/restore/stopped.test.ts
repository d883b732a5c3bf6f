import type { BackupCheck, BackupDriver } from '@ordeal/shared/drivers/backup';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import { runRestore } from '../../src/restore/run-restore.ts';
import { noLedger, phaseOf, testRun } from './fixtures.ts';

/** Looks at a backup of which this is found before somebody ends the run. */
async function stoppedAfter(found: readonly BackupCheck[]) {
  const stop = new AbortController();
  const run = testRun(stop.signal);
  const driver = {
    kind: 'test',
    latest: async () => ({
      id: 'one',
      instant: { low: Date.now() - 1000, high: Date.now() - 1000 },
      bytes: 1,
      source: null,
      content: null,
      detail: {},
    }),
    verify: async () => found,
    newest: async () => {
      stop.abort(new Error('interrupted by SIGINT'));
      stop.signal.throwIfAborted();
    },
  };
  try {
    const { record } = await runRestore(
      phaseOf({ kind: 'backup-freshness' }),
      {
        driver: driver as unknown as BackupDriver,
        settings: { into: { dir: '/nowhere', binDir: '/nowhere', settings: {} }, source: {}, checks: [] },
        freePort: async () => 1,
        anchor: anchorOf(systemClock),
        ...noLedger,
      },
      run,
    );
    return record;
  } finally {
    run.dispose();
  }
}

it('a restore that is stopped says so, and proves nothing', async () => {
  const record = await stoppedAfter([{ name: 'hashes', outcome: 'held', detail: 'as they were' }]);
  expect(record.failed).toBe('look at it: stopped: interrupted by SIGINT');
  expect(record.stoppedAfter).toBeGreaterThanOrEqual(0);
});

it('what was found to be broken before it was stopped is a failure all the same', async () => {
  const record = await stoppedAfter([{ name: 'hashes', outcome: 'broken', detail: 'base.tar differs' }]);
  expect(record.failed).toBe(
    'look at it: stopped: interrupted by SIGINT; found by then: hashes: base.tar differs',
  );
  expect(record).not.toHaveProperty('stoppedAfter');
});
