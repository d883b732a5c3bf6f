import { ApiextensionsV1Api, KubeConfig, setHeaderOptions } from '@kubernetes/client-node';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { routeDriverContract } from '@ordeal/shared/testing/route-driver-contract';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseKubernetesRoute } from '../../../src/drivers/kubernetes-route/config.ts';
import type { GatewayRouteConfig } from '../../../src/drivers/kubernetes-route/gateway/config.ts';
import { createKubernetesRoute } from '../../../src/drivers/kubernetes-route/route.ts';
import { startPlane, type Plane } from '../cnpg/plane.ts';
import { testContext } from '../two-servers.ts';
import {
  routeParts,
  startGatewayController,
  type GatewayController,
  type HttpRoute,
} from './gateway-controller.ts';
import { httpRouteCrd } from './http-route-crd.ts';
import { interpose } from './interpose.ts';
import { grant } from './rights.ts';
import { endpointsOf, type SetEndpoints } from './slices.ts';

const missing = withoutControlPlane();
const context = testContext(AbortSignal.timeout(300_000));

const web = {
  name: 'web',
  matches: [{ path: { type: 'PathPrefix', value: '/' } }],
  filters: [
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'x-by', value: 'gateway' }] },
    },
  ],
  timeouts: { request: '5s' },
  backendRefs: [
    { name: 'web-east', port: 80, weight: 90 },
    { name: 'web-west', port: 80, weight: 10 },
  ],
};
const redirect = {
  matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
  filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301 } }],
};

