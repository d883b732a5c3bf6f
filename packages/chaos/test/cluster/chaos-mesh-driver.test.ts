import { faultDriverContract } from '@ordeal/shared/testing/fault-driver-contract';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOneShot, type FaultSpec } from '../../src/chaos-mesh/one-shot.ts';
import { removeFault } from '../../src/chaos-mesh/remove.ts';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';
import {
  faultSpecOf,
  objectNameOf,
  type ChaosMeshConfig,
  type ChaosMeshSettings,
} from '../../src/drivers/chaos-mesh/config.ts';
import { startChaosMeshCluster, withoutCluster, type ChaosMeshCluster } from '../chaos-mesh/cluster.ts';
import { configOf, contextFor, entryOf, healElsewhere } from '../chaos-mesh/subject.ts';

let chaos: ChaosMeshCluster;

describe.skipIf(leftOut(withoutCluster))(`the chaos-mesh driver ${withoutCluster ?? ''}`, () => {
  beforeAll(async () => {
    chaos = await startChaosMeshCluster();
    await chaos.namespace('shop');
    await chaos.pod('shop', 'api-1');
    await chaos.pod('shop', 'api-2');
  });
  afterAll(() => chaos?.stop());

  describe.each([
    ['network-delay', { type: 'network-delay', latencyMs: 100 }],
    ['cpu-stress', { type: 'cpu-stress', workers: 1 }],
    [
      'raw',
      {
        type: 'raw',
        kind: 'NetworkChaos',
        spec: { action: 'partition', mode: 'all', selector: { labelSelectors: { app: 'api' } } },
      },
    ],
  ] as const)('with %s', (type, fault) => {
    const cases = faultDriverContract<ChaosMeshConfig>(() => {
      const raw = settings(fault);
      const none =
        type === 'raw' ? nothing(raw) : { ...raw, pods: { namespace: 'shop', labels: { app: 'no' } } };
      return {
        driver: chaosMeshDriver,
        raw,
        empty: configOf(none),
        mistaken: {
          raw: {
            cluster: { context: '', uid: 'x' },
            pods: { labels: {} },
            fault: { ...fault, more: 1 },
            endsAfterSeconds: 0,
          },
          places: ['.context', '.uid', '.pods.namespace', '.fault.more', '.endsAfterSeconds'],
        },
        works: async () => chaos.standIn.world.inEffect.size === 0,
        healElsewhere,
      };
    });
    it.each(cases)('$name', async ({ run: check }) => {
      await expect(check()).resolves.toBeUndefined();
    });
  });

  it.each<ChaosMeshSettings['fault']>([
    { type: 'pod-kill' },
    { type: 'pod-kill', gracePeriodSeconds: 30 },
    { type: 'pod-failure' },
    { type: 'container-kill', containers: ['api'] },
    { type: 'network-delay', latencyMs: 100, jitterMs: 10, correlation: 50 },
    { type: 'network-delay', latencyMs: 1, hosts: ['example.test'] },
    {
      type: 'network-loss',
      percent: 2.5,
      direction: 'both',
      peers: { namespace: 'shop', labels: { app: 'db' } },
    },
    { type: 'network-partition', direction: 'from', peers: { namespace: 'shop', names: ['db-0'] } },
    { type: 'network-bandwidth', rate: '1mbps' },
    { type: 'cpu-stress', workers: 2, loadPercent: 80, containers: ['api'] },
    { type: 'memory-stress', size: '256MB' },
    { type: 'io-delay', volumePath: '/data', delayMs: 50, methods: ['READ'], percent: 50 },
    { type: 'io-error', volumePath: '/data', errno: 5, path: '/data/*' },
    { type: 'http-abort', port: 8080 },
    { type: 'http-delay', port: 8080, delayMs: 100, method: 'GET' },
    { type: 'http-status', port: 8080, status: 503, path: '/api/*' },
    { type: 'dns', answer: 'error', patterns: ['*.example.test'] },
    { type: 'time', offsetMs: -3_600_000 },
  ])('has a form that the CRDs take, field by field: %o', async (fault) => {
    const config = configOf({ ...settings(fault), choose: { percent: 50 } });
    const { kind, spec } = faultSpecOf({
      ...config,
      pods: { ...config.pods, labels: { app: 'no' } } as never,
    });
    const ref = { kind, namespace: 'shop', name: 'form' };
    const made = await chaos.client.create({ ...ref, spec, injection: 'x', endsAfterSeconds: 60 });
    // What the schema does not know it would refuse; what it has defaults for it may add.
    const sent = isOneShot({ kind, spec } as FaultSpec) ? spec : { ...spec, duration: '60s' };
    expect(made.spec).toMatchObject(sent);
    expect(
      (await removeFault(chaos.client, ref, { clock: systemClock, until: systemClock.now() + 10_000 })).is,
    ).toBe('gone');
  });

  describe('a random choice', () => {
    it('is made by the seed, is part of what is undone, and is what is hit', async () => {
      const config = configOf({ ...settings({ type: 'pod-failure' }), choose: { count: 1 } });
      const pinned = await chaosMeshDriver.pin(config, { run: 'r1', seed: 7 }, contextFor());
      const again = await chaosMeshDriver.pin(config, { run: 'r1', seed: 7 }, contextFor());
      expect(again).toEqual(pinned);
      expect(configOf(JSON.parse(JSON.stringify(pinned)))).toEqual(pinned);
      const targets = await chaosMeshDriver.targets(pinned, contextFor());
      expect(targets).toHaveLength(1);
      const acknowledged = await chaosMeshDriver.inject(pinned, contextFor());
      expect(acknowledged.map(({ target }) => target)).toEqual(targets.map(({ name }) => name));
      await chaosMeshDriver.heal(entryOf(pinned), contextFor());
      const chosen = await Promise.all(
        [1, 2, 3, 4, 5, 6, 7, 8].map(async (seed) =>
          chaosMeshDriver.pin(config, { run: 'r1', seed }, contextFor()),
        ),
      );
      expect(new Set(chosen.map((one) => one.pinned?.pods?.join())).size).toBe(2);
    });

    it('is left to Chaos Mesh where nobody has made one, which says whom it has hit', async () => {
      const config = configOf({ ...settings({ type: 'pod-failure' }), choose: { count: 1 } });
      expect(await chaosMeshDriver.inject(config, contextFor())).toHaveLength(1);
      await chaosMeshDriver.heal(entryOf(config), contextFor());
    });
  });

  describe('a fault of another run', () => {
    it('is not injected a second time, and is not healed', async () => {
      const config = configOf(settings({ type: 'pod-failure' }));
      const first = await chaosMeshDriver.pin(config, { run: 'first', seed: 1 }, contextFor());
      const second = await chaosMeshDriver.pin(config, { run: 'second', seed: 1 }, contextFor());
      await chaosMeshDriver.inject(first, contextFor());
      await expect(chaosMeshDriver.inject(second, contextFor())).rejects.toThrow(/already/);
      const said: string[] = [];
      await chaosMeshDriver.heal(entryOf(second), contextFor(60_000, said));
      expect(said.join()).toMatch(/is left alone: it belongs to run first/);
      expect((await chaosMeshDriver.status(first, contextFor())).state).toBe('present');
      expect((await chaosMeshDriver.status(second, contextFor())).state).toBe('absent');
      // Before a run has begun, every one is in the way.
      expect((await chaosMeshDriver.status(config, contextFor())).state).toBe('present');
      await chaosMeshDriver.heal(entryOf(first), contextFor());
    });
  });

  describe('a kill', () => {
    it('changes who its targets are, ends by itself, and is over when as many are ready as before', async () => {
      await chaos.namespace('kill');
      await chaos.pod('kill', 'web-1');
      await chaos.pod('kill', 'web-2');
      const config = configOf({
        ...settings({ type: 'pod-kill' }),
        pods: { namespace: 'kill', labels: { app: 'api' } },
      });
      expect(chaosMeshDriver.endsByItself(config)).toBe(true);
      expect(chaosMeshDriver.unattended(config)).toEqual({ by: 'itself' });
      const before = await chaosMeshDriver.identities(config, contextFor());
      const acknowledged = await chaosMeshDriver.inject(config, contextFor());
      expect(acknowledged.map(({ target }) => target).toSorted()).toEqual([
        'pod kill/web-1',
        'pod kill/web-2',
      ]);
      expect(await chaosMeshDriver.status(config, contextFor())).toMatchObject({
        state: 'present',
        detail: expect.stringContaining('done'),
      });
      let over = false;
      const replaced = chaosMeshDriver.replaced(config, before, contextFor()).then(() => {
        over = true;
      });
      // The test plays the one who owns the pods.
      await chaos.pod('kill', 'web-3');
      await systemClock.sleep(600);
      expect(over).toBe(false);
      await chaos.pod('kill', 'web-4');
      await replaced;
      const after = await chaosMeshDriver.identities(config, contextFor());
      const uids = Object.values(before);
      expect(Object.values(after).some((one) => uids.includes(one))).toBe(false);
      await chaosMeshDriver.heal(entryOf(config), contextFor());
      expect(await chaosMeshDriver.status(config, contextFor())).toEqual({ state: 'absent' });
    });

    it('of one of three is not over before there are three again', async () => {
      await chaos.namespace('three');
      for (const name of ['a', 'b', 'c']) await chaos.pod('three', name);
      const open = configOf({
        ...settings({ type: 'pod-kill' }),
        pods: { namespace: 'three', labels: { app: 'api' } },
        choose: { count: 1 },
      });
      const config = await chaosMeshDriver.pin(open, { run: 'r', seed: 1 }, contextFor());
      const before = await chaosMeshDriver.identities(config, contextFor());
      expect(Object.keys(before)).toHaveLength(1);
      await chaosMeshDriver.inject(config, contextFor());
      await expect(chaosMeshDriver.replaced(config, before, contextFor(1_000))).rejects.toThrow(/timeout/);
      await chaos.pod('three', 'd');
      await chaosMeshDriver.replaced(config, before, contextFor());
      await chaosMeshDriver.heal(entryOf(config), contextFor());
    });

    it('of a container shows in how often it was restarted', async () => {
      const config = configOf(settings({ type: 'container-kill', containers: ['api'] }));
      const before = await chaosMeshDriver.identities(config, contextFor());
      await chaosMeshDriver.inject(config, contextFor());
      await chaosMeshDriver.replaced(config, before, contextFor());
      const after = await chaosMeshDriver.identities(config, contextFor());
      for (const [name, identity] of Object.entries(before)) {
        expect(identity).toMatch(/\/api=0$/);
        expect(after[name]).toBe(identity?.replace('=0', '=1'));
      }
      await chaosMeshDriver.heal(entryOf(config), contextFor());
    });
  });

  it('refuses another cluster than the one that is pinned, to inject, to look and to heal', async () => {
    const right = settings({ type: 'pod-failure' });
    const uid = '00000000-0000-4000-8000-000000000000';
    const config = configOf({ ...right, cluster: { ...right.cluster, uid } });
    await expect(chaosMeshDriver.targets(config, contextFor())).rejects.toThrow(
      /^Refused: .*another cluster/,
    );
    await expect(chaosMeshDriver.inject(config, contextFor())).rejects.toThrow(/^Refused/);
    await expect(chaosMeshDriver.heal(entryOf(config), contextFor())).rejects.toThrow(/^Refused/);
    expect(await chaosMeshDriver.status(config, contextFor())).toMatchObject({ state: 'unknown' });
    const context = configOf({ ...right, cluster: { ...right.cluster, context: 'production' } });
    await expect(chaosMeshDriver.inject(context, contextFor())).rejects.toThrow(
      /no context "production", but ordeal-test/,
    );
    expect(chaos.standIn.world.inEffect.size).toBe(0);
  });

  it('names what holds a fault that does not recover, and heals it when it does', async () => {
    const config = configOf({ ...settings({ type: 'pod-failure' }), recoverWithinSeconds: 2 });
    await chaosMeshDriver.inject(config, contextFor());
    const mend = chaos.standIn.world.fail('api-1', 'Recover', 'cannot find daemonIP on node n1');
    const healing = chaosMeshDriver.heal(entryOf(config), contextFor(40_000));
    await expect(healing).rejects.toThrow(
      /still there after: deleted; .*stuck, still in at shop\/api-1, held by chaos-mesh\/records .*cannot find daemonIP/,
    );
    expect((await chaosMeshDriver.status(config, contextFor())).state).toBe('present');
    mend();
    await chaosMeshDriver.heal(entryOf(config), contextFor());
    expect(chaos.standIn.world.inEffect.size).toBe(0);
  });

  it('leaves an object alone that is not ours, whatever its name', async () => {
    const config = configOf(settings({ type: 'pod-failure' }));
    const name = objectNameOf(config);
    await chaos.cluster.custom.createNamespacedCustomObject({
      group: 'chaos-mesh.org',
      version: 'v1alpha1',
      namespace: 'shop',
      plural: 'podchaos',
      body: {
        apiVersion: 'chaos-mesh.org/v1alpha1',
        kind: 'PodChaos',
        metadata: { name },
        spec: { action: 'pod-failure', mode: 'all', selector: { labelSelectors: { app: 'no' } } },
      },
    });
    await expect(chaosMeshDriver.inject(config, contextFor())).rejects.toThrow(/already/);
    await chaosMeshDriver.heal(entryOf(config), contextFor());
    expect((await chaosMeshDriver.status(config, contextFor())).state).toBe('present');
    await chaos.client.delete({ kind: 'PodChaos', namespace: 'shop', name });
  });
});

function settings(fault: ChaosMeshSettings['fault']): ChaosMeshSettings {
  return {
    cluster: { kubeconfig: chaos.plane.kubeconfig, context: 'ordeal-test', uid: chaos.uid },
    ...(fault.type === 'raw'
      ? { namespace: 'shop' }
      : { pods: { namespace: 'shop', labels: { app: 'api' } } }),
    fault,
  };
}

function nothing(raw: ChaosMeshSettings): ChaosMeshSettings {
  if (raw.fault.type !== 'raw') throw new Error('not a raw fault');
  const selector = { labelSelectors: { app: 'no' } };
  return { ...raw, fault: { ...raw.fault, spec: { ...raw.fault.spec, selector } } };
}
