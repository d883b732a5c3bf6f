import { leftOut } from '@ordeal/shared/testing/left-out';
import { storeDriverContract } from '@ordeal/shared/testing/store-driver-contract';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SplitBrainReport } from '../../../src/split-brain/report.ts';
import { watchForSplitBrain } from '../../../src/split-brain/watch.ts';
import { settledStatus } from '../../../src/drills/settled.ts';
import { rolesIn } from '../../drills/drilling.ts';
import { parsePatroniStore } from '../../../src/drivers/patroni/config.ts';
import { createPatroniStore } from '../../../src/drivers/patroni/store.ts';
import { testContext } from '../two-servers.ts';
import { clientOf } from './client.ts';
import { patroniCluster, withoutPatroni, type PatroniCluster } from './cluster.ts';
import { allFollow, leaderOf } from './measure.ts';

const missing = withoutPatroni();

describe.skipIf(leftOut(missing))(`a Patroni store${missing === undefined ? '' : ` (${missing})`}`, () => {
  let cluster: PatroniCluster;
  let primary: string;
  let store: ReturnType<typeof createPatroniStore>;
  const client = clientOf(() => cluster);

  beforeAll(async () => {
    cluster = await patroniCluster({ ttl: 10, loopWait: 3, retryTimeout: 3 });
    store = createPatroniStore(cluster.config);
    primary = await leaderOf(store, testContext());
    await client.prepare(primary);
    await allFollow(store, testContext());
  }, 120_000);
  afterAll(async () => await cluster?.dispose());

  describe('keeps the contract', () => {
    const cases = storeDriverContract(() => {
      // The last one, so that it is not the one that comes first.
      const [third = '', other = ''] = cluster.config.nodes
        .map((one) => one.name)
        .filter((name) => name !== primary);
      return {
        driver: store,
        nodes: [primary, other],
        others: [third],
        parse: parsePatroniStore,
        mistaken: {
          raw: {
            scope: 'x',
            nodes: [{ name: 'a', region: 'a', api: 'nowhere', url: 'mysql://x' }],
            extra: 1,
          },
          places: ['.nodes[0].api', '.nodes[0].url', '.nodes', 'here'],
        },
        ...client,
        kill: async (node) => cluster.kill(node),
        restart: async (node) => {
          cluster.start(node);
          await client.answers(node);
        },
      };
    });
    it.each(cases)('$name', { timeout: 120_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });

  it('reads the times of the leader lock first', async () => {
    const { settings, takeover } = await store.bounds(testContext());
    expect(settings).toEqual({ ttl: '10 s', loop_wait: '3 s', retry_timeout: '3 s' });
    expect(takeover.killed).toEqual({ low: 4, high: 17 });
  });

  it('is not judged by a look into the middle of a move that nobody waits for any more', async () => {
    const context = testContext(AbortSignal.timeout(90_000));
    const from = await leaderOf(store, context);
    await allFollow(store, context);
    const to = cluster.config.nodes.map((one) => one.name).find((name) => name !== from) ?? '';
    const stop = new AbortController();
    const going = store.demote(from, to, testContext(stop.signal)).catch((error: unknown) => error);
    await systemClock.sleep(300);
    stop.abort(new Error('interrupted by SIGINT'));
    const settled = rolesIn(await settledStatus(store, [from, to], context));
    expect(await going).toBeInstanceOf(Error);
    expect([settled[from], settled[to]].toSorted()).toEqual(['primary', 'standby']);
    await systemClock.sleep(5000);
    expect(rolesIn(await store.status(context))).toEqual(settled);
  }, 100_000);

  it('is found with two writers when a Patroni hangs whose PostgreSQL goes on', async () => {
    const context = testContext(AbortSignal.timeout(90_000));
    const lost = await leaderOf(store, context);
    const nodes = cluster.config.nodes.map((one) => one.name);
    const found = new Promise<SplitBrainReport>((resolve) => {
      const watch = watchForSplitBrain(
        {
          store,
          nodes,
          everyMs: 100,
          blindMs: 3000,
          onProof: (report) => resolve(watch.stop().then(() => report)),
        },
        context,
      );
    });
    cluster.freeze(lost, 'patroni');
    const report = await found;
    // Not thawed: it may take its lock back from the other one, for this Patroni writes it without looking again.
    cluster.kill(lost);
    expect(report.detail).toMatch(/took writes at the same time for at least/);
    expect([report.pairs[0]?.first, report.outcome]).toEqual([lost, 'proven']);
  }, 100_000);

  it('touches nothing that is another cluster or another database', async () => {
    const context = testContext();
    const other = createPatroniStore({ ...cluster.config, scope: 'another' });
    const [{ name = '' } = {}] = cluster.config.nodes;
    await expect(other.promote(name, context)).rejects.toThrow('found one of ordeal: nothing was touched');
    const pinned = createPatroniStore({ ...cluster.config, systemIdentifier: '1' });
    await expect(pinned.status(context)).rejects.toThrow('this is another database');
  });
});
