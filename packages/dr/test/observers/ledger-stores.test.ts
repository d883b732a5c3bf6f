import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedis, type RedisConnection } from '../../src/drivers/redis/connection.ts';
import { startObservers } from '../../src/observers/start-observers.ts';
import { sql, startPostgres, startRedis, type Database } from './fixtures/databases.ts';
import { openGate, type Gate } from './fixtures/gate.ts';
import { contextIn, observe, specFor, type Observed } from './fixtures/observed.ts';
import { until } from './fixtures/until.ts';

const entry = 'http://127.0.0.1:1';
const collection = 'run-1-drill';
let postgres: Database;
let redis: Database;
let gates: { readonly postgres: Gate; readonly redis: Gate };

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const [toPostgres, toRedis] = await Promise.all([postgres.port, redis.port].map(openGate));
  if (toPostgres === undefined || toRedis === undefined) throw new Error('no gate');
  gates = { postgres: toPostgres, redis: toRedis };
});

afterAll(async () => {
  await Promise.all([gates.postgres.end(), gates.redis.end(), postgres.end(), redis.end()]);
});

function throughGate(kind: 'postgres' | 'redis'): LedgerSpec {
  if (kind === 'redis') {
    return { kind, url: redis.url.replace(String(redis.port), String(gates.redis.port)) };
  }
  const url = postgres.url.replace(String(postgres.port), String(gates.postgres.port));
  return { kind, url, writesPerCommit: 3 };
}

/** Writes for a while, and has the writing stopped when `use` is called. */
async function withLedger(
  ledger: LedgerSpec,
  use: (observed: Observed) => Promise<void>,
  meanwhile: (observed: Observed) => Promise<void> = async () => undefined,
): Promise<void> {
  const observed = await observe(entry, { ledger, probes: [], ledgerRate: 150, ledgerTimeoutMs: 10_000 });
  try {
    await until(() => observed.observers.ledger().acknowledged >= 90, 'acknowledged writes');
    await meanwhile(observed);
    await observed.observers.stopWriting();
    await use(observed);
  } finally {
    await observed.end();
  }
}

function faultNow(): { low: number; high: number } {
  const at = systemClock.now();
  return { low: at, high: at + 1 };
}

async function onRedis<T>(use: (connection: RedisConnection) => Promise<T>): Promise<T> {
  const connection = openRedis(redis.url);
  try {
    await connection.authenticate();
    return await use(connection);
  } finally {
    connection.close();
  }
}

describe('a ledger straight into PostgreSQL', () => {
  it('reads back what it wrote, and leaves no table behind', async () => {
    await withLedger(throughGate('postgres'), async ({ observers }) => {
      const record = await observers.readBack(faultNow(), 5);
      expect(record).toMatchObject({ lost: 0, duplicate: 0, corrupt: 0, phantom: 0, stale: 0, seconds: 0 });
      expect(record.acknowledged).toBe(observers.ledger().acknowledged);
      const [row] = await sql<{ n: number }>(postgres.url, 'SELECT count(*)::int AS n FROM ordeal_ledger');
      expect(row?.n).toBe(record.acknowledged);
    });
    const [row] = await sql<{ there: boolean }>(
      postgres.url,
      "SELECT to_regclass('ordeal_ledger') IS NOT NULL AS there",
    );
    expect(row?.there).toBe(false);
  });

  it('finds what the table lost, holds twice, changed and made up', () =>
    withLedger(throughGate('postgres'), async ({ observers }) => {
      await sql(
        postgres.url,
        `DELETE FROM ordeal_ledger WHERE worker = 0 AND sequence IN (4, 5);
         INSERT INTO ordeal_ledger SELECT * FROM ordeal_ledger WHERE worker = 1 AND sequence = 1;
         UPDATE ordeal_ledger SET payload = 'x' || payload WHERE worker = 1 AND sequence = 2;
         INSERT INTO ordeal_ledger VALUES ('${collection}', 7, 9999, 'p'), ('another-run', 0, 0, 'p')`,
      );
      const record = await observers.readBack(faultNow(), 5);
      expect(record).toMatchObject({ lost: 2, holes: 1, duplicate: 1, corrupt: 1, phantom: 1 });
    }));

  it('leaves a table alone that was there before, but for its own rows', async () => {
    const [mine] = await sql<{ n: number }>(
      postgres.url,
      "SELECT count(*)::int AS n FROM pg_class WHERE relname = 'ordeal_ledger'",
    );
    // The test before left the row of another run, so that its table stayed.
    expect(mine?.n).toBe(1);
    await withLedger(throughGate('postgres'), async () => undefined);
    expect(await sql(postgres.url, 'SELECT collection FROM ordeal_ledger')).toEqual([
      { collection: 'another-run' },
    ]);
    await sql(postgres.url, 'DROP TABLE ordeal_ledger');
  });

  it('takes a refusal for one, and the end of its connection for doubt', () =>
    withLedger(
      throughGate('postgres'),
      async (observed) => {
        const record = await observed.observers.readBack(faultNow(), 5);
        expect(record).toMatchObject({ lost: 0, resurrected: 0, phantom: 0 });
        const lines = readFileSync(join(observed.dir, 'ledger-drill.jsonl'), 'utf8');
        expect(lines).toMatch(/"fail",\d+,\d+,"rejected 25006"/);
      },
      async ({ observers }) => {
        await sql(
          postgres.url,
          'ALTER DATABASE postgres SET default_transaction_read_only = on; ' +
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ordeal-ledger'",
        );
        await systemClock.sleep(300);
        await sql(
          `${postgres.url}?options=-c%20default_transaction_read_only%3Doff`,
          'ALTER DATABASE postgres RESET default_transaction_read_only; ' +
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ordeal-ledger'",
        );
        const before = observers.ledger().acknowledged;
        await until(() => observers.ledger().acknowledged > before + 30, 'writes after it');
      },
    ));
});

