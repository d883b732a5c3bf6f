import { KubeConfig, NetworkingV1Api, setHeaderOptions } from '@kubernetes/client-node';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { routeDriverContract } from '@ordeal/shared/testing/route-driver-contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseKubernetesRoute } from '../../../src/drivers/kubernetes-route/config.ts';
import type { IngressRouteConfig } from '../../../src/drivers/kubernetes-route/ingress/config.ts';
import { createKubernetesRoute } from '../../../src/drivers/kubernetes-route/route.ts';
import { startPlane, type Plane } from '../cnpg/plane.ts';
import { testContext } from '../two-servers.ts';
import { interpose } from './interpose.ts';
import { grant } from './rights.ts';
import { endpointsOf, type SetEndpoints } from './slices.ts';

const missing = withoutControlPlane();
const context = testContext(AbortSignal.timeout(300_000));
const nginx = 'nginx.ingress.kubernetes.io';
const canary = { [`${nginx}/canary`]: 'true', [`${nginx}/canary-weight`]: '50' };

describe.skipIf(leftOut(missing))(
  `a Kubernetes route by a canary Ingress${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let plane: Plane;
    let networking: NetworkingV1Api;
    let setEndpoints: SetEndpoints;

    beforeAll(async () => {
      plane = await startPlane(false);
      const config = new KubeConfig();
      config.loadFromFile(plane.plane.kubeconfig);
      networking = config.makeApiClient(NetworkingV1Api);
      await grant(plane.plane, [
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'patch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
      ]);
      setEndpoints = endpointsOf(plane.plane);
      await ingress('web', 'web-east');
      await ingress('web-canary', 'web-west');
    }, 600_000);
    afterAll(async () => {
      await plane?.plane.stop();
    });
    beforeEach(async () => {
      await setEndpoints('web-east', { a1: true, a2: true });
      await setEndpoints('web-west', { b1: true });
      await annotate('web', { [`${nginx}/affinity`]: null });
      await annotate('web-canary', {
        ...canary,
        [`${nginx}/canary-weight-total`]: null,
        [`${nginx}/canary-by-header`]: null,
        [`${nginx}/affinity-canary-behavior`]: null,
      });
      await report('web', [{ ip: '192.0.2.1' }]);
      await report('web-canary', [{ ip: '192.0.2.1' }]);
    });

    async function ingress(name: string, service: string): Promise<void> {
      const backend = { service: { name: service, port: { number: 80 } } };
      const paths = [{ path: '/', pathType: 'Prefix', backend }];
      const rules = [{ host: 'shop.example.test', http: { paths } }];
      await networking.createNamespacedIngress({
        namespace: 'shop',
        body: { metadata: { name }, spec: { ingressClassName: 'nginx', rules } },
      });
    }

    async function patch(name: string, body: object, fieldManager: string): Promise<void> {
      await networking.patchNamespacedIngress(
        { namespace: 'shop', name, body, fieldManager },
        setHeaderOptions('Content-Type', 'application/merge-patch+json'),
      );
    }

    async function annotate(
      name: string,
      annotations: Readonly<Record<string, string | null>>,
      manager = 'test',
    ): Promise<void> {
      await patch(name, { metadata: { annotations } }, manager);
    }

    async function report(name: string, addresses: readonly { ip: string }[]): Promise<void> {
      await networking.patchNamespacedIngressStatus(
        { namespace: 'shop', name, body: { status: { loadBalancer: { ingress: addresses } } } },
        setHeaderOptions('Content-Type', 'application/merge-patch+json'),
      );
    }

    async function annotationsOf(name: string): Promise<Readonly<Record<string, string>>> {
      const { metadata } = await networking.readNamespacedIngress({ namespace: 'shop', name });
      return metadata?.annotations ?? {};
    }

    /** As ingress-nginx chooses: a draw of 1 to the total goes to the canary up to its weight. */
    async function reached(): Promise<readonly string[]> {
      const of = await annotationsOf('web-canary');
      const weight = of[`${nginx}/canary`] === 'true' ? Number(of[`${nginx}/canary-weight`]) : 0;
      const total = Number(of[`${nginx}/canary-weight-total`] ?? 100);
      const draws = Array.from({ length: total }, (_, at) => (at + 1 <= weight ? 'b' : 'a'));
      return [...new Set(draws)].toSorted();
    }

    function configOf(changes: Partial<IngressRouteConfig> = {}): IngressRouteConfig {
      return {
        kind: 'ingress',
        kubeconfig: plane.plane.restrictedKubeconfig,
        clusterUid: plane.uid,
        namespace: 'shop',
        stable: { region: 'a', ingress: 'web' },
        canary: { region: 'b', ingress: 'web-canary' },
        canaryShare: 0.3,
        shownWithinSeconds: 20,
        ...changes,
      };
    }

    const cases = routeDriverContract(() => ({
      driver: createKubernetesRoute(configOf()),
      regions: ['a', 'b'],
      parse: parseKubernetesRoute,
      mistaken: {
        raw: { kind: 'ingress', namespace: 'No', stable: { region: 'a' }, canary: 'web', canaryShare: 1 },
        places: ['.namespace', '.stable.ingress', '.canary', '.canaryShare'],
      },
      reached,
    }));
    it.each(cases)('keeps the contract: $name', { timeout: 60_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });

    it('leaves a share that is there already, and gives the configured one back, of any total', async () => {
      const route = createKubernetesRoute(configOf());
      await route.switch(['a', 'b'], context);
      expect((await annotationsOf('web-canary'))[`${nginx}/canary-weight`]).toBe('50');
      await annotate('web-canary', { [`${nginx}/canary-weight-total`]: '1000' });
      await route.switch(['b'], context);
      expect(await reached()).toEqual(['b']);
      expect((await route.status(context)).detail['weight']).toBe('canary-weight 1000 of 1000');
      await route.switch(['b', 'a'], context);
      expect(await annotationsOf('web-canary')).toEqual({
        ...canary,
        [`${nginx}/canary-weight`]: '300',
        [`${nginx}/canary-weight-total`]: '1000',
      });
      // ingress-nginx takes a total below 100 for 100.
      await annotate('web-canary', {
        [`${nginx}/canary-weight-total`]: '10',
        [`${nginx}/canary-weight`]: '10',
      });
      expect((await route.status(context)).regions).toEqual({ a: 'active', b: 'active' });
    });

    it('says before traffic is led away which share would not come back, and what to put', async () => {
      await annotate('web-canary', { [`${nginx}/canary-weight`]: '5' });
      const route = createKubernetesRoute(configOf());
      expect(await route.whyNotBack?.(context)).toEqual([
        'Ingress shop/web-canary says canary-weight 5 of 100, and the way back would write canary-weight 30 of 100: put ' +
          'canaryShare: 0.05',
      ]);
      const same = createKubernetesRoute(configOf({ canaryShare: 0.05 }));
      expect(await same.whyNotBack?.(context)).toEqual([]);
      await same.switch(['a'], context);
      // A canary that gets nothing at other times gets nothing again.
      expect(await route.whyNotBack?.(context)).toEqual([]);
      await same.switch(['a', 'b'], context);
      expect((await annotationsOf('web-canary'))[`${nginx}/canary-weight`]).toBe('5');
    });

    it('gives no weight to nobody, nor to a canary that nobody would ask', async () => {
      const route = createKubernetesRoute(configOf());
      expect(await route.health(context)).toEqual({ a: { up: 2, total: 2 }, b: { up: 1, total: 1 } });
      await setEndpoints('web-west', { b1: false });
      expect((await route.health(context))['b']).toEqual({ up: 0, total: 1 });
      await expect(route.switch(['b'], context)).rejects.toThrow('no endpoint of region b is ready');
      await setEndpoints('web-west', { b1: true });
      await setEndpoints('web-east', { a1: false, a2: false });
      await expect(route.switch(['b'], context)).rejects.toThrow('ingress-nginx asks no canary then');
      expect(await reached()).toEqual(['a', 'b']);
    });

    it('says when no controller has reported on an Ingress', async () => {
      await report('web-canary', []);
      const route = createKubernetesRoute(configOf({ shownWithinSeconds: 0.5 }));
      await expect(route.switch(['b'], context)).rejects.toThrow(
        'no controller has reported an address for Ingress shop/web-canary',
      );
    });

    it('leaves what somebody else has made of the weight between reading and writing', async () => {
      const way = await interpose(
        plane.plane,
        async () => await annotate('web-canary', { [`${nginx}/canary-weight`]: '20' }, 'flagger'),
      );
      try {
        const route = createKubernetesRoute(configOf({ kubeconfig: way.kubeconfig }));
        await expect(route.switch(['b'], context)).rejects.toThrow(
          /Ingress shop\/web-canary: it said canary-weight 50 of 100 .* now says canary-weight 20 of 100\..* flagger at /,
        );
      } finally {
        await way.stop();
      }
      expect((await annotationsOf('web-canary'))[`${nginx}/canary-weight`]).toBe('20');
    });

    it('refuses an Ingress whose clients something else than the weight leads', async () => {
      const refused = async (name: string, with_: Record<string, string>, said: string): Promise<void> => {
        const before = await annotationsOf(name);
        await annotate(name, with_);
        await expect(createKubernetesRoute(configOf()).switch(['b'], context)).rejects.toThrow(said);
        await annotate(name, Object.fromEntries(Object.keys(with_).map((one) => [one, before[one] ?? null])));
      };
      await refused('web-canary', { [`${nginx}/canary`]: 'false' }, 'to be a canary');
      await refused('web-canary', { [`${nginx}/canary-by-header`]: 'x-canary' }, 'go past the weight');
      await refused('web-canary', { [`${nginx}/canary-weight`]: 'half' }, 'a whole number');
      await refused('web', { [`${nginx}/affinity`]: 'cookie' }, 'clients would stay where they are');
      expect(await reached()).toEqual(['a', 'b']);
      await annotate('web', { [`${nginx}/affinity`]: 'cookie' });
      await annotate('web-canary', { [`${nginx}/affinity-canary-behavior`]: 'legacy' });
      await createKubernetesRoute(configOf()).switch(['b'], context);
      await ingress('wide', 'web-east');
      const backend = { service: { name: 'web-east', port: { number: 80 } } };
      const paths = [{ path: '/api', pathType: 'Prefix', backend }];
      await patch('wide', { spec: { rules: [{ host: 'shop.example.test', http: { paths } }] } }, 'test');
      const wide = configOf({ stable: { region: 'a', ingress: 'wide' } });
      await expect(createKubernetesRoute(wide).status(context)).rejects.toThrow(
        'found none for shop.example.test/api (Prefix)',
      );
    });

    describe('refuses what the controller merges otherwise than the weight says', () => {
      const path = (at: string, name: string, number = 80): object => ({
        path: at,
        pathType: 'Prefix',
        backend: { service: { name, port: { number } } },
      });
      const rules = (...paths: readonly object[]): object => ({
        spec: { rules: [{ host: 'shop.example.test', http: { paths } }] },
      });
      const refusal = async (): Promise<unknown> =>
        await createKubernetesRoute(configOf())
          .switch(['b'], context)
          .then(
            () => 'it was moved',
            (error: unknown) => (error as Error).message,
          );

      beforeEach(async () => {
        await setEndpoints('api-west', { c1: true });
      });
      afterEach(async () => {
        await patch('web', rules(path('/', 'web-east')), 'test');
        await patch('web', { spec: { defaultBackend: null } }, 'test');
        await patch('web-canary', rules(path('/', 'web-west')), 'test');
      });

      it('the same Service and port behind both', async () => {
        await patch('web-canary', rules(path('/', 'web-east')), 'test');
        expect(await refusal()).toContain('web-east:80 is behind a stable path of shop.example.test as well');
        // By another port it is another backend.
        await patch('web-canary', rules(path('/', 'web-east', 81)), 'test');
        expect(await refusal()).toBe('it was moved');
      });

      it('a canary whose Service is behind another path of its host', async () => {
        await patch('web', rules(path('/', 'web-east'), path('/own', 'web-west')), 'test');
        await patch('web-canary', rules(path('/', 'web-west'), path('/own', 'web-east')), 'test');
        expect(await refusal()).toContain('is behind a stable path of shop.example.test as well');
      });

      it('two canaries behind one stable Service', async () => {
        await patch('web', rules(path('/', 'web-east'), path('/api', 'web-east')), 'test');
        await patch('web-canary', rules(path('/', 'web-west'), path('/api', 'api-west')), 'test');
        expect(await refusal()).toContain(
          'only one canary counts behind web-east:80, found web-west:80 of Ingress',
        );
        await patch('web', rules(path('/', 'web-east')), 'test');
        await patch('web-canary', rules(path('/', 'web-west')), 'test');
        await ingress('second', 'api-west');
        expect(await refusal()).toBe('it was moved');
        await annotate('web-canary', canary);
        await annotate('second', canary);
        try {
          expect(await refusal()).toContain('api-west:80 of Ingress shop/second');
          await patch('second', rules(path('/', 'web-west')), 'test');
          expect(await refusal()).toContain('web-west:80 of Ingress shop/second');
        } finally {
          await networking.deleteNamespacedIngress({ namespace: 'shop', name: 'second' });
        }
      });

      it('a default backend, to which the canary does not belong', async () => {
        const backend = { service: { name: 'web-east', port: { number: 80 } } };
        await patch('web', { spec: { defaultBackend: backend } }, 'test');
        expect(await refusal()).toContain('Ingress shop/web has a defaultBackend');
      });
    });
  },
);
