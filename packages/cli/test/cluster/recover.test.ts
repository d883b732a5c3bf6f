import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markOf, parseKubernetesConfig } from '@ordeal/chaos/drivers/kubernetes/config';
import { objectNameOf, parseChaosMeshConfig } from '@ordeal/chaos/drivers/chaos-mesh/config';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  startChaosMeshCluster,
  withoutCluster,
  type ChaosMeshCluster,
} from '../../../chaos/test/chaos-mesh/cluster.ts';
import { crdFolder } from '../../../chaos/test/chaos-mesh/crds.ts';
import { makeSite, type Ended, type Site } from '../stop/site.ts';
import { atWork } from './at-work.ts';

const OURS = { 'app.kubernetes.io/managed-by': 'ordeal' };
const GONE = 'the-run-whose-disk-is-gone';

describe.skipIf(leftOut(withoutCluster))(
  `recover on a cluster, without a folder of the run${withoutCluster === undefined ? '' : ` (${withoutCluster})`}`,
  () => {
    let on: ChaosMeshCluster;
    let site: Site;
    let pin: { readonly kubeconfig: string; readonly context: string; readonly uid: string };

    beforeAll(async () => {
      on = await startChaosMeshCluster();
      pin = { kubeconfig: on.plane.kubeconfig, context: 'ordeal-test', uid: on.uid };
      for (const name of ['ordeal', 'shop', 'load']) await on.namespace(name);
      await on.pod('shop', 'api-1');
      await installTestRuns();
      site = await makeSite(
        `coordination: { cluster: ${JSON.stringify(pin)}, namespace: 'ordeal' },`,
        `faults: ${JSON.stringify({
          slow: { title: 'The network is slow', driver: 'chaos-mesh', config: slow(), revives: 'nothing' },
          away: { title: 'The API is away', driver: 'kubernetes', config: away('api'), revives: 'nothing' },
          lost: {
            title: 'The database is lost',
            driver: 'kubernetes',
            config: away('db'),
            revives: 'old-primary',
          },
        })}, generators: { kubernetes: ${JSON.stringify({
          cluster: pin,
          namespace: 'load',
          parallelism: 1,
          receiver: { port: 0, url: 'http://ordeal.test:1' },
        })} },`,
      );
    });
    afterEach(() => site.letGo());
    afterAll(async () => {
      await site?.close();
      await on?.stop();
    });

    const slow = () => ({
      cluster: pin,
      pods: { namespace: 'shop', labels: { app: 'api' } },
      fault: { type: 'network-delay', latencyMs: 50 },
    });
    const away = (name: string) => ({
      cluster: pin,
      fault: { type: 'scale-to-zero', kind: 'Deployment', namespace: 'shop', workloads: { names: [name] } },
    });
    const look = (...more: string[]): Promise<Ended> =>
      site.on('a-new-machine', 'recover', '--platform', 'shop', '--look', ...more);
    const delays = async (): Promise<readonly string[]> =>
      (await on.client.list('NetworkChaos', {})).map(({ metadata }) => metadata.name ?? '').toSorted();
    const apps = { group: 'apps', version: 'v1', plural: 'deployments', namespace: 'shop' };
    const replicasOf = async (name: string): Promise<number> => {
      const found = await on.cluster.custom.getNamespacedCustomObject({ ...apps, name });
      return (found as { spec: { replicas: number } }).spec.replicas;
    };
    const testRuns = { group: 'k6.io', version: 'v1alpha1', plural: 'testruns', namespace: 'load' };
    const loads = async (): Promise<number> =>
      ((await on.cluster.custom.listNamespacedCustomObject(testRuns)) as { items: unknown[] }).items.length;

    /** As a run leaves it that was killed with its whole machine. */
    async function leaveEverything(): Promise<string> {
      const config = parseChaosMeshConfig(slow(), 'config');
      if (!config.ok) throw new Error('the settings are wrong');
      const named = objectNameOf(config.value);
      await delayed(named, GONE);
      await delayed('ordeal-of-settings-that-were-changed', GONE);
      for (const name of ['api', 'db']) await scaledToZero(name);
      await on.cluster.custom.createNamespacedCustomObject({
        ...testRuns,
        body: {
          apiVersion: 'k6.io/v1alpha1',
          kind: 'TestRun',
          metadata: {
            name: 'ordeal-buy-1',
            labels: { ...OURS, 'ordeal/run': GONE, 'ordeal/testrun': 'ordeal-buy-1' },
          },
          spec: { parallelism: 1, script: { configMap: { name: 'script' } } },
        },
      });
      return named;
    }

    async function delayed(name: string, run: string | undefined): Promise<void> {
      const spec = {
        action: 'delay' as const,
        mode: 'all' as const,
        selector: { namespaces: ['shop'], labelSelectors: { app: 'api' } },
        delay: { latency: '50ms' },
      };
      const order = { kind: 'NetworkChaos' as const, namespace: 'shop', name, spec, endsAfterSeconds: 3_600 };
      await on.client.create({ ...order, injection: name, ...(run === undefined ? {} : { run }) });
    }

    async function scaledToZero(name: string): Promise<void> {
      const config = parseKubernetesConfig(away(name), 'config');
      if (!config.ok) throw new Error('the settings are wrong');
      const labels = { 'ordeal/fault': markOf(config.value), 'ordeal/run': GONE };
      const container = { name: 'api', image: 'example.test/api:1' };
      await on.cluster.custom.createNamespacedCustomObject({
        ...apps,
        body: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name, labels, annotations: { 'ordeal/original': 'replicas=3' } },
          spec: {
            replicas: 0,
            selector: { matchLabels: { app: name } },
            template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
          },
        },
      });
    }

    async function installTestRuns(): Promise<void> {
      const folder = join(crdFolder, 'k6-operator');
      const group = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
      for (const file of readdirSync(folder).filter((name) => name.includes('testrun'))) {
        const body = parse(readFileSync(join(folder, file), 'utf8')) as object;
        await on.cluster.custom.createClusterCustomObject({ ...group, body });
      }
      await eventually('the API server serves TestRuns', () => loads().then(() => true));
    }

    it('heals by labels and by the platform, touches nothing while a run holds the lease, and leaves the rest to a person', async () => {
      const named = await leaveEverything();

      // Somebody is at work on the platform, on another machine.
      const elsewhere = await atWork('another-run', { cluster: pin, namespace: 'ordeal' });
      if (!elsewhere.taken) throw new Error(elsewhere.reason);
      const refused = await look();
      expect(refused.code, refused.stdout + refused.stderr).toBe(3);
      expect(refused.stdout).toMatch(/nothing was touched: run \S+ of \S+@\S+ has been at work/);
      expect(await delays()).toEqual([named, 'ordeal-of-settings-that-were-changed'].toSorted());
      expect([await replicasOf('api'), await loads()]).toEqual([0, 1]);
      await elsewhere.release();

      const healed = await look();
      expect(healed.code, healed.stdout + healed.stderr).toBe(4);
      expect(healed.stdout).toMatch(/healed +The network is slow/);
      expect(healed.stdout).toMatch(/healed +The API is away/);
      expect([await replicasOf('api'), await replicasOf('db')]).toEqual([3, 0]);
      expect(healed.stdout).toMatch(/left +The database is lost .*could make an old primary writable/);
      expect(healed.stdout).toMatch(
        new RegExp(`left +NetworkChaos shop/ordeal-of-settings.*; of run ${GONE}\\).*add --run ${GONE}`),
      );
      expect(healed.stdout).toMatch(new RegExp(`left +load load/ordeal-buy-1 .*add --run ${GONE}`));
      expect(await delays()).toEqual(['ordeal-of-settings-that-were-changed']);
      expect(await loads()).toBe(1);

      const other = await look('--run', 'another-run', '--json');
      expect(other.code).toBe(4);
      expect(JSON.parse(other.stdout)).toMatchObject([{ platform: 'shop', healed: [], refused: [] }]);

      const vouched = await look('--run', GONE);
      expect(vouched.code).toBe(4);
      expect(vouched.stdout).toMatch(/healed +NetworkChaos shop\/ordeal-of-settings/);
      expect(vouched.stdout).toMatch(/healed +load load\/ordeal-buy-1/);
      expect(vouched.stdout).toMatch(/left +deployment shop\/db .*before: replicas=3/);
      expect(await delays()).toEqual([]);
      expect(await loads()).toBe(0);
      expect(await replicasOf('db')).toBe(0);

      await on.cluster.custom.deleteNamespacedCustomObject({ ...apps, name: 'db' });
      const nothing = await look();
      expect(nothing.code, nothing.stdout + nothing.stderr).toBe(0);
      expect(nothing.stdout).toContain('Nothing is in at the targets of shop');
    });

    it('never takes a cluster that cannot be looked at for one that is clean', async () => {
      const blind = await makeSite(
        '',
        `faults: ${JSON.stringify({
          slow: {
            title: 'The network is slow',
            driver: 'chaos-mesh',
            config: { ...slow(), cluster: { ...pin, kubeconfig: on.plane.restrictedKubeconfig } },
            revives: 'nothing',
          },
        })},`,
      );
      const seen = await blind.on('here', 'recover', '--platform', 'shop', '--look');
      await blind.close();
      expect(seen.code, seen.stdout + seen.stderr).toBe(4);
      expect(seen.stdout).toMatch(/left +The network is slow: whether it is in cannot be told: .*forbidden/);
    });
  },
);

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await isSo().catch(() => false)) return;
    await systemClock.sleep(100);
  }
  throw new Error(`Not within 30 s: ${what}`);
}