describe('a ledger straight into Redis', () => {
  it('reads back what it wrote, in pages, and leaves no key behind', async () => {
    await withLedger(throughGate('redis'), async ({ observers }) => {
      const record = await observers.readBack(faultNow(), 5);
      expect(record).toMatchObject({ lost: 0, duplicate: 0, corrupt: 0, phantom: 0, stale: 0, seconds: 0 });
      expect(record.acknowledged).toBe(observers.ledger().acknowledged);
    });
    expect(await onRedis((one) => one.command('DBSIZE'))).toBe(0);
  });

  it('finds what the stream lost, holds twice, changed and made up', () =>
    withLedger(throughGate('redis'), async ({ observers }) => {
      await onRedis(async (one) => {
        const key = `ordeal:ledger:${collection}`;
        const all = (await one.command('XRANGE', key, '-', '+')) as [string, string[]][];
        const entryOf = (id: string): string => all.find(([, fields]) => fields[1] === id)?.[0] ?? '';
        await one.command('XDEL', key, entryOf(`${collection}-0-2`));
        const [, again] = all.find(([, fields]) => fields[1] === `${collection}-1-1`) ?? ['', []];
        await one.command('XADD', key, '*', ...again);
        await one.command('XDEL', key, entryOf(`${collection}-1-2`));
        await one.command('XADD', key, '*', 'id', `${collection}-1-2`, 'payload', 'another');
        await one.command('XADD', key, '*', 'id', 'nobody', 'payload', 'p');
      });
      const record = await observers.readBack(faultNow(), 5);
      expect(record).toMatchObject({ lost: 1, holes: 1, duplicate: 1, corrupt: 1, phantom: 1 });
    }));

  it('wants replicas where it is told to', () =>
    withObserved({ ...throughGate('redis'), kind: 'redis', replicas: 1 } as LedgerSpec, async (observed) => {
      await until(
        () =>
          /"info",\d+,\d+,"0 of 1 replicas"/.test(
            readFileSync(join(observed.dir, 'ledger-drill.jsonl'), 'utf8'),
          ),
        'writes in doubt',
      );
      expect(observed.observers.ledger().acknowledged).toBe(0);
    }));

  it('leaves in doubt what was added and then not waited for, since it is there', async () => {
    await onRedis((one) =>
      one.command('ACL', 'SETUSER', 'impatient', 'on', '>p', '~*', '&*', '+@all', '-wait'),
    );
    const url = new URL(redis.url);
    [url.username, url.password] = ['impatient', 'p'];
    await withObserved({ kind: 'redis', url: url.href, replicas: 1 }, async (observed) => {
      const lines = (): string => readFileSync(join(observed.dir, 'ledger-drill.jsonl'), 'utf8');
      await until(() => /"(info|fail)",\d+,\d+,"/.test(lines()), 'writes that were answered');
      expect(await onRedis((one) => one.command('XLEN', `ordeal:ledger:${collection}`))).toBeGreaterThan(0);
      expect(lines()).toContain('"replicas unknown NOPERM"');
      expect(lines()).not.toContain('"fail"');
    });
  });
});

describe.each(['postgres', 'redis'] as const)('a ledger through a network that fails (%s)', (kind) => {
  it('loses nothing, and keeps what is in doubt apart', () =>
    withLedger(
      throughGate(kind),
      async ({ observers }) => {
        const record = await observers.readBack(faultNow(), 5);
        expect(record).toMatchObject({ lost: 0, duplicate: 0, corrupt: 0, phantom: 0, resurrected: 0 });
      },
      async ({ observers }) => {
        await gates[kind].fail({ how: 'refuse', slowMs: 0, only: '', spans: [200, 200, 200] });
        const before = observers.ledger().acknowledged;
        await until(() => observers.ledger().acknowledged > before + 30, 'writes after it');
      },
    ));
});

it('does not start without a place to write, and tells no secret', async () => {
  const spec = specFor(entry, {
    probes: [],
    ledger: { kind: 'postgres', url: postgres.url.replace('postgres@', 'nobody:s3cret@') },
  });
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-observers-'));
  const failure = await startObservers(spec, contextIn(dir)).catch((error: unknown) => error);
  rmSync(dir, { recursive: true });
  expect(String((failure as Error).cause)).toContain('the ledger has no place to write');
  expect(String((failure as Error).cause)).not.toContain('s3cret');
});

async function withObserved(ledger: LedgerSpec, use: (observed: Observed) => Promise<void>): Promise<void> {
  const observed = await observe(entry, { ledger, probes: [], ledgerTimeoutMs: 500 });
  try {
    await use(observed);
  } finally {
    await observed.end();
  }
}
