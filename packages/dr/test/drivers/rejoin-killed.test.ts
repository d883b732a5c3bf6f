import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger, openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind, type UnwindOutcome } from '@ordeal/shared/undo/unwind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { PostgresNode } from '../../src/drivers/postgres/config.ts';
import { REJOIN_DRIVER } from '../../src/drivers/postgres/rejoin-driver.ts';
import { rejoinHealer } from '../../src/drivers/postgres/rejoin-undo.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { sql, testContext, twoServers, type TwoServers } from './two-servers.ts';

/** What a rejoin has made does not outlive a runner that is killed in it, and nothing else is touched for that. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const healers = { [REJOIN_DRIVER]: rejoinHealer };
const context = testContext(AbortSignal.timeout(600_000));

let servers: TwoServers;
let store: StoreDriver;
let scratch: string;
let runDir: string;
let runner: ChildProcess | undefined;

// a is dead and fenced, and b has taken over. Somebody else keeps a slot there that nobody uses just now.
beforeAll(async () => {
  servers = await twoServers();
  store = createPostgresStore(servers.config);
  servers.kill(servers.a);
  await store.fence('a', context);
  await store.promote('b', context);
  await sql(servers.b, `SELECT pg_create_physical_replication_slot('of_somebody', true)`);
  scratch = mkdtempSync(join(tmpdir(), 'ordeal-rejoin-'));
  chmodSync(scratch, 0o755);
});
afterAll(() => {
  servers.dispose();
  rmSync(scratch, { recursive: true, force: true });
});
beforeEach(() => {
  runDir = mkdtempSync(join(scratch, 'run-'));
});
afterEach(() => {
  runner?.kill('SIGKILL');
});

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 60_000;
  while (!(await holds())) {
    if (systemClock.now() > deadline) throw new Error(`it did not come to it: ${what}`);
    await systemClock.sleep(20);
  }
}

const slotsOnB = async (): Promise<readonly string[]> => {
  const rows = await sql<{ slot: string; by: string | null }>(
    servers.b,
    `SELECT slot_name AS slot, application_name AS by
       FROM pg_replication_slots LEFT JOIN pg_stat_activity ON pid = active_pid ORDER BY slot_name`,
  );
  return rows.map(({ slot, by }) => `${slot}: ${by ?? 'nobody'}`);
};
const files = (): readonly string[] => readdirSync(dirname(servers.a.dataDir)).sort();

/** Begins a rejoin of a, whose commands are others, and kills its runner once that holds. */
async function killedIn(
  change: Partial<PostgresNode>,
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const { a, b } = servers;
  const config = { ...servers.config, nodes: [{ ...a, ...change }, b] };
  const program = fileURLToPath(new URL('fixtures/rejoins.main.ts', import.meta.url));
  const child = spawn(
    testTools().node,
    ['--disable-warning=ExperimentalWarning', program, JSON.stringify({ config, runDir })],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  runner = child;
  const exited = once(child, 'exit');
  await until(what, holds);
  child.kill('SIGKILL');
  await exited;
}

/** Programs of the servers' own version, of which the copying takes for ever. */
function slowPrograms(): string {
  const { binDir } = servers.a;
  const dir = join(scratch, 'bin');
  if (existsSync(dir)) return dir;
  mkdirSync(dir, { mode: 0o755 });
  symlinkSync(join(binDir, 'pg_controldata'), join(dir, 'pg_controldata'));
  writeFileSync(
    join(dir, 'pg_basebackup'),
    `#!/bin/sh\nexec ${join(binDir, 'pg_basebackup')} --max-rate=32 "$@"\n`,
    { mode: 0o755 },
  );
  return dir;
}

async function copyingWasKilled(): Promise<void> {
  await killedIn({ binDir: slowPrograms() }, 'the copy is being made', async () =>
    (await slotsOnB()).some((one) => one.startsWith('standby_a: ordeal-rejoin-0001-')),
  );
}

async function undo(): Promise<UnwindOutcome> {
  return await unwind(openFileUndoLedger(runDir, systemClock), healers, {
    clock: systemClock,
    by: 'guardian',
    deadlineMs: 60_000,
    say: () => undefined,
    againAfterMs: 200,
  });
}

it('takes away the slot and the half copy, and ends the copying', async () => {
  await copyingWasKilled();
  expect(files()).toContain('a.fresh');
  const { healed, left } = await undo();
  expect([healed.length, left]).toEqual([1, []]);
  expect(await slotsOnB()).toEqual(['of_somebody: nobody']);
  expect(files()).toEqual(['a', 'a.log', 'b', 'b.log']);
});

it('gives back the slot of a node that nobody starts, and leaves its complete copy', async () => {
  const start = ['sh', '-c', 'exec sleep 3'];
  await killedIn({ service: { ...servers.a.service, start } }, 'the copy is in place', () =>
    existsSync(`${servers.a.dataDir}.old`),
  );
  expect(await slotsOnB()).toContain('standby_a: nobody');

  const [entry] = openFileUndoLedger(runDir, systemClock).open();
  if (entry === undefined) throw new Error('it was written down');
  const log = join(scratch, 'log');
  mkdirSync(log);
  const program = join(servers.b.binDir, 'pg_receivewal');
  const argv = ['--slot=standby_a', `--directory=${log}`, `--dbname=${servers.b.url}`];
  const somebody = spawn(program, argv, { stdio: 'ignore' });
  await until('somebody uses the slot', async () => (await slotsOnB()).includes('standby_a: pg_receivewal'));
  await expect(rejoinHealer.heal(entry, context)).rejects.toThrow(
    'standby_a on node b is in use by pg_receivewal',
  );
  somebody.kill('SIGKILL');
  await once(somebody, 'exit');

  expect((await undo()).left).toEqual([]);
  expect(await slotsOnB()).toEqual(['of_somebody: nobody']);
  expect(files()).toEqual(['a', 'a.log', 'a.old', 'b', 'b.log']);
});

it('leaves alone what somebody has gone on with, also while that standby is down', async () => {
  await copyingWasKilled();
  // As its guardian has died with it: only what is left of the connection is ended.
  await sql(
    servers.b,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ordeal-rejoin%'`,
  );
  await until('nothing copies', () => spawnSync('pgrep', ['-f', `${servers.a.dataDir}.fresh`]).status === 1);
  const next = createFileUndoLedger(mkdtempSync(join(scratch, 'next-')), systemClock);
  await store.rejoin('a', 'b', context, next);
  expect(next.open()).toEqual([]);
  servers.stop(servers.a);
  await until('nobody uses the slot', async () => (await slotsOnB()).includes('standby_a: nobody'));
  expect((await undo()).left).toEqual([]);
  expect(await slotsOnB()).toContain('standby_a: nobody');
  servers.start(servers.a);
  await store.rejoin('a', 'b', context);
});

it('leaves a node alone that has come to follow', async () => {
  await sql(servers.b, 'SELECT pg_switch_wal()');
  servers.kill(servers.a);
  await store.fence('a', context);
  const start = ['sh', '-c', `"$@" && exec sleep 3`, 'sh', ...servers.a.service.start];
  await killedIn({ service: { ...servers.a.service, start } }, 'it follows', async () =>
    (await slotsOnB()).includes('standby_a: a'),
  );
  expect((await undo()).left).toEqual([]);
  expect(await slotsOnB()).toContain('standby_a: a');
  expect(files()).toEqual(['a', 'a.log', 'a.old', 'b', 'b.log']);
});
