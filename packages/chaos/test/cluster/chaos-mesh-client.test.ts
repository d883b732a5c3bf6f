import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { AdmissionregistrationV1Api, KubeConfig } from '@kubernetes/client-node';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChaosMeshClient, type ObjectRef } from '../../src/chaos-mesh/client.ts';
import { connectCluster } from '../../src/chaos-mesh/cluster.ts';
import { failureOf } from '../../src/chaos-mesh/failure.ts';
import type { Order } from '../../src/chaos-mesh/manifest.ts';
import { removeFault } from '../../src/chaos-mesh/remove.ts';
import { findLeftovers, sweep } from '../../src/chaos-mesh/sweep.ts';
import { readFault, untilInjected } from '../../src/chaos-mesh/watch-fault.ts';
import { startChaosMeshCluster, withoutCluster, type ChaosMeshCluster } from '../chaos-mesh/cluster.ts';
import { until } from '../chaos-mesh/subject.ts';

let chaos: ChaosMeshCluster;

describe.skipIf(leftOut(withoutCluster))(`the Chaos Mesh client ${withoutCluster ?? ''}`, () => {
  beforeAll(async () => {
    chaos = await startChaosMeshCluster(['schedules', 'workflows', 'statuschecks']);
    await chaos.namespace('shop');
    await chaos.pod('shop', 'api-1');
  });
  afterAll(() => chaos?.stop());

  it('labels what it creates, and gives it an end', async () => {
    const ref = order('labelled');
    const made = await chaos.client.create({ ...ref, run: 'run 1/ä' });
    expect(made.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'ordeal', 'ordeal/run': 'run-1' });
    expect(made.spec).toMatchObject({ action: 'pod-failure', duration: '600s' });
    await remove(ref);
    await expect(async () => {
      const { endsAfterSeconds: _, ...endless } = order('endless');
      return chaos.client.create(endless);
    }).rejects.toThrow(/needs a time after which the cluster itself ends it/);
  });

  it('recovers by a pause, injects again by its end, and never chooses anew', async () => {
    const ref = order('paused');
    await injected(ref);
    await chaos.pod('shop', 'api-2');
    await chaos.client.pause(ref);
    await untilState(ref, 'recovered');
    expect(chaos.standIn.world.inEffect.size).toBe(0);
    await chaos.client.resume(ref);
    await untilState(ref, 'injected');
    expect([...chaos.standIn.world.inEffect].map((one) => one.split('/').slice(1).join('/'))).toEqual([
      'shop/api-1',
    ]);
    await remove(ref);
    await chaos.cluster.core.deleteNamespacedPod({ namespace: 'shop', name: 'api-2', gracePeriodSeconds: 0 });
  });

  it('sees a fault end by its duration, and its object stay', async () => {
    const ref = { ...order('short'), endsAfterSeconds: 2 };
    await injected(ref);
    await untilState(ref, 'recovered');
    expect(chaos.standIn.world.inEffect.size).toBe(0);
    expect((await found()).map(({ state }) => state)).toEqual(['recovered; its object is still there']);
    await remove(ref);
  });

  it('says that a selector hits nothing, at once', async () => {
    const ref = {
      ...order('nobody'),
      spec: { ...order('nobody').spec, selector: { labelSelectors: { app: 'no' } } },
    };
    await expect(injected(ref)).rejects.toThrow(/hits nothing.*no pod is selected/);
    await remove(ref);
  });

  it('says why a fault does not get in', async () => {
    const mend = chaos.standIn.world.fail('api-1', 'Apply', 'cannot find daemonIP on node n1');
    const ref = order('failing');
    await expect(injected(ref, 2_000)).rejects.toThrow(/cannot be injected.*cannot find daemonIP/);
    mend();
    await remove(ref);
  });

  describe('a deletion that does not come to its end', () => {
    it('is forced, named with what holds it, and left; and goes when the cause is mended', async () => {
      const ref = order('stuck');
      await injected(ref);
      const mend = chaos.standIn.world.fail('api-1', 'Recover', 'context deadline exceeded');
      const said: string[] = [];
      const removal = await removeFault(chaos.client, ref, {
        ...patience(3_000),
        forceAfterMs: 500,
        say: (one) => said.push(one),
      });
      expect(removal).toMatchObject({ is: 'left', steps: ['deleted', 'cleanup forced'] });
      expect(removal.is === 'left' && removal.why).toMatch(
        /stuck, still in at shop\/api-1, held by chaos-mesh\/records \(shop\/api-1: context deadline exceeded \(cleanup was forced\)\)/,
      );
      expect(said).toHaveLength(2);
      mend();
      // It recovers, and is gone in the same moment: nobody has seen it, so nobody vouches for it.
      expect(await removeFault(chaos.client, ref, patience(10_000))).toMatchObject({
        is: 'abandoned',
        steps: [],
      });
      expect(chaos.standIn.world.inEffect.size).toBe(0);
    });

    it('is what a fault comes to that was deleted while it failed to get in', async () => {
      const ref: Order<'NetworkChaos'> = {
        ...order('half'),
        kind: 'NetworkChaos',
        spec: { action: 'partition', mode: 'all', selector: { labelSelectors: { app: 'api' } } },
      };
      const mend = chaos.standIn.world.fail('api-1', 'Apply', 'netns is gone');
      await chaos.client.create(ref);
      await untilState(ref, 'failing');
      const removal = await removeFault(chaos.client, ref, { ...patience(2_000), forceAfterMs: 200 });
      expect(removal).toMatchObject({ is: 'left', steps: ['deleted', 'cleanup forced'] });
      mend();
      // Applying succeeds at last, and the forced cleanup leaves it at that.
      expect(await removeFault(chaos.client, ref, patience(10_000))).toMatchObject({
        is: 'abandoned',
        left: ['shop/api-1'],
      });
      expect(chaos.standIn.world.inEffect.size).toBe(1);
      chaos.standIn.world.mendAll();
    });

    it('recovers and goes when the cause is mended, and nothing was forced', async () => {
      const ref = order('mended');
      await injected(ref);
      const mend = chaos.standIn.world.fail('api-1', 'Recover', 'context deadline exceeded');
      const waited = await removeFault(chaos.client, ref, { ...patience(1_500), forceAfterMs: Infinity });
      expect(waited).toMatchObject({ is: 'left', steps: ['deleted'] });
      mend();
      await remove(ref);
      expect(chaos.standIn.world.inEffect.size).toBe(0);
    });

    it('is left when no controller runs, and goes without its finalizers only when that is asked for', async () => {
      const ref = order('orphan');
      await injected(ref);
      await chaos.standIn.pause();
      const waited = await removeFault(chaos.client, ref, { ...patience(1_500), forceAfterMs: 300 });
      expect(waited).toMatchObject({ is: 'left', steps: ['deleted', 'cleanup forced'] });
      expect((await found()).map(({ ref: { name } }) => name)).toEqual(['orphan']);
      const removal = await removeFault(chaos.client, ref, {
        ...patience(10_000),
        forceAfterMs: 300,
        removeFinalizersAfterMs: 600,
      });
      // The effect stays where it is, and that is said.
      expect(removal).toEqual({
        is: 'abandoned',
        steps: ['cleanup forced', 'finalizers removed'],
        left: ['shop/api-1'],
      });
      expect(chaos.standIn.world.inEffect.size).toBe(1);
      chaos.standIn.world.mendAll();
      chaos.standIn.resume();
    });

    it('never concerns another object that has taken the name', async () => {
      const ref = order('twice');
      const first = await injected(ref);
      await remove(ref);
      await injected(ref);
      const old = { ...ref, uid: first };
      for (const deed of ['delete', 'pause', 'forceCleanup', 'removeFinalizers'] as const) {
        await expect(chaos.client[deed](old)).rejects.toMatchObject({ failure: { is: 'conflict' } });
      }
      expect((await readFault(chaos.client, ref, {})).state.is).toBe('injected');
      await remove(ref);
    });
  });

  it('sweeps everything that carries the label, of one run or of all, and nothing else', async () => {
    await chaos.client.create({ ...order('one'), run: 'r1' });
    await chaos.client.create({
      kind: 'Schedule',
      namespace: 'shop',
      name: 'each-night',
      spec: { schedule: '0 2 * * *', type: 'PodChaos', podChaos: order('x').spec },
      injection: 'i',
      run: 'r2',
    });
    await chaos.client.create({
      kind: 'Workflow',
      namespace: 'shop',
      name: 'all-of-it',
      spec: { entry: 'wait', templates: [{ name: 'wait', templateType: 'Suspend', deadline: '1s' }] },
      injection: 'i',
      run: 'r2',
    });
    await chaos.cluster.custom.createNamespacedCustomObject({
      group: 'chaos-mesh.org',
      version: 'v1alpha1',
      namespace: 'shop',
      plural: 'podchaos',
      body: {
        apiVersion: 'chaos-mesh.org/v1alpha1',
        kind: 'PodChaos',
        metadata: { name: 'theirs' },
        spec: { ...order('x').spec, duration: '10m' },
      },
    });
    expect((await found()).map(({ ref }) => ref.name).toSorted()).toEqual(['all-of-it', 'each-night', 'one']);
    const settings = patience(10_000);
    const of1 = await sweep(chaos.client, { run: 'r1' }, settings);
    expect(of1.outcomes.map(({ leftover, removal }) => [leftover.ref.name, removal.is])).toEqual([
      ['one', 'gone'],
    ]);
    const all = await sweep(chaos.client, { namespaces: ['shop'] }, settings);
    expect(all.outcomes.map(({ leftover, removal }) => [leftover.ref.name, removal.is])).toEqual([
      ['each-night', 'gone'],
      ['all-of-it', 'gone'],
    ]);
    expect(all.unseen).toEqual([]);
    expect(await found()).toEqual([]);
    await remove({ kind: 'PodChaos', namespace: 'shop', name: 'theirs' });
  });

  it('says of kinds that it may not list that it has not seen them', async () => {
    const restricted = createChaosMeshClient(
      connectCluster({ kubeconfig: chaos.plane.restrictedKubeconfig }, systemClock),
    );
    const { found: none, unseen } = await findLeftovers(restricted, {}, patience(5_000));
    expect(none).toEqual([]);
    expect(unseen.map(({ kind }) => kind)).toContain('PodChaos');
    expect(unseen[0]?.why).toMatch(/cannot list resource/);
  });

  describe('tells failures apart', () => {
    it('a field that nobody knows, and a value that is none', async () => {
      const strict = await failure({ ...order('x'), spec: { ...order('x').spec, more: 1 } as never });
      expect(strict).toMatchObject({
        is: 'invalid',
        message: expect.stringContaining('unknown field "spec.more"'),
      });
      const value = await failure({ ...order('x'), spec: { ...order('x').spec, mode: 'some' } as never });
      expect(value).toMatchObject({ is: 'invalid', causes: [{ field: 'spec.mode' }] });
    });

    it('a missing right, no such object, no such kind, no such server, wrong credentials', async () => {
      const restricted = createChaosMeshClient(
        connectCluster({ kubeconfig: chaos.plane.restrictedKubeconfig }, systemClock),
      );
      const denied = await restricted.create(order('x')).catch(failureOf);
      expect(denied).toMatchObject({ is: 'rbac-denied', message: expect.stringContaining('"restricted"') });
      expect(await chaos.client.get(order('none')).catch(failureOf)).toMatchObject({ is: 'not-found' });
      const kernel: ObjectRef = { kind: 'KernelChaos', namespace: 'shop', name: 'x' };
      expect(await chaos.client.get(kernel).catch(failureOf)).toMatchObject({ is: 'not-served' });
    });

    it('a webhook that says no from one that does not answer', async () => {
      const config = new KubeConfig();
      config.loadFromFile(chaos.plane.kubeconfig);
      const api = config.makeApiClient(AdmissionregistrationV1Api);
      const webhook = await startWebhook();
      await api.createValidatingWebhookConfiguration({ body: validating(webhook.port) });
      try {
        // The server learns of the webhook a moment later.
        let denied = await failure(order('denied'));
        await until(async () => {
          denied = await failure(order('denied'));
          return denied !== undefined;
        });
        expect(denied).toMatchObject({ is: 'webhook-denied', webhook: 'vpodchaos.kb.io' });
        await webhook.stop();
        expect(await failure(order('denied'))).toMatchObject({
          is: 'webhook-down',
          webhook: 'vpodchaos.kb.io',
        });
      } finally {
        await api.deleteValidatingWebhookConfiguration({ name: 'validating' });
      }
    });
  });
});

