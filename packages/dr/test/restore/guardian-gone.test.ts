import { existsSync } from 'node:fs';
import type { BackupDriver } from '@ordeal/shared/drivers/backup';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { guardedLedger } from '@ordeal/shared/undo/guarded-ledger';
import { expect, it } from 'vitest';
import { runRestore } from '../../src/restore/run-restore.ts';
import { noLedger, phaseOf, testRun } from './fixtures.ts';

it('is refused, and not failed, when nobody would take away what it makes', async () => {
  const run = testRun();
  const dir = `${run.dir}/place`;
  try {
    const outcome = await runRestore(
      phaseOf({ kind: 'restore', take: false }),
      {
        driver: {
          kind: 'thing',
          identify: async () => ({ system: '1' }),
          latest: async () => ({
            id: 'copy',
            instant: { low: 0, high: 1 },
            bytes: 1,
            source: { system: '1' },
            content: null,
            detail: {},
          }),
        } as unknown as BackupDriver,
        settings: { into: { dir, binDir: '/usr/bin', settings: {} }, source: {}, checks: [] },
        freePort: async () => 1,
        anchor: anchorOf(systemClock),
        ...noLedger,
      },
      // It has died while a backup was chosen.
      { ...run, undo: guardedLedger(run.undo, () => ({ alive: () => false })) },
    );
    expect(outcome.refused).toEqual([expect.stringContaining('The guardian has ended')]);
    expect(outcome.record.steps?.find(({ name }) => name === 'restore')).toMatchObject({ outcome: 'failed' });
    expect(existsSync(dir)).toBe(false);
  } finally {
    run.dispose();
  }
});
