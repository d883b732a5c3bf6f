import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import type { Plan } from '@ordeal/shared/scenario/plan';
import { cannotRun, leftOut } from '@ordeal/shared/testing/left-out';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutCluster } from '../../../chaos/test/chaos-mesh/cluster.ts';
import { loadPlatform } from '../../src/load/load-platform.ts';
import type { Edge } from '../../src/edge.ts';
import { fill, imageOf } from './manifests/image.ts';
import { kustomized, manifestsIn, placedIn, type Manifest } from './manifests/kustomization.ts';
import { runInPod, withoutMounts, type Ended, type ServiceAccountFiles } from './manifests/pod.ts';
import { deploy, root, startSite, tokenOf, type Site } from './manifests/site.ts';

/**
 * Ordeal in a pod: what the CronJob of `deploy/kubernetes` says, run as a process, from a folder that holds what the
 * image copies. It knows of the cluster, a real API server, by the files and the environment that a pod has, and may
 * there what its service account may.
 */

const PLATFORM = 'agentic-platform';
const LOOK = ['recover', '--platform', PLATFORM, '--on', 'kubernetes', '--look'];
const ANOTHER = '00000000-0000-4000-8000-000000000000';
const dockerfile = join(deploy, 'images', 'ordeal', 'Dockerfile');
const rights = manifestsIn(join(deploy, 'kubernetes', 'rights.yaml'));
const [cronJob] = manifestsIn(join(deploy, 'kubernetes', 'nightly-cronjob.yaml')) as readonly [Manifest];
const job = cronJob.spec.jobTemplate.spec.template;
const [container] = job.spec.containers;

test('is found by its runners, whose k6 is its own: the Service leads to the port on which it listens', async () => {
  const edge = {
    cwd: root,
    root,
    node: execPath,
    env: { ...environment(), ORDEAL_CLUSTER_UID: ANOTHER },
  } as unknown as Edge;
  const { kubernetes } = (await loadPlatform(PLATFORM, edge, undefined, 'kubernetes')).generators;
  const { metadata, spec } = rights.find(({ kind }) => kind === 'Service') as Manifest;
  const [{ port, targetPort }] = spec.ports;
  expect(kubernetes?.receiver).toMatchObject({
    port: targetPort,
    url: `http://${metadata.name}.${metadata.namespace}.svc:${port}`,
  });
  expect(container.ports).toMatchObject([{ containerPort: targetPort }]);
  expect(job.metadata.labels).toMatchObject(spec.selector);
  expect(cronJob.metadata.namespace).toBe(metadata.namespace);
  expect(imageOf(dockerfile).programs).toEqual({ '/usr/bin/k6': kubernetes?.image });
});

describe.skipIf(leftOut(withoutCluster) || cannotRun(withoutMounts()))(
  `Ordeal in a pod ${withoutCluster ?? ''}`,
  () => {
    let site: Site;
    let image: string;
    let account: ServiceAccountFiles;

    beforeAll(async () => {
      site = await startSite();
      for (const object of [
        ...rights.map((one) => placedIn('ordeal', one)),
        ...kustomized(join(deploy, 'platforms', PLATFORM)),
      ]) {
        await site.create(object);
      }
      for (const region of ['a', 'b']) {
        for (const app of ['api', 'postgres', 'redis']) {
          await site.pod(PLATFORM, `${app}-${region}`, { app, region });
        }
      }
      await site.endpoints(PLATFORM, 'api', ['api-a', 'api-b']);
      const { namespace = '' } = cronJob.metadata;
      const { certificate: ca, server } = site.chaos.plane;
      const token = await tokenOf(site.admin, namespace, job.spec.serviceAccountName);
      account = { token, ca, namespace, server };
      image = mkdtempSync(join(tmpdir(), 'ordeal-image-'));
      fill(image, dockerfile);
    });
    afterAll(async () => {
      await site?.stop();
      if (image !== undefined) rmSync(image, { recursive: true, force: true });
    });

    /** With what the Secret holds, and the Node that runs the tests in the place of the image's. */
    function ordeal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
      const [program, ...rest] = imageOf(dockerfile).entrypoint;
      expect(program).toBe('node');
      return runInPod({
        cwd: image,
        argv: [execPath, ...rest, ...args],
        env: { ...environment(), ORDEAL_CLUSTER_UID: site.chaos.uid, ...env },
        account,
      });
    }

    test('plans what the CronJob would do, and to which pods', async () => {
      const args = container.args.map((one: string) => (one === 'gameday' ? 'plan' : one));
      const { code, stdout, stderr } = await ordeal(args);
      expect(code, stdout + stderr).toBe(0);
      const plan = JSON.parse(stdout) as Plan;
      expect(plan).toMatchObject({ platform: PLATFORM, environment: 'test', refusals: [], undecidable: [] });
      // What its faults would hit could be counted.
      expect(plan.warnings.join('\n')).not.toContain('cannot be told');
      expect(plan.phases.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['experiment', 'drill']));
    });

    test('looks for what runs have left there, and holds the lease on the platform meanwhile', async () => {
      const { code, stdout, stderr } = await ordeal(LOOK);
      expect(code, stdout + stderr).toBe(0);
    });

    test('sees where the route leads to', async () => {
      const { code, stdout, stderr } = await runInPod({
        cwd: root,
        argv: [execPath, join(import.meta.dirname, 'manifests', 'route.main.ts'), PLATFORM],
        env: { ...environment(), ORDEAL_CLUSTER_UID: site.chaos.uid },
        account,
      });
      expect(code, stdout + stderr).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ a: 'active', b: 'active' });
    });

    test('is told when the cluster is another one, or nothing says what the service account’s is called', async () => {
      const other = await ordeal(LOOK, { ORDEAL_CLUSTER_UID: ANOTHER });
      expect(other.code, other.stdout + other.stderr).toBe(3);
      expect(other.stdout).toContain('"inClusterContext" leads to another cluster');
      const unnamed = await ordeal(LOOK, { ORDEAL_CLUSTER_CONTEXT: 'kind-ordeal' });
      expect(unnamed.code, unnamed.stdout + unnamed.stderr).toBe(3);
      expect(unnamed.stdout).toContain('no context "kind-ordeal", but inClusterContext');
    });
  },
);

/** Of the container, as the manifest writes it; what comes from the Secret is not in it. */
function environment(): Readonly<Record<string, string>> {
  const variables = container.env as readonly { readonly name: string; readonly value: string }[];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}
