import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind } from '@ordeal/shared/undo/unwind';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { RESTORE_MARKERS_DRIVER, restoreMarkersHealer } from '../../src/restore/markers.ts';
import { RESTORE_TARGET_DRIVER, restoreTargetHealer, targetUndo } from '../../src/restore/target.ts';
import { basebackupsOf, startSource, type Source } from '../backup/source.ts';
import { freePorts, testContext } from '../drivers/two-servers.ts';
import { phaseOf, processesIn, settingsFor } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const healers = {
  [RESTORE_TARGET_DRIVER]: restoreTargetHealer,
  [RESTORE_MARKERS_DRIVER]: restoreMarkersHealer,
};

let source: Source;
let driver: Parameters<typeof createBasebackup>[0];

beforeAll(async () => {
  source = await startSource();
  driver = basebackupsOf(source);
  await createBasebackup(driver).take(testContext());
}, 60_000);
afterAll(() => source.dispose());

it.each([
  ['write markers', 300],
  ['restore', 0],
  ['restore', 400],
  ['restore', 1500],
  ['prove', 0],
  ['the ledger', 50],
])(
  'heals from the entries alone what a runner left that was killed in %s, after %d ms',
  async (step, after) => {
    const runDir = mkdtempSync(join(tmpdir(), 'ordeal-run-'));
    const settings = settingsFor(source, { markers: { url: source.url } });
    const [port] = await freePorts(1);
    const phase = phaseOf({ kind: 'point-in-time', markFor: 1 });
    const child = spawn(
      testTools().node,
      [
        fileURLToPath(new URL('fixtures/runner.main.ts', import.meta.url)),
        JSON.stringify({ phase, driver, settings, port, runDir }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const exited = once(child, 'exit');
      const reached = new Promise<void>((resolve, reject) => {
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          if (said.includes(`in ${step}\n`)) resolve();
        });
        void exited.then(() => reject(new Error(`it ended before ${step}: ${said}`)));
      });
      await reached;
      await systemClock.sleep(after);
      child.kill('SIGKILL');
      await exited;
      const ledger = openFileUndoLedger(runDir, systemClock);
      expect(ledger.open().length).toBeGreaterThan(0);
      const outcome = await unwind(ledger, healers, {
        clock: systemClock,
        by: 'recover',
        deadlineMs: 30_000,
        say: () => undefined,
        againAfterMs: 200,
      });
      expect(outcome.left).toEqual([]);
      expect(existsSync(settings.into.dir)).toBe(false);
      expect(processesIn(settings.into.dir)).toEqual([]);
      expect(await source.sql("SELECT relname FROM pg_class WHERE relname LIKE 'ordeal_markers%'")).toEqual(
        [],
      );
    } finally {
      child.kill('SIGKILL');
      rmSync(runDir, { recursive: true, force: true });
    }
  },
);

it('never touches a directory that is not its own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-own-'));
  const undo = targetUndo(join(dir, 'into'));
  const entry = {
    id: '1',
    sequence: 1,
    driver: RESTORE_TARGET_DRIVER,
    config: undo,
    describe: '',
    deadline: '',
    createdAt: '',
    revives: 'nothing' as const,
  };
  await restoreTargetHealer.heal(entry, testContext());
  mkdirSync(undo.dir);
  writeFileSync(join(undo.dir, 'precious'), '');
  await expect(restoreTargetHealer.heal(entry, testContext())).rejects.toThrow('left as it is');
  expect(readdirSync(undo.dir)).toEqual(['precious']);
  rmSync(dir, { recursive: true });
  const nonsense = { ...entry, config: { nonsense: true } };
  await expect(restoreTargetHealer.heal(nonsense, testContext())).rejects.toThrow('undo entry');
  await expect(restoreMarkersHealer.heal(nonsense, testContext())).rejects.toThrow('undo entry');
});
