import type { BackupDriver } from '@ordeal/shared/drivers/backup';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import { runRestore } from '../../src/restore/run-restore.ts';
import { noLedger, phaseOf, testRun } from './fixtures.ts';

it('is refused, and no backup is blamed, where backups hold their own moment only', async () => {
  const run = testRun();
  try {
    const outcome = await runRestore(
      phaseOf({ kind: 'point-in-time', at: '2026-03-14T02:00:00Z' }),
      {
        driver: { kind: 'pg-dump', identify: async () => ({ system: '1' }) } as unknown as BackupDriver,
        settings: {
          into: { dir: `${run.dir}/place`, binDir: '/usr/bin', settings: {} },
          source: {},
          checks: [],
        },
        freePort: async () => 0,
        anchor: anchorOf(systemClock),
        ...noLedger,
      },
      run,
    );
    expect(outcome.refused).toEqual([
      'the backups of pg-dump hold their own moment only: restore that, or use pg-basebackup',
    ]);
    expect(outcome.record.checks).toEqual([]);
  } finally {
    run.dispose();
  }
});
