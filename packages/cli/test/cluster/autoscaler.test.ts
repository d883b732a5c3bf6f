import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { autoscalerLook } from '@ordeal/chaos/autoscaler/look';
import { clusterUid, connectCluster } from '@ordeal/chaos/chaos-mesh/cluster';
import type { AutoscalerSample } from '@ordeal/shared/judge/autoscaler/watch';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { AutoscalerSpec } from '@ordeal/shared/platform/autoscaler-spec';
import {
  startControlPlane,
  withoutControlPlane,
  type ControlPlane,
} from '@ordeal/shared/testing/kubernetes/control-plane';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminOf, MERGE, type Admin } from '../../../load/test/cluster/support/admin.ts';
import { startServer, type TestServer } from '../../../load/test/support/server.ts';
import { startPrometheus, type RealPrometheus } from '../../../shared/test/prometheus/real-prometheus.ts';
import { openShop, type Shop } from './autoscaler/shop.ts';

/**
 * Autoscalers on a real API server. There is no controller manager: the test writes what it would write, the status of
 * the HorizontalPodAutoscaler and of its pods; and there is no metrics server: a CRD of its name holds what it would tell.
 * With the real one: `npm run prove -- autoscaler`.
 */

const missing = withoutControlPlane();
const pods = ['api-1', 'api-2', 'api-3', 'api-4'];
const autoscalers = '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers';
const measurements = '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods';
const labels = { app: 'api' };

