import assert from 'node:assert/strict';
import { once } from 'node:events';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { unwind } from '@ordeal/shared/undo/unwind';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findLeftovers, sweep } from '../../src/chaos-mesh/sweep.ts';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';
import type { ChaosMeshConfig, ChaosMeshSettings } from '../../src/drivers/chaos-mesh/config.ts';
import { startChaosMeshCluster, withoutCluster, type ChaosMeshCluster } from '../chaos-mesh/cluster.ts';
import { FROZEN_MS } from '../chaos-mesh/frozen.ts';
import {
  configOf,
  contextFor,
  entryOf,
  healElsewhere,
  injectElsewhere,
  until,
} from '../chaos-mesh/subject.ts';
import { startTlsProxy, type Rule, type TlsProxy } from '../chaos-mesh/tls-proxy.ts';

const TARGETS = ['pod shop/api-1', 'pod shop/api-2'];

/** Each target was hit, none of them twice, and nothing of it is left. */
const onceAndGone = { acknowledged: TARGETS, left: [], applied: TARGETS, status: { state: 'absent' } };

let chaos: ChaosMeshCluster;
let proxy: TlsProxy;

describe.skipIf(leftOut(withoutCluster))(
  `the chaos-mesh driver and a server in trouble ${withoutCluster ?? ''}`,
  () => {
    beforeAll(async () => {
      chaos = await startChaosMeshCluster();
      proxy = await startTlsProxy(chaos.plane);
      await chaos.namespace('shop');
      await chaos.pod('shop', 'api-1');
      await chaos.pod('shop', 'api-2');
    });
    afterAll(async () => {
      await proxy?.stop();
      await chaos?.stop();
    });
    let before = 0;
    beforeEach(() => {
      before = chaos.standIn.world.log.length;
    });
    afterEach(async () => {
      // Nothing forgotten: neither an object nor an effect.
      assert.deepEqual(await leftovers(), []);
      assert.deepEqual([...chaos.standIn.world.inEffect], []);
    });

    /** Applications since the test began, by target. */
    const applied = (): readonly string[] =>
      chaos.standIn.world.log
        .slice(before)
        .filter(({ operation }) => operation === 'Apply')
        .map(({ target }) => `pod ${target}`)
        .toSorted();

    const injectAndHeal = async (config: ChaosMeshConfig, meanwhile?: Meanwhile) => {
      const injection = chaosMeshDriver.inject(config, contextFor());
      injection.catch(() => undefined);
      await meanwhile?.duringInjection?.();
      const acknowledged = await injection;
      const healing = healAsARun(config);
      await meanwhile?.duringHealing?.();
      return {
        acknowledged: acknowledged.map(({ target }) => target).toSorted(),
        left: await healing,
        applied: applied(),
        status: await chaosMeshDriver.status(config, contextFor()),
      };
    };

    it.each([
      [
        'it is not told at first which cluster it is',
        'GET',
        { how: 'answer', status: 503 },
        2,
        '/kube-system',
      ],
      ['the pods cannot be listed at first', 'GET', { how: 'answer', status: 500 }, 2, '/shop/pods'],
      ['the answer to the creation is lost', 'POST', { how: 'lose-answer' }, 1],
      ['the creation is done and answered with 500', 'POST', { how: 'answer-after', status: 500 }, 1],
      ['the creation is done and answered with 504', 'POST', { how: 'answer-after', status: 504 }, 1],
      ['the creation is answered with 500 three times', 'POST', { how: 'answer', status: 500 }, 3],
      [
        'the creation is throttled twice',
        'POST',
        { how: 'answer', status: 429, headers: { 'retry-after': '1' } },
        2,
      ],
      ['reading is answered with 500 three times', 'GET', { how: 'answer', status: 500 }, 3],
      ['reading is answered with 404 by something else', 'GET', { how: 'answer', status: 404 }, 2],
      ['the answer to the deletion is lost', 'DELETE', { how: 'lose-answer' }, 1],
      ['the deletion is answered with 503 three times', 'DELETE', { how: 'answer', status: 503 }, 3],
      [
        'the deletion is throttled twice',
        'DELETE',
        { how: 'answer', status: 429, headers: { 'retry-after': '1' } },
        2,
      ],
    ] satisfies Disturbance[])(
      'injects once and heals when %s',
      async (_, method, rule, times, path = '/podchaos') => {
        const told = proxy.disturbed.length;
        proxy.disturb(method, path, rule, times);
        expect(await injectAndHeal(podFailure(proxy.kubeconfig))).toEqual(onceAndGone);
        expect(proxy.disturbed.length - told).toBe(times);
      },
    );

    it.each([
      ['restarted', () => chaos.plane.restartApiServer()],
      ['frozen', () => freeze()],
    ] as const)('injects once and heals when the server is %s in the middle of both', async (_, disturb) => {
      // Nobody acknowledges before the server is back: so the injection is not over.
      await chaos.standIn.pause();
      const outcome = await injectAndHeal(networkDelay(chaos.plane.kubeconfig), {
        duringInjection: async () => {
          await until(async () => (await leftovers()).length === 1);
          await disturb();
          chaos.standIn.resume();
        },
        duringHealing: disturb,
      });
      expect(outcome).toEqual(onceAndGone);
    });

    it('leaves nothing when the injection was given up at a frozen server, which then thaws', async () => {
      const config = { ...podFailure(chaos.plane.kubeconfig), injectWithinSeconds: 4 };
      const injection = chaosMeshDriver.inject(config, contextFor());
      injection.catch(() => undefined);
      const thawed = freeze(9_000);
      await expect(injection).rejects.toThrow(/no answer|longer than|not in after/i);
      // As the run does it, with the server still frozen.
      const outcome = await healAsARun(config);
      await thawed;
      expect(outcome).toEqual([]);
      await systemClock.sleep(2_000);
    });

    it('heals a fault whose creation was given up, and gets to the server only after the first look', async () => {
      const config = podFailure(proxy.kubeconfig);
      const after = proxy.answered('GET', '/podchaos/', 404);
      const done = proxy.answered('POST', '/podchaos', 201);
      const told = proxy.disturbed.length;
      proxy.disturb('POST', '/podchaos', { how: 'do-later', after }, 1);
      const interrupted = new AbortController();
      const injection = chaosMeshDriver.inject(config, { ...contextFor(), signal: interrupted.signal });
      injection.catch(() => undefined);
      await until(async () => proxy.disturbed.length > told);
      interrupted.abort(new Error('interrupted'));
      await expect(injection).rejects.toThrow('interrupted');
      expect(await healAsARun(config)).toEqual([]);
      await done;
    });

    it('says that a fault is left as long as the server is away, and heals it when it is back', async () => {
      const config = podFailure(chaos.plane.kubeconfig);
      await chaosMeshDriver.inject(config, contextFor());
      await chaos.plane.killApiServer();
      expect(await chaosMeshDriver.status(config, contextFor())).toMatchObject({ state: 'unknown' });
      await expect(chaosMeshDriver.heal(entryOf(config), contextFor(3_000))).rejects.toThrow(
        /kube-system|timeout/,
      );
      await chaos.plane.restartApiServer();
      expect(await healAsARun(config)).toEqual([]);
    });

    it('is ended by the cluster when nobody of ours gets there, and said to be left until its object went', async () => {
      const config = { ...podFailure(proxy.kubeconfig), endsAfterSeconds: 6 };
      await chaosMeshDriver.inject(config, contextFor());
      proxy.cut();
      try {
        expect(await chaosMeshDriver.status(config, contextFor())).toMatchObject({ state: 'unknown' });
        await expect(chaosMeshDriver.heal(entryOf(config), contextFor(2_000))).rejects.toThrow(
          /kube-system|timeout/,
        );
        await until(async () => chaos.standIn.world.inEffect.size === 0);
        expect(await chaosMeshDriver.status(config, contextFor())).toMatchObject({ state: 'unknown' });
      } finally {
        proxy.mend();
      }
      await until(async () => (await chaosMeshDriver.status(config, contextFor())).state === 'present');
      expect(await chaosMeshDriver.status(config, contextFor())).toMatchObject({
        state: 'present',
        detail: expect.stringContaining('recovered'),
      });
      expect(await healAsARun(config)).toEqual([]);
      expect(await chaosMeshDriver.status(config, contextFor())).toEqual({ state: 'absent' });
    });

    const run = '2026-03-14T02-00-00Z-a1b2';

    /** A run that was killed between the creation and the acknowledgement; its fault gets in afterwards. */
    const killARunner = async (): Promise<ChaosMeshConfig> => {
      const config: ChaosMeshConfig = { ...networkDelay(chaos.plane.kubeconfig), pinned: { run } };
      // Nobody acknowledges: so the runner is between the two when it dies.
      await chaos.standIn.pause();
      const runner = injectElsewhere(config);
      await until(async () => (await leftovers()).length === 1);
      runner.kill('SIGKILL');
      await once(runner, 'exit');
      chaos.standIn.resume();
      await until(async () => chaos.standIn.world.inEffect.size === 2);
      return config;
    };

    it('heals what a killed runner has left, in another process by the undo entry', async () => {
      const config = await killARunner();
      await healElsewhere(JSON.stringify(entryOf(config)));
      expect(await chaosMeshDriver.status(config, contextFor())).toEqual({ state: 'absent' });
    });

    it('heals what a killed runner has left, by its label', async () => {
      await killARunner();
      expect((await leftovers()).map((one) => one.run)).toEqual([run]);
      const settings = { clock: systemClock, until: systemClock.now() + 20_000 };
      expect((await sweep(chaos.client, { run: 'another' }, settings)).outcomes).toEqual([]);
      const swept = await sweep(chaos.client, { run }, settings);
      expect(swept.outcomes).toMatchObject([{ removal: { is: 'gone', steps: ['deleted'] } }]);
    });
  },
);

