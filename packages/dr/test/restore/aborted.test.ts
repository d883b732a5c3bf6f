import { existsSync } from 'node:fs';
import { env } from 'node:process';
import type { BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { chanceFrom } from '@ordeal/shared/testing/chance';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { runRestore } from '../../src/restore/run-restore.ts';
import { stepsOf } from '../../src/restore/steps/runbook.ts';
import { basebackupsOf, startSource, type Source } from '../backup/source.ts';
import { freePorts, testContext } from '../drivers/two-servers.ts';
import { noLedger, phaseOf, processesIn, settingsFor, testRun } from './fixtures.ts';

/*
 * A restore that is aborted in one of its steps leaves nothing: no server, no file, no table of markers, no open undo
 * entry. `npm run prove -- aborts` does so more often, and as each step begins too. In the middle is by chance:
 * `ORDEAL_TEST_SEED` brings it again.
 */

vi.setConfig({ testTimeout: 120_000 });

const rounds = Number(env['ORDEAL_PROVE_ABORTS'] ?? 1);
const MIDDLE_MS = 300;
const chance = chanceFrom(env['ORDEAL_TEST_SEED']);
console.info(`aborted restores: ORDEAL_TEST_SEED=${chance.seed}`);

/** When each step is aborted. */
const momentsOf = (kind: string, step: string) => [
  ...(env['ORDEAL_PROVE_ABORTS'] === undefined ? [] : [{ step, moment: 'as it begins', afterMs: 0 }]),
  ...Array.from({ length: rounds }, (_, round) => ({
    step,
    moment: 'in the middle',
    afterMs: chance.of(kind, step, round) * MIDDLE_MS,
  })),
];

let source: Source;
let driver: BackupDriver & Partial<PointInTime>;
let taken: number;

beforeAll(async () => {
  // What is watched has to last.
  source = await startSource(() => ({ archive_timeout: '1h' }));
  driver = createBasebackup(basebackupsOf(source));
  await driver.take(testContext());
  taken = Date.now();
}, 60_000);
afterAll(() => source.dispose());

const kinds: readonly (readonly [name: string, drill: () => RestorePhase['drill']])[] = [
  ['restore', () => ({ kind: 'restore', take: true })],
  ['point in time', () => ({ kind: 'point-in-time', markFor: 1 })],
  ['restore at a moment', () => ({ kind: 'point-in-time', at: new Date(taken + 1).toISOString() })],
  ['backup-freshness', () => ({ kind: 'backup-freshness' })],
  ['archiving', () => ({ kind: 'archiving' })],
];

describe.each(kinds)('a drill of kind %s that is aborted', (name, drill) => {
  taken = Date.now();
  const steps: readonly string[] = stepsOf(phaseOf(drill())).map((one) => one.name);
  const moments = steps.flatMap((step) => momentsOf(name, step));

  it.each(moments)('in the step $step, $moment, leaves nothing', async ({ step, afterMs }) => {
    const stop = new AbortController();
    const run = testRun(stop.signal);
    const abort = (): void => stop.abort(new Error('aborted by the test'));
    const journal: typeof run.journal = {
      append: (event) => {
        if (event.type === 'step-started' && event.step === step) {
          if (afterMs === 0) abort();
          else setTimeout(abort, afterMs);
        }
        return run.journal.append(event);
      },
    };
    const settings = settingsFor(source, { markers: { url: source.url } });
    try {
      const { record, refused } = await runRestore(
        phaseOf(drill()),
        {
          driver,
          settings,
          source: { url: source.url },
          freePort: async () => (await freePorts(1))[0] ?? 0,
          anchor: anchorOf(systemClock),
          ...noLedger,
        },
        { ...run, journal },
      );
      const cut = record.steps?.find(({ outcome }) => outcome === 'failed')?.name;
      // In the middle of a short step is in one behind it; behind the last one nothing is left to abort.
      const at = cut === undefined ? steps.length : steps.indexOf(cut);
      expect(at).toBeGreaterThanOrEqual(steps.indexOf(step));
      expect(record.failed ?? '').toContain(cut === undefined ? '' : `${cut}: stopped: aborted by the test`);
      expect(record.stoppedAfter !== undefined, 'the record says that it was stopped').toBe(
        cut !== undefined,
      );
      expect(refused).toEqual([]);
      expect(run.undo.open()).toEqual([]);
      expect(existsSync(settings.into.dir)).toBe(false);
      expect(processesIn(settings.into.dir)).toEqual([]);
      expect(await source.sql("SELECT relname FROM pg_class WHERE relname LIKE 'ordeal_markers%'")).toEqual(
        [],
      );
    } finally {
      run.dispose();
    }
  });
});