describe.skipIf(leftOut(missing))(
  `a Kubernetes route by an HTTPRoute${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let plane: Plane;
    let setEndpoints: SetEndpoints;
    let controller: GatewayController;

    beforeAll(async () => {
      plane = await startPlane(false);
      await plane.custom.createClusterCustomObject({
        group: 'apiextensions.k8s.io',
        version: 'v1',
        plural: 'customresourcedefinitions',
        body: httpRouteCrd,
      });
      const config = new KubeConfig();
      config.loadFromFile(plane.plane.kubeconfig);
      const api = config.makeApiClient(ApiextensionsV1Api);
      const established = async (): Promise<boolean> => {
        const { status } = await api.readCustomResourceDefinition(httpRouteCrd.metadata);
        return (
          status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true
        );
      };
      while (!(await established())) await systemClock.sleep(50, context.signal);
      await grant(plane.plane, [
        { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'], verbs: ['get', 'patch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
      ]);
      setEndpoints = endpointsOf(plane.plane);
      const { name, ...parts } = routeParts;
      await plane.custom.createNamespacedCustomObject({
        ...parts,
        body: {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name },
          spec: { parentRefs: [{ name: 'edge' }], rules: [web, redirect] },
        },
      });
    }, 600_000);
    afterAll(async () => {
      await controller?.stop();
      await plane?.plane.stop();
    });
    beforeEach(async () => {
      await setEndpoints('web-east', { a1: true, a2: true });
      await setEndpoints('web-west', { b1: true });
      controller ??= startGatewayController(plane.custom);
      await patchRules([web, redirect], 'test');
      await until(() => controller.led().length === 2);
    }, 60_000);

    async function until(holds: () => boolean): Promise<void> {
      while (!holds()) await systemClock.sleep(20, context.signal);
    }

    async function readRoute(): Promise<HttpRoute> {
      return (await plane.custom.getNamespacedCustomObject(routeParts)) as HttpRoute;
    }

    async function patchRules(rules: readonly object[], fieldManager: string): Promise<void> {
      await plane.custom.patchNamespacedCustomObject(
        { ...routeParts, body: { spec: { rules } }, fieldManager },
        setHeaderOptions('Content-Type', 'application/merge-patch+json'),
      );
    }

    function weighing(east: number, west: number): object {
      const [a, b] = web.backendRefs;
      return {
        ...web,
        backendRefs: [
          { ...a, weight: east },
          { ...b, weight: west },
        ],
      };
    }

    function configOf(changes: Partial<GatewayRouteConfig> = {}): GatewayRouteConfig {
      return {
        kind: 'gateway',
        kubeconfig: plane.plane.restrictedKubeconfig,
        clusterUid: plane.uid,
        namespace: 'shop',
        httpRoute: 'web',
        backends: { a: 'web-east', b: 'web-west' },
        weights: { a: 90, b: 10 },
        shownWithinSeconds: 20,
        ...changes,
      };
    }

    const cases = routeDriverContract(() => ({
      driver: createKubernetesRoute(configOf()),
      regions: ['a', 'b'],
      parse: parseKubernetesRoute,
      mistaken: {
        raw: {
          kind: 'gateway',
          namespace: 'No',
          rules: [],
          backends: { a: 'x', b: 'x' },
          weights: { c: 0 },
        },
        places: ['.namespace', '.httpRoute', '.rules', '.backends', '.weights.c'],
      },
      reached: async () => controller.led().map((name) => (name === 'web-east' ? 'a' : 'b')),
    }));
    it.each(cases)('keeps the contract: $name', { timeout: 60_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });

    it('changes weights and nothing else, and gives them back as they were configured', async () => {
      const route = createKubernetesRoute(configOf());
      const before = await readRoute();
      await route.switch(['a', 'b'], context);
      expect((await readRoute()).metadata.generation).toBe(before.metadata.generation);
      await route.switch(['b'], context);
      const [moved, other] = (await readRoute()).spec.rules;
      expect(moved).toMatchObject(weighing(0, 10));
      expect(other).toEqual(before.spec.rules[1]);
      await route.switch(['b', 'a'], context);
      expect((await readRoute()).spec).toEqual(before.spec);
    }, 60_000);

    it('says before traffic is led away which weights would not come back, and what to put', async () => {
      expect(await createKubernetesRoute(configOf()).whyNotBack?.(context)).toEqual([]);
      expect(await createKubernetesRoute(configOf({ weights: { a: 90 } })).whyNotBack?.(context)).toEqual([
        'HTTPRoute shop/web says rule 0: a=90 b=10, and the way back would write rule 0: a=90 b=1: put weights: ' +
          '{ "a": 90, "b": 10 }',
      ]);
      const other = { ...weighing(50, 0), matches: [{ path: { type: 'PathPrefix', value: '/api' } }] };
      await patchRules([web, other], 'test');
      expect(await createKubernetesRoute(configOf()).whyNotBack?.(context)).toEqual([
        expect.stringMatching(
          /rule 1: a=50 b=0, and the way back would write rule 0: a=90 b=10; rule 1: a=90 b=10: give .* the same weights/,
        ),
      ]);
      expect(await createKubernetesRoute(configOf({ rules: [0] })).whyNotBack?.(context)).toEqual([]);
    }, 60_000);

    it('sees a region die, and gives no weight to nobody', async () => {
      const route = createKubernetesRoute(configOf());
      expect(await route.health(context)).toEqual({ a: { up: 2, total: 2 }, b: { up: 1, total: 1 } });
      await setEndpoints('web-west', { b1: false });
      expect((await route.health(context))['b']).toEqual({ up: 0, total: 1 });
      await expect(route.switch(['b'], context)).rejects.toThrow('no endpoint of region b is ready');
      await expect(route.switch(['a', 'b'], context)).rejects.toThrow('no endpoint of region b is ready');
      expect(controller.led()).toEqual(['web-east', 'web-west']);
      await route.switch(['a'], context);
      expect(controller.led()).toEqual(['web-east']);
    }, 60_000);

    it('does not take changed weights for moved traffic', async () => {
      await controller.stop();
      const route = createKubernetesRoute(configOf({ shownWithinSeconds: 0.5 }));
      try {
        await expect(route.switch(['b'], context)).rejects.toThrow(
          /says rule 0: a=0 b=10, but after 0.5 s example.test\/gateway \(Gateway shop\/edge\) has seen generation \d+ of it/,
        );
        // The weights say b, and nobody has said that clients get there.
        expect((await route.status(context)).regions).toEqual({ a: 'draining', b: 'draining' });
      } finally {
        controller = startGatewayController(plane.custom);
      }
      await until(() => controller.led().join() === 'web-west');
      await createKubernetesRoute(configOf()).switch(['b'], context);
      expect((await route.status(context)).regions).toEqual({ a: 'out', b: 'active' });
    }, 60_000);

    it('says why the controller does not lead where the weights say', async () => {
      controller.resolves('False');
      try {
        const route = createKubernetesRoute(configOf({ shownWithinSeconds: 3 }));
        await expect(route.switch(['b'], context)).rejects.toThrow(
          'says that ResolvedRefs is False: BackendNotFound',
        );
        expect((await route.status(context)).detail['controllers']).toContain('BackendNotFound');
      } finally {
        controller.resolves('True');
      }
    }, 60_000);

    it('leaves what somebody else has made of the weights between reading and writing', async () => {
      const way = await interpose(plane.plane, async () => await patchRules([weighing(50, 50)], 'deployer'));
      try {
        const route = createKubernetesRoute(configOf({ kubeconfig: way.kubeconfig }));
        await expect(route.switch(['b'], context)).rejects.toThrow(
          /moves the traffic of HTTPRoute shop\/web: it said rule 0: a=90 b=10 .* now says rule 0: a=50 b=50\..* deployer at /,
        );
      } finally {
        await way.stop();
      }
      expect((await readRoute()).spec.rules[0]).toMatchObject(weighing(50, 50));
    }, 60_000);

    it('notices who takes the weights back while it waits', async () => {
      await controller.stop();
      try {
        const moving = createKubernetesRoute(configOf()).switch(['b'], context);
        const ended = moving.then(
          () => 'moved',
          (error: unknown) => String(error),
        );
        for (;;) {
          const [rule] = (await readRoute()).spec.rules;
          if (rule?.backendRefs?.[0]?.weight === 0) break;
          await systemClock.sleep(20, context.signal);
        }
        await patchRules([web, redirect], 'gitops');
        expect(await ended).toMatch(/it was changed to rule 0: a=0 b=10.* gitops at /);
      } finally {
        controller = startGatewayController(plane.custom);
      }
    }, 60_000);

    it('goes on where only a status was written between reading and writing', async () => {
      const way = await interpose(plane.plane, async () => {
        const before = await readRoute();
        const body = { status: { parents: [] } };
        await plane.custom.patchNamespacedCustomObjectStatus(
          { ...routeParts, body },
          setHeaderOptions('Content-Type', 'application/merge-patch+json'),
        );
        expect((await readRoute()).metadata.generation).toBe(before.metadata.generation);
      });
      try {
        await createKubernetesRoute(configOf({ kubeconfig: way.kubeconfig })).switch(['b'], context);
      } finally {
        await way.stop();
      }
      expect(controller.led()).toEqual(['web-west']);
    }, 60_000);

    it('counts a region only where all rules lead to it', async () => {
      const half = { ...weighing(90, 0), matches: [{ path: { type: 'PathPrefix', value: '/api' } }] };
      const before = (await readRoute()).metadata.generation;
      await patchRules([web, half], 'test');
      await until(() => controller.reported() > before);
      const route = createKubernetesRoute(configOf());
      expect((await route.status(context)).regions).toEqual({ a: 'active', b: 'draining' });
    }, 60_000);

    it('moves the rules that are named, and refuses those that lead elsewhere', async () => {
      const api = { ...web, name: 'api', backendRefs: [{ name: 'api', port: 80, weight: 1 }] };
      await patchRules([web, api], 'test');
      await expect(createKubernetesRoute(configOf()).status(context)).rejects.toThrow(
        'expected rule 1 of HTTPRoute shop/web to lead to the Services web-east, web-west',
      );
      await expect(createKubernetesRoute(configOf({ rules: ['shop'] })).status(context)).rejects.toThrow(
        'expected a rule shop of HTTPRoute shop/web, found 0 (web), 1 (api)',
      );
      for (const rules of [['web'], [0]]) {
        const route = createKubernetesRoute(configOf({ rules }));
        await route.switch(rules[0] === 'web' ? ['a'] : ['b'], context);
        expect((await route.status(context)).detail['rules with backends that are not moved']).toBe('1');
      }
      const [first, second] = (await readRoute()).spec.rules;
      expect(first).toMatchObject(weighing(0, 10));
      expect(second).toMatchObject(api);
    }, 60_000);
  },
);