function order(name: string): Order<'PodChaos'> {
  return {
    kind: 'PodChaos',
    namespace: 'shop',
    name,
    spec: { action: 'pod-failure', mode: 'all', selector: { labelSelectors: { app: 'api' } } },
    injection: 'one',
    endsAfterSeconds: 600,
  };
}

function patience(ms: number) {
  return { clock: systemClock, until: systemClock.now() + ms };
}

/** Its UID. */
async function injected(ref: Order<'PodChaos'>, withinMs = 10_000): Promise<string> {
  const made = await chaos.client.create(ref);
  await untilInjected(chaos.client, ref, patience(withinMs));
  return made.metadata.uid ?? '';
}

async function untilState(ref: ObjectRef<'PodChaos' | 'NetworkChaos'>, is: string): Promise<void> {
  await until(async () => (await readFault(chaos.client, ref, {})).state.is === is);
}

async function remove(ref: ObjectRef<'PodChaos' | 'NetworkChaos'>): Promise<void> {
  const removal = await removeFault(chaos.client, ref, patience(10_000));
  expect(removal.is).toBe('gone');
}

async function found() {
  return (await findLeftovers(chaos.client, {}, patience(10_000))).found;
}

/** Of a creation; when it succeeds, its object is removed. */
async function failure(wrong: Order<'PodChaos'>) {
  try {
    await chaos.client.create(wrong);
  } catch (error) {
    return failureOf(error);
  }
  await remove(wrong);
  return undefined;
}

/** Denies everything, on loopback, with the certificate of the API server. */
async function startWebhook() {
  const dir = dirname(chaos.plane.kubeconfig);
  const key = readFileSync(join(dir, 'certificates', 'apiserver.key'));
  const server = createServer({ cert: chaos.plane.certificate, key }, (incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { request } = JSON.parse(Buffer.concat(parts).toString()) as { request: { uid: string } };
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: request.uid, allowed: false, status: { message: 'not on a Friday' } },
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function validating(port: number) {
  return {
    metadata: { name: 'validating' },
    webhooks: [
      {
        name: 'vpodchaos.kb.io',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: {
          url: `https://127.0.0.1:${port}/validate`,
          caBundle: Buffer.from(chaos.plane.certificate).toString('base64'),
        },
        rules: [
          {
            apiGroups: ['chaos-mesh.org'],
            apiVersions: ['*'],
            operations: ['CREATE'],
            resources: ['podchaos'],
          },
        ],
      },
    ],
  };
}
