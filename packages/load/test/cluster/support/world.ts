import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  startControlPlane,
  withoutControlPlane,
  type ControlPlane,
} from '@ordeal/shared/testing/kubernetes/control-plane';
import { testTools } from '@ordeal/shared/testing/tools';
import { parseK6Operator, type K6OperatorSettings } from '../../../src/distributed/settings.ts';
import { adminOf, type Admin } from './admin.ts';
import { startKubelet, type Kubelet } from './kubelet.ts';
import { freePort, startOperator, type OperatorStandIn } from './operator.ts';

export const NAMESPACE = 'load';

/** Where the CRD is: beside the checkout, or where the environment says. It is data for tests alone. */
const crd = join(
  process.env['ORDEAL_CRDS'] ?? join(import.meta.dirname, '../../../../../../shared/crds'),
  'k6-operator/k6.io_testruns.yaml',
);

/** Why these tests cannot run here; undefined when they can. */
export const withoutCluster =
  withoutControlPlane() ?? (existsSync(crd) ? undefined : `skipped: there is no ${crd} (ORDEAL_CRDS)`);

/** A real API server with the real CRD, and stand-ins for everything behind it. */
export interface World {
  readonly plane: ControlPlane;
  readonly admin: Admin;
  readonly kubelet: Kubelet;
  readonly operator: OperatorStandIn;
  /** A directory that is the claim `scripts` of the namespace. */
  readonly volume: string;
  settings(more?: object): Promise<K6OperatorSettings>;
  /** Names of everything in the namespace that is a load's, by kind. */
  left(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const plane = await startControlPlane();
  const admin = adminOf(plane);
  await admin(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    parse(readFileSync(crd, 'utf8')) as object,
  );
  await admin('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  const testRuns = `/apis/k6.io/v1alpha1/namespaces/${NAMESPACE}/testruns`;
  await eventually(() => admin('GET', testRuns));
  const kubelet = await startKubelet(plane, admin, testTools().k6);
  const volume = mkdtempSync(join(tmpdir(), 'ordeal-volume-'));
  const operator = startOperator({ admin, kubelet, namespace: NAMESPACE, claims: { scripts: volume } });
  return {
    plane,
    admin,
    kubelet,
    operator,
    volume,
    async settings(more = {}) {
      const port = await freePort();
      const parsed = parseK6Operator(
        {
          cluster: { kubeconfig: plane.kubeconfig, context: 'ordeal-test' },
          namespace: NAMESPACE,
          parallelism: 3,
          receiver: { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` },
          ...more,
        },
        'cluster',
      );
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
      return parsed.value;
    },
    async left() {
      const labelled = '?labelSelector=ordeal/testrun';
      const lists = await Promise.all(
        [
          testRuns,
          `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
          ...['pods', 'services', 'configmaps', 'secrets'].map(
            (kind) => `/api/v1/namespaces/${NAMESPACE}/${kind}`,
          ),
        ].map((path) => admin<{ items: { metadata: { name: string } }[] }>('GET', path + labelled)),
      );
      return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
    },
    async stop() {
      await operator.stop();
      await kubelet.stop();
      await plane.stop();
      rmSync(volume, { recursive: true, force: true });
    },
  };
}

async function eventually(task: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await task();
      return;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