describe.skipIf(leftOut(missing))(`autoscalers on a cluster${missing ? ` (${missing})` : ''}`, () => {
  let plane: ControlPlane;
  let admin: Admin;
  let promised: AutoscalerSpec;
  let server: TestServer;
  let prometheus: RealPrometheus;
  let dir: string;
  let shop: Shop;

  beforeAll(async () => {
    plane = await startControlPlane();
    admin = adminOf(plane);
    const uid = await clusterUid(connectCluster({ kubeconfig: plane.kubeconfig }, systemClock));
    promised = {
      cluster: { kubeconfig: plane.kubeconfig, context: 'ordeal-test', uid },
      namespace: 'shop',
      name: 'shop-hpa',
      replicas: { least: 2, most: 10 },
      targets: [
        { resource: 'cpu', utilization: 70 },
        { resource: 'memory', utilization: 80 },
        { pods: 'requests_per_second', average: 100 },
      ],
      source: 'the document, 2.5',
    };
    await admin('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    await createDeployment();
    for (const name of pods) await createPod(name);
    server = await startServer(() => ({ status: 200 }));
    prometheus = await startPrometheus(500, []);
    dir = mkdtempSync(join(tmpdir(), 'ordeal-autoscaler-'));
    shop = openShop(dir, {
      entry: server.url,
      prometheus: prometheus.url,
      rate: 20,
      autoscaler: promised,
      pods: {
        api: {
          cluster: promised.cluster,
          namespace: 'shop',
          deployment: 'api',
          replicas: { least: 4, most: 4 },
          source: 'the document, 2.4',
        },
      },
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await server?.close();
    await plane?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(() => createAutoscaler());
  afterEach(() => admin('DELETE', `${autoscalers}/shop-hpa`).catch(() => undefined));

  async function createDeployment(): Promise<void> {
    const deployments = '/apis/apps/v1/namespaces/shop/deployments';
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: 'api', image: 'example.test/api:1' }] },
    };
    await admin('POST', deployments, {
      metadata: { name: 'api' },
      spec: { replicas: 4, selector: { matchLabels: labels }, template },
    });
    // Nobody else makes its pods ready here.
    await admin('PATCH', `${deployments}/api/status`, { status: { replicas: 4, readyReplicas: 4 } }, MERGE);
  }

  /** Running, and ready for ten minutes. */
  async function createPod(name: string): Promise<void> {
    const path = '/api/v1/namespaces/shop/pods';
    await admin('POST', path, {
      metadata: { name, labels },
      spec: {
        containers: [{ name: 'api', image: 'example.test/api:1' }],
        automountServiceAccountToken: false,
      },
    });
    await setReady(name, 600);
  }

  async function setReady(name: string, seconds: number): Promise<void> {
    const lastTransitionTime = new Date(Math.trunc(Date.now() / 1000 - seconds) * 1000).toISOString();
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] };
    await admin('PATCH', `/api/v1/namespaces/shop/pods/${name}/status`, { status }, MERGE);
  }

  async function createAutoscaler(): Promise<void> {
    await admin('POST', autoscalers, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'shop-hpa' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
          {
            type: 'Resource',
            resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } },
          },
          {
            type: 'Pods',
            pods: {
              metric: { name: 'requests_per_second' },
              target: { type: 'AverageValue', averageValue: '100' },
            },
          },
        ],
      },
    });
  }

  /** What the controller manager writes when it has decided. Without requests: it could not get that metric. */
  async function decide(
    desiredReplicas: number,
    { cpu = 70, memory = 80, requests }: { cpu?: number; memory?: number; requests?: string },
  ): Promise<void> {
    const utilization = (name: string, averageUtilization: number) => ({
      type: 'Resource',
      resource: { name, current: { averageUtilization, averageValue: '100m' } },
    });
    const condition = (type: string, status: string, reason: string) => ({
      type,
      status,
      reason,
      message: 'written by the test',
      lastTransitionTime: new Date().toISOString(),
    });
    const status = {
      currentReplicas: 4,
      desiredReplicas,
      currentMetrics: [
        utilization('cpu', cpu),
        utilization('memory', memory),
        requests === undefined
          ? { type: '' }
          : {
              type: 'Pods',
              pods: { metric: { name: 'requests_per_second' }, current: { averageValue: requests } },
            },
      ],
      conditions: [
        condition('AbleToScale', 'True', 'ReadyForNewScale'),
        condition('ScalingActive', 'True', 'ValidMetricFound'),
        condition('ScalingLimited', 'False', 'DesiredWithinRange'),
      ],
    };
    await admin('PATCH', `${autoscalers}/shop-hpa/status`, { status }, MERGE);
  }

  const look = (spec: AutoscalerSpec = promised): Promise<AutoscalerSample> =>
    autoscalerLook(spec, systemClock)(AbortSignal.timeout(30_000));

  test('are read with what they are set to, what they decided, and their pods', async () => {
    expect(await look()).toMatchObject({
      kind: 'seen',
      seen: { current: null, conditions: [], ageSeconds: null },
    });
    await decide(6, { cpu: 65, requests: '150500m' });
    const sample = await look();
    expect(sample).toMatchObject({
      kind: 'seen',
      seen: {
        replicas: { least: 2, most: 10 },
        metrics: [
          { kind: 'Resource', name: 'cpu', per: 'Utilization', target: 70, current: 65 },
          { kind: 'Resource', name: 'memory', per: 'Utilization', target: 80, current: 80 },
          { kind: 'Pods', name: 'requests_per_second', per: 'AverageValue', target: 100, current: 150.5 },
        ],
        behavior: null,
        current: 4,
        desired: 6,
        lags: false,
      },
      pods: { known: true, counted: 4, settled: 4, measured: null },
    });
    if (sample.kind !== 'seen') throw new Error('it was seen');
    expect(sample.seen.ageSeconds).toBeLessThan(60);
    await setReady('api-1', 30);
    expect(await look()).toMatchObject({ pods: { counted: 4, settled: 3 } });
    await setReady('api-1', 600);
  });

  test('are absent, or not read, where the cluster says so', async () => {
    expect(await look({ ...promised, name: 'other' })).toMatchObject({ kind: 'absent' });
    const uid = '00000000-0000-4000-8000-000000000000';
    expect(await look({ ...promised, cluster: { ...promised.cluster, uid } })).toMatchObject({
      kind: 'unread',
      reason: expect.stringContaining('another cluster'),
    });
    const cluster = { ...promised.cluster, kubeconfig: plane.restrictedKubeconfig };
    expect(await look({ ...promised, cluster })).toMatchObject({
      kind: 'unread',
      reason: expect.stringContaining('forbidden'),
    });
  });

  test('are told which pods have a measurement, where something serves metrics.k8s.io', async () => {
    await admin('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: {
        name: 'pods.metrics.k8s.io',
        annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in in a test' },
      },
      spec: {
        group: 'metrics.k8s.io',
        scope: 'Namespaced',
        names: { plural: 'pods', kind: 'PodMetrics' },
        versions: [
          {
            name: 'v1beta1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    await expect
      .poll(() => admin('GET', measurements).catch(() => undefined), { timeout: 30_000 })
      .toBeDefined();
    for (const name of pods.slice(0, 3)) {
      await admin('POST', measurements, {
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: { name, labels },
      });
    }
    await decide(4, { requests: '100' });
    expect(await look()).toMatchObject({ pods: { counted: 4, settled: 4, measured: 3 } });
    await admin('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/pods.metrics.k8s.io');
  });

  const load = () => shop.load({ warmUp: '1s', for: '7s' });

  function podsFound(): Finding | undefined {
    return found().findings.find(({ objective }) => objective === 'pods api');
  }

  function found(): {
    readonly findings: readonly Finding[];
    readonly finding: Finding | undefined;
    readonly run: string;
  } {
    const { run, record } = shop.newest();
    const { findings } = record;
    return { findings, finding: findings.find(({ objective }) => objective === 'autoscaler api'), run };
  }

  test('pass a load under which they are as promised, now and when it is judged again without the cluster', async () => {
    await decide(4, { requests: '100' });
    const { code, said } = await load();
    expect(code, said).toBe(0);
    const { finding, run } = found();
    expect(finding).toMatchObject({
      window: 'baseline',
      outcome: 'pass',
      value: { low: 0, high: 0 },
      source: 'the document, 2.5',
    });
    expect(podsFound()).toMatchObject({ outcome: 'pass', source: 'the document, 2.4' });
    const again = await shop.ordeal('judge', run);
    expect(again.code, again.said).toBe(0);
  });

  test('fail it where they are set otherwise, and where they decide otherwise than by their figures', async () => {
    await admin('PATCH', `${autoscalers}/shop-hpa`, { spec: { maxReplicas: 5 } }, MERGE);
    // 120 % of 80 % of 4 pods are 6, of which 5 are allowed: it says 3.
    await decide(3, { memory: 120, requests: '100' });
    const { code, said } = await load();
    expect(code, said).toBe(1);
    expect(found().finding).toMatchObject({ outcome: 'fail', value: { low: 2, high: 2 } });
    expect(found().finding?.explanation).toContain('its maxReplicas is 5, and 10 is promised');
    expect(found().finding?.explanation).toContain('asks for 6 (bounds 2 to 5), and it wants 3');
  });

  test('are not alone: a Deployment that is set otherwise fails it as well', async () => {
    const deployments = '/apis/apps/v1/namespaces/shop/deployments';
    await decide(4, { requests: '100' });
    await admin('PATCH', `${deployments}/api`, { spec: { replicas: 2 } }, MERGE);
    const { code, said } = await load();
    expect(code, said).toBe(1);
    expect(podsFound()).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
    expect(podsFound()?.explanation).toContain('its replicas are 2, and 4 are promised');
    expect(found().finding).toMatchObject({ outcome: 'pass' });
    await admin('PATCH', `${deployments}/api`, { spec: { replicas: 4 } }, MERGE);
  });

  test('leave it open where a promised metric has no value, and where there is no such autoscaler', async () => {
    await decide(8, { cpu: 140 });
    expect((await load()).code).toBe(2);
    expect(found().finding).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    expect(found().finding?.explanation).toContain('It never had a value of requests_per_second');
    await admin('DELETE', `${autoscalers}/shop-hpa`);
    const { code, said } = await load();
    expect(code, said).toBe(2);
    expect(said).toContain('There is no HorizontalPodAutoscaler shop/shop-hpa');
  });
});
