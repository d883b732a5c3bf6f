import { DiscoveryV1Api, KubeConfig, setHeaderOptions } from '@kubernetes/client-node';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { routeDriverContract } from '@ordeal/shared/testing/route-driver-contract';
import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKubernetesRoute } from '../../../src/drivers/kubernetes-route/config.ts';
import { createKubernetesRoute } from '../../../src/drivers/kubernetes-route/route.ts';
import type { ServiceRouteConfig } from '../../../src/drivers/kubernetes-route/service/config.ts';
import { startPlane, type Plane } from '../cnpg/plane.ts';
import { testContext } from '../two-servers.ts';
import { interpose } from './interpose.ts';

const missing = withoutControlPlane();
const context = testContext(AbortSignal.timeout(300_000));

describe.skipIf(leftOut(missing))(
  `a Kubernetes route by a Service${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let plane: Plane;
    let discovery: DiscoveryV1Api;
    let endpoints: { stop(): Promise<void> };

    beforeAll(async () => {
      plane = await startPlane(false);
      const config = new KubeConfig();
      config.loadFromFile(plane.plane.kubeconfig);
      discovery = config.makeApiClient(DiscoveryV1Api);
      for (const [name, region] of [
        ['a1', 'east'],
        ['a2', 'east'],
        ['b1', 'west'],
      ] as const) {
        await pod(name, region);
      }
      await plane.core.createNamespacedService({
        namespace: 'shop',
        body: { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
      });
      endpoints = followSelector();
      await settled(['a1', 'a2', 'b1']);
    }, 600_000);
    afterAll(async () => {
      await endpoints?.stop();
      await plane?.plane.stop();
    });

    async function pod(name: string, region: string): Promise<void> {
      const body = {
        metadata: { name, labels: { app: 'web', region } },
        spec: {
          containers: [{ name: 'web', image: 'example.test/web:1' }],
          automountServiceAccountToken: false,
        },
      };
      await plane.core.createNamespacedPod({ namespace: 'shop', body });
      await setReady(name, true);
    }

    async function setReady(name: string, ready: boolean): Promise<void> {
      const body = await plane.core.readNamespacedPod({ namespace: 'shop', name });
      body.status = { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] };
      await plane.core.replaceNamespacedPodStatus({ namespace: 'shop', name, body });
    }

    async function served(): Promise<readonly string[]> {
      const { items } = await discovery.listNamespacedEndpointSlice({ namespace: 'shop' });
      return items
        .flatMap((one) => one.endpoints ?? [])
        .flatMap((one) => one.targetRef?.name ?? [])
        .toSorted();
    }

    async function settled(names: readonly string[]): Promise<void> {
      while ((await served()).join() !== names.join()) await systemClock.sleep(50, context.signal);
    }

    /** Stands in for the controller of endpoints, which is no part of an API server. */
    function followSelector(): { stop(): Promise<void> } {
      let going = true;
      const run = async (): Promise<void> => {
        while (going) {
          const { spec } = await plane.core.readNamespacedService({ namespace: 'shop', name: 'web' });
          const labelSelector = Object.entries(spec?.selector ?? {})
            .map(([name, value]) => `${name}=${value}`)
            .join(',');
          const { items } = await plane.core.listNamespacedPod({ namespace: 'shop', labelSelector });
          const ready = items.filter((one) =>
            one.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
          );
          const wanted = ready.map((one) => one.metadata?.name ?? '').toSorted();
          if ((await served()).join() !== wanted.join() || wanted.length === 0) {
            const body = {
              metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
              addressType: 'IPv4',
              endpoints: wanted.map((name, index) => ({
                addresses: [`10.0.0.${index + 1}`],
                conditions: { ready: true },
                targetRef: { kind: 'Pod', name },
              })),
            };
            await discovery
              .replaceNamespacedEndpointSlice({ namespace: 'shop', name: 'web-1', body })
              .catch(async () => await discovery.createNamespacedEndpointSlice({ namespace: 'shop', body }));
          }
          await systemClock.sleep(100);
        }
      };
      const done = run();
      return {
        stop: async () => {
          going = false;
          await done;
        },
      };
    }

    function configOf(changes: Partial<ServiceRouteConfig> = {}): ServiceRouteConfig {
      return {
        kubeconfig: plane.plane.kubeconfig,
        clusterUid: plane.uid,
        namespace: 'shop',
        service: 'web',
        label: 'region',
        regions: { a: 'east', b: 'west' },
        shownWithinSeconds: 20,
        ...changes,
      };
    }

    const cases = routeDriverContract(() => ({
      driver: createKubernetesRoute(configOf()),
      regions: ['a', 'b'],
      parse: parseKubernetesRoute,
      mistaken: {
        raw: { namespace: 'No', service: '', regions: { a: 'x', b: 'x' } },
        places: ['.namespace', '.service', '.label', '.regions'],
      },
      reached: async () => [...new Set((await served()).map((name) => name.slice(0, 1)))].toSorted(),
    }));
    it.each(cases)('keeps the contract: $name', { timeout: 60_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });

    it('sees a region die, and leads no traffic to nobody', async () => {
      const route = createKubernetesRoute(configOf());
      expect(await route.health(context)).toEqual({ a: { up: 2, total: 2 }, b: { up: 1, total: 1 } });
      await setReady('b1', false);
      await settled(['a1', 'a2']);
      expect((await route.health(context))['b']).toEqual({ up: 0, total: 1 });
      await expect(route.switch(['b'], context)).rejects.toThrow('no pod of region b is ready');
      expect(await served()).toEqual(['a1', 'a2']);
      await setReady('b1', true);
      await settled(['a1', 'a2', 'b1']);
    }, 60_000);

    it('does not take a changed selector for moved traffic', async () => {
      await endpoints.stop();
      const route = createKubernetesRoute(configOf({ shownWithinSeconds: 0.5 }));
      await expect(route.switch(['b'], context)).rejects.toThrow('its endpoints still lead to region a');
      expect((await route.status(context)).regions).toEqual({ a: 'draining', b: 'active' });
      endpoints = followSelector();
      await settled(['b1']);
      expect((await route.status(context)).regions).toEqual({ a: 'out', b: 'active' });
      await createKubernetesRoute(configOf()).switch(['a', 'b'], context);
    }, 60_000);

    it('leaves what somebody else has made of the selector between reading and writing', async () => {
      const route = await interpose(plane.plane, async () => {
        await plane.core.patchNamespacedService(
          {
            namespace: 'shop',
            name: 'web',
            body: { spec: { selector: { region: 'west' } } },
            fieldManager: 'deployer',
          },
          setHeaderOptions('Content-Type', 'application/merge-patch+json'),
        );
      });
      try {
        const moving = createKubernetesRoute(configOf({ kubeconfig: route.kubeconfig })).switch(
          ['a'],
          context,
        );
        await expect(moving).rejects.toThrow(
          /moves the traffic of Service shop\/web: it said a selector without region .* now says region=west.* deployer at /,
        );
        await settled(['b1']);
      } finally {
        await route.stop();
      }
      await createKubernetesRoute(configOf()).switch(['a', 'b'], context);
    }, 60_000);

    it('refuses what a selector cannot say, and a Service that would then lead everywhere', async () => {
      const three = createKubernetesRoute(configOf({ regions: { a: 'east', b: 'west', c: 'north' } }));
      await expect(three.switch(['a', 'b'], context)).rejects.toThrow(
        'leads to one region or to all of them',
      );
      expect(three.whyNever(['a', 'b']), 'said before a drill as well').toContain(
        'a, b of a, b, c takes a route driver that knows weights',
      );
      for (const regions of [['b'], ['a', 'b', 'c']]) expect(three.whyNever(regions)).toBeUndefined();
      expect(three.whyNever(['d'])).toContain('found d');
      const bare = {
        metadata: { name: 'bare' },
        spec: { selector: { region: 'east' }, ports: [{ port: 80 }] },
      };
      await plane.core.createNamespacedService({ namespace: 'shop', body: bare });
      await expect(createKubernetesRoute(configOf({ service: 'bare' })).status(context)).rejects.toThrow(
        'without the region it would lead to every pod',
      );
      const other = createKubernetesRoute(configOf({ clusterUid: 'of another' }));
      await expect(other.switch(['a'], context)).rejects.toThrow('this is another cluster');
    });
  },
);
