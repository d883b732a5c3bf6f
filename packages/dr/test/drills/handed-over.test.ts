import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { PromotionMark } from '@ordeal/shared/undo/entry';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { isFollowed, outcomesOf, recoveryAdvice } from '../../src/drills/advice.ts';
import type { DrillDeps, DrillOutcome } from '../../src/drills/drill.ts';
import { createRedisStore } from '../../src/drivers/redis/store.ts';
import { slowLinkTo, type SlowLink } from '../drivers/redis/slow-link.ts';
import { testContext } from '../drivers/two-servers.ts';
import { testObservers } from './client.ts';
import { drillOn, rolesIn } from './drilling.ts';
import { failover } from './failover-phase.ts';
import { trace, type Trace } from './platform.ts';
import { redisPlatform, type RedisPlatform } from './redis-platform.ts';

/*
 * Redis promotes the other node as it demotes one. What is on disk, and what is done, when a planned move ends in
 * the middle of that.
 */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const switchover: DrillPhase = {
  ...failover,
  name: 'switchover',
  title: 'The primary moves',
  drill: { kind: 'switchover', from: 'a', to: 'b' },
};

let platform: RedisPlatform;
let run: Trace;
const context = () => testContext(AbortSignal.timeout(30_000));

let link: SlowLink;
beforeEach(async () => {
  platform = await redisPlatform({
    wayToA: async (port) => {
      link = await slowLinkTo(port);
      return link.port;
    },
  });
  run = trace();
});
afterEach(async () => {
  await platform.dispose();
  await link.close();
});

async function drill(
  demote: StoreDriver['demote'],
  signal?: AbortSignal,
  reached = platform.store,
): Promise<DrillOutcome> {
  const store: DrillDeps['store'] = { ...reached, demote };
  return await drillOn(switchover, {
    platform: { ...platform, store },
    run,
    observe: () => testObservers(platform.edge.url),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** What `ordeal recover` would say if the runner died right now. */
async function adviceNow(): Promise<readonly string[]> {
  const mark = run.undo.promotion();
  return mark === undefined ? [] : recoveryAdvice(mark, await platform.store.status(context()));
}

it('names the node that has taken over as the writer when the runner dies right after the hand-over', async () => {
  let before: readonly string[] = [];
  let after: readonly string[] = [];
  let ended = false;
  const { demote } = platform.store;
  const outcome = await drill(async (...asked) => {
    before = await adviceNow();
    await demote(...asked);
    after = await adviceNow();
    const mark = run.undo.promotion();
    const status = await platform.store.status(context());
    ended = outcomesOf(mark as PromotionMark).some((one) => one.moved && isFollowed(one.writer, status));
  });
  expect(outcome.record.failed).toBeUndefined();
  expect(before[0]).toContain('The only writer of store main is node a, and it does.');
  expect(after[0]).toContain('The only writer of store main is node b, which has taken over.');
  expect([...before, ...after].join()).not.toContain('DANGER');
  expect(after.at(-1)).toContain('If b accepts writes, rejoin a as its standby.');
  expect(after.at(-1)).toContain(
    'If b is seen to refuse writes, promote a again (it has everything), then run the',
  );
  expect(after.at(-1)).toContain('While b does not answer do neither');
  expect(ended, 'a follows it, so that nothing is left to be done for the store').toBe(true);
});

it('goes on with the node that has taken over when the drill is stopped right after the hand-over', async () => {
  const stop = new AbortController();
  const { demote } = platform.store;
  const outcome = await drill(async (...asked) => {
    await demote(...asked);
    stop.abort(new Error('interrupted by SIGINT'));
  }, stop.signal);
  expect(outcome.record.failed).toContain('promote: stopped: interrupted by SIGINT');
  expect(outcome.record.failed).toContain('node b had taken over already and is the only writer');
  expect(run.undo.promotion()).toMatchObject({ writer: 'b', fenced: ['a'] });
  expect(run.undo.promotion()).not.toHaveProperty('heir');
  expect(rolesIn(await platform.store.status(context()))).toEqual({ a: 'standby', b: 'primary' });
  expect((await adviceNow())[0]).toContain('The only writer of store main is node b, and it does.');
});

it('gives up a hand-over that still waits when the drill is stopped: the primary takes writes again at once', async () => {
  const stop = new AbortController();
  const { demote } = platform.store;
  const outcome = await drill(async (...asked) => {
    // The heir still answers, and follows by its own account; what it lacks never comes.
    link.carry(0);
    await platform.servers.write('a', 1);
    const going = demote(...asked);
    await waiting();
    // It may still become a standby: nobody can be told for good to follow it.
    await expect(platform.store.rejoin('b', 'a', context())).rejects.toThrow('node a is handing over');
    stop.abort(new Error('interrupted by SIGINT'));
    await going;
  }, stop.signal);
  expect(outcome.record.failed).toContain('demote: stopped: interrupted by SIGINT');
  expect(outcome.record.failed).toContain('node a is the primary again');
  expect(run.undo.promotion()).toBeUndefined();
  await platform.servers.write('a', 2);
  expect(await platform.servers.read('a')).toEqual(expect.arrayContaining([1, 2]));
});

it.each(['a', 'b'] as const)(
  'promotes nobody, and calls nobody the only writer, when the runner cannot reach %s any more after the hand-over',
  async (lost) => {
    const way = await slowLinkTo(Number(new URL(platform.servers[lost].url).port));
    onTestFinished(way.close);
    const nodes = platform.servers.config.nodes.map((node) =>
      node.name === lost
        ? { ...node, url: node.url.replace(/\d+$/, String(way.port)), replicaUrl: node.url }
        : node,
    );
    const reached = createRedisStore({ ...platform.servers.config, nodes });
    const outcome = await drill(
      async (...asked) => {
        await reached.demote(...asked);
        await way.close();
        throw new Error('the hand-over is not seen to end');
      },
      undefined,
      reached,
    );
    expect(rolesIn(await platform.store.status(context()))).toEqual({ a: 'standby', b: 'primary' });
    expect(outcome.record.failed).toContain('which of them is the only writer is not known');
    expect(run.undo.promotion()).toMatchObject({
      writer: 'a',
      heir: 'b',
      fenced: [],
      unmoved: { route: 'global' },
    });
  },
);

it('says where traffic goes again when an evacuation is cut off before the hand-over', async () => {
  let next: string | undefined;
  const store: DrillDeps['store'] = {
    ...platform.store,
    demote: async () => {
      next = run.undo.promotion()?.nextStep;
      throw new Error('killed');
    },
  };
  await drillOn(
    { ...switchover, drill: { kind: 'evacuate', from: 'a', to: 'b' } },
    { platform: { ...platform, store }, run, observe: () => testObservers(platform.edge.url) },
  );
  expect(next).toContain(
    'promote a again (it has everything), lead traffic to regions a and b, then run the',
  );
});

/** The primary holds its clients back by now. */
async function waiting(): Promise<void> {
  const { store } = platform;
  for (;;) {
    const { nodes } = await store.status(context());
    if (nodes.some((node) => node.reachable && node.detail['hands over'] === 'waiting-for-sync')) return;
    await systemClock.sleep(20);
  }
}
