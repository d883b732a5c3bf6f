import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresProbe, ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { ProbeConfig } from '../../src/observers/probe-protocol.ts';
import { createProber } from '../../src/observers/probers/create.ts';
import { analyseOutage, type OutageAnalysis } from '../../src/outage/outage.ts';
import { sql, startPostgres, startRedis, type Database } from './fixtures/databases.ts';
import { openGate, type Gate } from './fixtures/gate.ts';
import { observe, specFor, type Observed } from './fixtures/observed.ts';
import { startFixturePlatform, type FixturePlatform } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

/** Streams of every kind, each through a gate of its own to a real server. */
let platform: FixturePlatform;
let postgres: Database;
let redis: Database;
let gates: { readonly http: Gate; readonly postgres: Gate; readonly redis: Gate };

beforeAll(async () => {
  [platform, postgres, redis] = await Promise.all([startFixturePlatform(), startPostgres(), startRedis()]);
  await sql(postgres.url, 'CREATE TABLE seen (id text)');
  const [http, toPostgres, toRedis] = await Promise.all(
    [Number(new URL(platform.entry).port), postgres.port, redis.port].map(openGate),
  );
  if (http === undefined || toPostgres === undefined || toRedis === undefined) throw new Error('no gate');
  gates = { http, postgres: toPostgres, redis: toRedis };
});

afterAll(async () => {
  await Promise.all([gates.http.end(), gates.postgres.end(), gates.redis.end()]);
  await Promise.all([platform.end(), postgres.end(), redis.end()]);
});

function probes(): readonly ProbeSpec[] {
  const postgresUrl = postgres.url.replace(String(postgres.port), String(gates.postgres.port));
  const redisUrl = redis.url.replace(String(redis.port), String(gates.redis.port));
  return (['pooled', 'fresh'] as const).flatMap((connection): readonly ProbeSpec[] => [
    {
      kind: 'websocket',
      name: `websocket ${connection}`,
      connection,
      path: '/socket?run={{run}}',
      send: '{"echo":"{{id}}"}',
      expect: '"{{id}}"',
    },
    {
      kind: 'postgres',
      name: `postgres ${connection}`,
      connection,
      url: postgresUrl,
      sql: 'INSERT INTO seen (id) VALUES ({{id}})',
    },
    {
      kind: 'redis',
      name: `redis ${connection}`,
      connection,
      url: redisUrl,
      command: ['SET', 'seen:{{run}}', '{{id}}'],
    },
  ]);
}

async function withStreams(use: (observed: Observed) => Promise<void>): Promise<void> {
  const observed = await observe(`http://127.0.0.1:${gates.http.port}`, {
    probes: probes(),
    probeTimeoutMs: 4000,
  });
  try {
    await until(
      () => observed.observers.streams().every((one) => one.attempts.filter((a) => a.ok).length > 10),
      'good attempts in every stream',
    );
    await use(observed);
  } finally {
    await observed.end();
  }
}

describe('probes over WebSockets, PostgreSQL and Redis', () => {
  it.each(['refuse', 'hole'] as const)('hold an outage (%s) of known length, fresh and pooled', (how) =>
    withStreams(async ({ observers }) => {
      const failure = { how, slowMs: 0, only: '', spans: [400] };
      const [http, toPostgres, toRedis] = await Promise.all(
        [gates.http, gates.postgres, gates.redis].map((gate) => gate.fail(failure)),
      );
      const truths = { websocket: http, postgres: toPostgres, redis: toRedis };
      const analyse = (): readonly OutageAnalysis[] =>
        observers.streams().map((stream) => {
          const [down] = truths[stream.name.split(' ')[0] as keyof typeof truths] ?? [];
          const from = { low: down?.from ?? 0, high: down?.to ?? 0 };
          return analyseOutage(stream, { from, stableForMs: 300, stableAttempts: 12 });
        });
      await until(() => analyse().every((one) => one.recovered !== null), 'recovery of every stream');
      for (const seen of analyse()) {
        const [down, up] = truths[seen.stream.split(' ')[0] as keyof typeof truths] ?? [];
        const told = JSON.stringify({ down, up, seen });
        if (down === undefined || up === undefined) throw new Error(told);
        expect(seen.outage, told).not.toBeNull();
        expect(seen.outage?.low, told).toBeLessThanOrEqual(up.to - down.from);
        expect(seen.outage?.high, told).toBeGreaterThanOrEqual(up.from - down.to);
        expect(seen.start?.low, told).toBeLessThanOrEqual(down.to);
        expect(seen.start?.high, told).toBeGreaterThanOrEqual(down.from);
        expect(seen.recovered?.low, told).toBeLessThanOrEqual(up.to);
        expect(seen.recovered?.high, told).toBeGreaterThanOrEqual(up.from);
      }
      expect(observers.healthy()).toEqual({ ok: true });
    }),
  );

  it('tell what a server refuses apart from a broken network', () =>
    withStreams(async ({ observers }) => {
      await sql(postgres.url, 'ALTER DATABASE postgres SET default_transaction_read_only = on');
      try {
        const refused = (): boolean =>
          observers
            .streams()
            .find((one) => one.name === 'postgres fresh')
            ?.attempts.at(-1)?.error === 'rejected: 25006';
        await until(refused, 'a read-only database');
        expect(observers.healthy()).toEqual({ ok: true });
      } finally {
        await sql(
          `${postgres.url}?options=-c%20default_transaction_read_only%3Doff`,
          'ALTER DATABASE postgres RESET default_transaction_read_only',
        );
      }
    }));

  it('keep a connection whose server says no, and none that was turned away', async () => {
    const config: ProbeConfig = {
      ...specFor('http://127.0.0.1:1'),
      file: '',
      run: 'run-1',
      everyMs: 20,
      realTime: false,
      timeoutMs: 20_000,
    };
    const attempts = async (spec: PostgresProbe, times: number): Promise<readonly (string | undefined)[]> => {
      const prober = createProber(config, spec, systemClock);
      const seen: (string | undefined)[] = [];
      try {
        for (let count = 1; count <= times; count += 1) seen.push((await prober.attempt(count)).error);
        const [open] = await sql<{ n: number }>(
          postgres.url,
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'ordeal-probe' AND query = '${spec.sql}'`,
        );
        return [...new Set(seen), `${open?.n} open`];
      } finally {
        prober.closeAll();
      }
    };
    const pooled = { kind: 'postgres', name: 'refused', connection: 'pooled' } as const;
    // Four are kept, and used in turn.
    expect(await attempts({ ...pooled, url: postgres.url, sql: 'SELECT 1/0' }, 9)).toEqual([
      'rejected: 22012',
      '4 open',
    ]);
    const nowhere = postgres.url.replace(/\/postgres$/, '/nowhere');
    expect(await attempts({ ...pooled, url: nowhere, sql: 'SELECT 2/0' }, 9)).toEqual([
      'rejected: 3D000',
      '0 open',
    ]);
  });

  it('make no secret known', () =>
    withStreams(async (observed) => {
      await observed.observers.stopProbes();
      const evidence = readFileSync(`${observed.dir}/probes-drill.jsonl`, 'utf8');
      expect(evidence).toContain('redis fresh');
      expect(evidence).not.toMatch(/s:cret|s%3Acret/);
    }));
});
