import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { createRedisStore } from '../../src/drivers/redis/store.ts';
import type { SplitBrainReport } from '../../src/split-brain/report.ts';
import { watchForSplitBrain, type SplitBrainWatch } from '../../src/split-brain/watch.ts';
import { withRedis } from '../../src/drivers/redis/connection.ts';
import { eventually } from '../drivers/edge.ts';
import { sql, testContext, twoServers, type TwoServers } from '../drivers/two-servers.ts';
import { twoRedis } from '../drivers/redis/two-redis.ts';

const context = testContext(AbortSignal.timeout(120_000));
const EVERY_MS = 50;
/** Several looks at each node fit in here, also on a busy machine. */
const LOOKS_APART = 20 * EVERY_MS;

it('asks as often as it is told, from that moment on', async () => {
  const asked: number[] = [];
  const started = systemClock.now();
  const ask = async (node: string) => {
    asked.push(systemClock.now() - started);
    const now = systemClock.now();
    return { node, asked: now, answered: now, takes: 'no' as const, detail: 'it is a standby' };
  };
  const store = { openQuestions: () => ({ ask, close: () => undefined }) };
  const watch = watchForSplitBrain({ store, nodes: ['a'], everyMs: 60_000, blindMs: 90_000 }, context);
  await eventually(async () => asked.length === 1);
  watch.askEvery(20);
  await eventually(async () => asked.length > 10);
  watch.askEvery();
  const before = asked.length;
  await systemClock.sleep(300);
  expect(asked.length, 'once more at most, and then as seldom as at first').toBeLessThanOrEqual(before + 1);
  await watch.stop();
});

describe('a watch over two PostgreSQL servers', () => {
  let servers: TwoServers;
  let watch: SplitBrainWatch;
  let told: SplitBrainReport | undefined;

  beforeEach(async () => {
    servers = await twoServers();
    told = undefined;
    watch = watchForSplitBrain(
      {
        store: createPostgresStore(servers.config),
        nodes: ['a', 'b'],
        everyMs: EVERY_MS,
        blindMs: 3000,
        onProof: (report) => (told = report),
      },
      context,
    );
    await eventually(async () => writes('a') > 2);
  });
  afterEach(async () => {
    await watch.stop();
    servers.dispose();
  });

  function writes(node: string): number {
    return watch.report().coverage.find((one) => one.node === node)?.yes ?? 0;
  }

  it('proves that both take writes when one is promoted beside the other', async () => {
    await sql(servers.b, 'SELECT pg_promote()');
    await eventually(async () => told !== undefined);
    expect(told?.detail).toMatch(/nodes a and b took writes at the same time for at least/);
    expect(await watch.stop()).toMatchObject({ outcome: 'proven', pairs: [{ first: 'a', second: 'b' }] });
  });

  it('finds none in a failover, and none in a planned switchover', async () => {
    const store = createPostgresStore(servers.config);
    servers.kill(servers.a);
    await store.fence('a', context);
    // Two that follow each other faster than they are asked cannot be told apart: that is rightly left open.
    await systemClock.sleep(LOOKS_APART);
    await store.promote('b', context);
    await eventually(async () => writes('b') > 2);
    await store.rejoin('a', 'b', context);
    await store.demote('b', 'a', context);
    await systemClock.sleep(LOOKS_APART);
    await store.promote('a', context);
    const before = writes('a');
    await eventually(async () => writes('a') > before + 2);
    const report = await watch.stop();
    expect(report.detail).toContain('found no two writers at once');
    expect(report.outcome).toBe('excluded');
    expect(report.pairs.map((pair) => pair.kind)).toEqual(['apart', 'apart']);
  });

  it('counts a primary whose commits wait for a standby that is not there as none', async () => {
    await sql(servers.a, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`);
    const refused = (): number => watch.report().coverage.find((one) => one.node === 'a')?.no ?? 0;
    await sql(servers.a, 'SELECT pg_reload_conf()');
    await eventually(async () => refused() > 0);
    expect(told).toBeUndefined();
  });
});

it('proves two Redis primaries at once', async () => {
  const servers = await twoRedis();
  let told: SplitBrainReport | undefined;
  const store = createRedisStore(servers.config);
  const options = { store, nodes: ['a', 'b'], everyMs: 50, blindMs: 3000 };
  const watch = watchForSplitBrain({ ...options, onProof: (report) => (told = report) }, context);
  try {
    await store.demote('a', 'b', context);
    await store.promote('b', context);
    await eventually(async () => (watch.report().coverage[1]?.yes ?? 0) > 2);
    expect(told, 'a switchover is none').toBeUndefined();
    await withRedis(servers.a, context, (session) => session.command('REPLICAOF', 'NO', 'ONE'));
    await eventually(async () => told !== undefined);
    expect(told?.outcome).toBe('proven');
  } finally {
    await watch.stop();
    await servers.dispose();
  }
});
