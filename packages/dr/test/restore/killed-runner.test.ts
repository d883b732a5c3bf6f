import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cannotRun } from '@ordeal/shared/testing/left-out';
import { testTools } from '@ordeal/shared/testing/tools';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger, openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind } from '@ordeal/shared/undo/unwind';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { COPY_DRIVER } from '../../src/backup-storage/copy-driver.ts';
import { copyHealer } from '../../src/backup-storage/copy-undo.ts';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { queryRows } from '../../src/drivers/postgres/query.ts';
import { RESTORE_MARKERS_DRIVER, restoreMarkersHealer } from '../../src/restore/markers.ts';
import { isolate, makeServer, start, superuser, urlOf } from '../../src/restore/server.ts';
import {
  makeTarget,
  removeTarget,
  RESTORE_TARGET_DRIVER,
  restoreTargetHealer,
  targetUndo,
} from '../../src/restore/target.ts';
import { basebackupsOf, startSource, type Source } from '../backup/source.ts';
import { freePorts, testContext } from '../drivers/two-servers.ts';
import { phaseOf, processesIn, settingsFor } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const healers = {
  [COPY_DRIVER]: copyHealer,
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

/** Kills a runner so long after a step began, heals what it left from the entries alone, and hands on what there was. */
async function killedIn(
  step: string,
  after: number,
  drill: RestorePhase['drill'],
  look: (into: string) => Promise<void>,
): Promise<void> {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-run-'));
  const settings = settingsFor(source, { markers: { url: source.url } });
  const [port] = await freePorts(1);
  const phase = phaseOf(drill);
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
    const outcome = await unwind(ledger, healers, {
      clock: systemClock,
      by: 'recover',
      deadlineMs: 30_000,
      say: () => undefined,
      againAfterMs: 200,
    });
    expect(outcome.left).toEqual([]);
    await look(settings.into.dir);
  } finally {
    child.kill('SIGKILL');
    rmSync(runDir, { recursive: true, force: true });
  }
}

it.each([
  ['write markers', 300],
  ['restore', 0],
  ['restore', 400],
  ['restore', 1500],
  ['prove', 0],
  ['the ledger', 50],
])('heals from the entries alone what a runner left that was killed in %s, after %d ms', (step, after) =>
  killedIn(step, after, { kind: 'point-in-time', markFor: 1 }, async (into) => {
    expect(existsSync(into)).toBe(false);
    expect(processesIn(into)).toEqual([]);
    expect(await source.sql("SELECT relname FROM pg_class WHERE relname LIKE 'ordeal_markers%'")).toEqual([]);
  }),
);

// Up to where a small copy is complete, and beyond: what is complete is a backup, and stays.
it.each([0, 100, 200, 300, 450, 600, 900])(
  'leaves no half copy of a runner that was killed %d ms into taking a backup',
  (after) =>
    killedIn('take backup', after, { kind: 'restore', take: true }, async () => {
      const copies = readdirSync(source.storage);
      expect(copies.filter((copy) => !existsSync(join(source.storage, copy, 'backup.json')))).toEqual([]);
    }),
);

it('does not complete a copy that was taken away under it, and leaves none that has no files', async () => {
  const before = readdirSync(source.storage);
  const take = createBasebackup(driver).take(testContext(), {
    begin: () => ({ stands: () => false, end: () => undefined }),
  });
  await expect(take).rejects.toThrow(/the copy .* was taken away while it was being made/);
  expect(readdirSync(source.storage)).toEqual(before);
});

it('takes nothing of a copy that is complete', async () => {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-run-'));
  try {
    const undo = createFileUndoLedger(runDir, systemClock);
    const { id } = await createBasebackup(driver).take(testContext(), {
      begin: (what) => {
        undo.push({ ...what, deadline: new Date().toISOString(), revives: 'nothing' });
        // It dies before it can say that it is done.
        return { stands: () => true, end: () => undefined };
      },
    });
    const [entry] = undo.open();
    expect(entry).toMatchObject({ driver: COPY_DRIVER, describe: expect.stringContaining(id) });
    if (entry !== undefined) await copyHealer.heal(entry, testContext());
    expect((await createBasebackup(driver).latest(testContext()))?.id).toBe(id);
    expect(readdirSync(join(source.storage, id)).toSorted()).toEqual(['backup.json', 'base.tar.gz']);
  } finally {
    rmSync(runDir, { recursive: true, force: true });
  }
});

const alone = ['--pid', '--fork', '--mount-proc'];
const why =
  spawnSync('unshare', [...alone, 'true']).status === 0
    ? undefined
    : 'skipped: this machine lets nobody have a list of processes of its own';

it.skipIf(cannotRun(why))('leaves a server alone that it cannot see, as from another container', async () => {
  const [port = 0] = await freePorts(1);
  const { into } = settingsFor(source);
  const undo = targetUndo(into.dir);
  const place = { ...into, port };
  makeTarget(undo, into.runAs);
  await makeServer(place, testContext());
  isolate(place);
  await start(place, testContext(), 60_000);
  const module = new URL('../../src/restore/target.ts', import.meta.url).href;
  const clock = new URL('../../../shared/src/time/system-clock.ts', import.meta.url).href;
  const program = `
    const { removeTarget } = await import(${JSON.stringify(module)});
    const { systemClock } = await import(${JSON.stringify(clock)});
    const context = { clock: systemClock, signal: AbortSignal.timeout(30_000), say: () => {} };
    console.log(await removeTarget(${JSON.stringify(undo)}, context).then(() => 'taken away', String));`;
  const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const { stdout } = spawnSync('unshare', [...alone, testTools().node, ...argv], { encoding: 'utf8' });
  expect(stdout).toContain('a server that cannot be seen from here still listens');
  expect(
    await queryRows({ name: 'it', url: urlOf(place, superuser, 'postgres') }, testContext(), 'SELECT 1'),
  ).toHaveLength(1);
  await removeTarget(undo, testContext());
  expect(existsSync(into.dir)).toBe(false);
});

it('takes away a directory whose maker was killed before it could say whose it is, if nothing else is in it', async () => {
  const undo = targetUndo(join(tmpdir(), `ordeal-begun-${process.pid}`));
  try {
    makeTarget(undo, undefined);
    writeFileSync(join(undo.dir, '.ordeal-restore.json'), '');
    writeFileSync(join(undo.dir, 'data'), 'of somebody');
    await expect(removeTarget(undo, testContext())).rejects.toThrow('was not made by this restore');
    rmSync(join(undo.dir, 'data'));
    await removeTarget(undo, testContext());
    expect(existsSync(undo.dir)).toBe(false);
  } finally {
    rmSync(undo.dir, { recursive: true, force: true });
  }
});

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
