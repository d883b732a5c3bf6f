import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@ordeal/shared/process/identity';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind } from '@ordeal/shared/undo/unwind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openRedis } from '../../src/drivers/redis/connection.ts';
import { WRITTEN_DRIVER } from '../../src/ledger/written-driver.ts';
import { deleteWritten, writtenHealer, type WrittenUndo } from '../../src/ledger/written.ts';
import { sql, startPostgres, startRedis, type Database } from './fixtures/databases.ts';
import { fixtureLedger, startFixturePlatform, type FixturePlatform } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

/** A runner that is killed has nobody to delete what its observers have written, but the next one that looks. */

let platform: FixturePlatform;
let postgres: Database;
let redis: Database;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(() => Promise.all([postgres.end(), redis.end()]));
beforeEach(async () => {
  platform = await startFixturePlatform();
});
afterEach(() => platform.end());

const rows = async (): Promise<number> => {
  const [there] = await sql<{ n: number }>(
    postgres.url,
    "SELECT count(*)::int AS n FROM pg_class WHERE relname = 'ordeal_ledger'",
  );
  if (there?.n === 0) return 0;
  return (await sql<{ n: number }>(postgres.url, 'SELECT count(*)::int AS n FROM ordeal_ledger'))[0]?.n ?? 0;
};
const entries = async (): Promise<number> => {
  const connection = openRedis(redis.url);
  try {
    await connection.authenticate();
    return Number(await connection.command('XLEN', 'ordeal:ledger:run-1-drill'));
  } finally {
    connection.close();
  }
};
const documents = async (): Promise<number> => {
  const { collections } = await platform.tell({ type: 'tell' });
  return Object.values(collections).reduce((sum, one) => sum + one, 0);
};

interface Left {
  heal(by: 'guardian' | 'recover', deadlineMs?: number): ReturnType<typeof unwind>;
  undo(): WrittenUndo;
}

/** Kills a runner once its observers have written, and lets `use` see what it left. */
async function withKilledRunner(
  ledger: LedgerSpec | undefined,
  written: () => Promise<number>,
  use: (left: Left) => Promise<void>,
): Promise<void> {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-run-'));
  const program = fileURLToPath(new URL('./fixtures/runner.main.ts', import.meta.url));
  const more = ledger === undefined ? [] : [JSON.stringify(ledger)];
  const runner = spawn(execPath, [program, platform.entry, runDir, ...more], { stdio: 'ignore' });
  const exited = once(runner, 'exit');
  try {
    await until(async () => (await written()) >= 20, 'writes');
    runner.kill('SIGKILL');
    await exited;
    const undo = openFileUndoLedger(runDir, systemClock);
    await use({
      undo: () => undo.open()[0]?.config as WrittenUndo,
      heal: (by, deadlineMs = 60_000) =>
        unwind(
          undo,
          { [WRITTEN_DRIVER]: writtenHealer },
          { clock: systemClock, by, deadlineMs, say: () => undefined },
        ),
    });
  } finally {
    runner.kill('SIGKILL');
    rmSync(runDir, { recursive: true, force: true });
  }
}

it.each([
  ['PostgreSQL', () => ({ kind: 'postgres', url: postgres.url }) as const, rows],
  ['Redis', () => ({ kind: 'redis', url: redis.url }) as const, entries],
  ['the platform', () => undefined, documents],
])('what a killed runner has written into %s is deleted from its entry alone', (_, ledger, written) =>
  withKilledRunner(ledger(), written, async ({ heal, undo }) => {
    const { writers } = undo();
    expect(writers).toHaveLength(2);
    const over = { clock: systemClock, signal: AbortSignal.abort(new Error('its time is over')) };
    await expect(deleteWritten(undo(), 60_000, over)).rejects.toThrow('its time is over');
    expect(await written()).toBeGreaterThan(0);
    const { healed, left } = await heal('guardian');
    expect({ healed: healed.map(({ driver }) => driver), left }).toEqual({
      healed: [WRITTEN_DRIVER],
      left: [],
    });
    // Nobody is left who could write it again.
    expect(writers.map(isAlive)).toEqual([false, false]);
    expect(await written()).toBe(0);
    expect((await heal('recover')).healed).toEqual([]);
  }),
);

it('stays open while the platform cannot delete it, names what it is, and is done by whoever looks next', () =>
  withKilledRunner(undefined, documents, async ({ heal }) => {
    await platform.tell({ type: 'refuse' });
    try {
      const { left } = await heal('recover', 300);
      expect(left).toMatchObject([
        {
          what: 'what the drill drill has written (collection run-1-drill of the platform)',
          how: expect.stringMatching(/\S/),
        },
      ]);
    } finally {
      await platform.tell({ type: 'answer' });
    }
    // Whoever has given up does not go on behind everybody's back: several tries would be due by now.
    await systemClock.sleep(1000);
    expect(await documents()).toBeGreaterThan(0);
    expect((await heal('recover')).left).toEqual([]);
    expect(await documents()).toBe(0);
  }));

it('takes nothing for an entry that is none', async () => {
  const entry = { id: '1', sequence: 1, driver: WRITTEN_DRIVER, describe: '', deadline: '', createdAt: '' };
  for (const config of [{}, { ledger: fixtureLedger }, { ledger: { kind: 'postgres' } }]) {
    await expect(
      writtenHealer.heal(
        { ...entry, config, revives: 'nothing' },
        { clock: systemClock, signal: new AbortController().signal, say: () => undefined },
      ),
    ).rejects.toThrow('the undo entry 1 does not say what a drill has written');
  }
});