type Disturbance = [what: string, method: string, rule: Rule, times: number, path?: string];

interface Meanwhile {
  readonly duringInjection?: () => Promise<void>;
  readonly duringHealing?: () => Promise<void>;
}

async function freeze(ms = FROZEN_MS): Promise<void> {
  const server = chaos.plane.apiServer();
  server.kill('SIGSTOP');
  try {
    await systemClock.sleep(ms);
  } finally {
    server.kill('SIGCONT');
  }
}

async function leftovers() {
  const until_ = systemClock.now() + 10_000;
  const { found } = await findLeftovers(chaos.client, {}, { clock: systemClock, until: until_ });
  return found;
}

/** Through the run's own unwinding, which tries again until its deadline. What is left. */
async function healAsARun(config: ChaosMeshConfig) {
  const open = [entryOf(config)];
  const ledger: UndoLedger = {
    push: () => open[0] as UndoEntry,
    settle: () => void open.pop(),
    open: () => [...open],
    markPromotion: () => undefined,
    clearPromotion: () => undefined,
    promotion: () => undefined,
    promotions: () => [],
  };
  const { left } = await unwind(
    ledger,
    { [chaosMeshDriver.kind]: chaosMeshDriver },
    { clock: systemClock, by: 'run', deadlineMs: 60_000, say: () => undefined },
  );
  return left;
}

function podFailure(kubeconfig: string): ChaosMeshConfig {
  return configFor(kubeconfig, { type: 'pod-failure' });
}

function networkDelay(kubeconfig: string): ChaosMeshConfig {
  return configFor(kubeconfig, { type: 'network-delay', latencyMs: 100 });
}

function configFor(kubeconfig: string, fault: ChaosMeshSettings['fault']): ChaosMeshConfig {
  return configOf({
    cluster: { kubeconfig, context: 'ordeal-test', uid: chaos.uid },
    pods: { namespace: 'shop', labels: { app: 'api' } },
    injectWithinSeconds: 28,
    fault,
  });
}
