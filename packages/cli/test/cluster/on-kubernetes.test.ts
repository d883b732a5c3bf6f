import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startChaosMeshCluster,
  withoutCluster,
  type ChaosMeshCluster,
} from '../../../chaos/test/chaos-mesh/cluster.ts';
import { adminOf } from '../../../load/test/cluster/support/admin.ts';
import { prepare } from '../../src/commands/prepare.ts';
import type { Edge } from '../../src/edge.ts';
import { loadPlatform, type LoadedPlatform } from '../../src/load/load-platform.ts';
import { kustomized, manifestsIn, pathOf, placedIn } from './manifests/kustomization.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const platforms = ['agentic-platform', 'research-agent', 'research-assistant', 'marketing-agents', 'arklex'];

describe.skipIf(leftOut(withoutCluster))(`platforms on Kubernetes ${withoutCluster ?? ''}`, () => {
  let chaos: ChaosMeshCluster;
  let edge: Edge;

  beforeAll(async () => {
    chaos = await startChaosMeshCluster();
    edge = {
      cwd: root,
      root,
      node: execPath,
      env: {
        ORDEAL_CLUSTER_CONTEXT: 'ordeal-test',
        ORDEAL_KUBECONFIG: chaos.plane.kubeconfig,
        ORDEAL_CLUSTER_UID: chaos.uid,
        ORDEAL_ENVIRONMENT: 'test',
      },
    } as unknown as Edge;
    for (const platform of platforms) await chaos.namespace(platform);
  });
  afterAll(() => chaos?.stop());

  const load = (platform: string): Promise<LoadedPlatform> =>
    loadPlatform(platform, edge, undefined, 'kubernetes');

  describe.each(platforms)('%s', (platform) => {
    test('breaks there what it breaks on the lab, by objects that the API server takes strictly', async () => {
      const { platform: there, drivers, needsLab } = await load(platform);
      const here = await loadPlatform(platform, edge, undefined);
      expect(needsLab).toBe(false);
      const nowhereElse = Object.keys(there.elsewhere?.faults ?? {});
      expect([...Object.keys(there.faults), ...nowhereElse].toSorted()).toEqual(
        Object.keys(here.platform.faults).toSorted(),
      );
      for (const [name, { driver: kind }] of Object.entries(there.faults)) {
        expect(kind).toBe('chaos-mesh');
        const { driver, config } = drivers.fault(name);
        const run: DriverContext = {
          clock: systemClock,
          signal: AbortSignal.timeout(60_000),
          say: () => undefined,
        };
        // There is nobody who makes new pods for those that were killed.
        for (const region of ['a', 'b']) {
          for (const app of ['api', 'postgres', 'redis']) {
            await chaos.pod(platform, `${app}-${region}-${name}`, { app, region });
          }
        }
        const targets = await driver.targets(config, run);
        expect(targets.length, name).toBeGreaterThan(0);
        // What the driver creates, it creates with fieldValidation=Strict.
        const pinned = (await driver.pin?.(config, { run: `run-${platform}`, seed: 1 }, run)) ?? config;
        const acknowledged = await driver.inject(pinned, run);
        expect(acknowledged.length, name).toBeGreaterThan(0);
        await driver.heal(
          { driver: driver.kind, config: pinned } as unknown as Parameters<typeof driver.heal>[0],
          run,
        );
      }
    });

    test('has its experiments planned there: Chaos Mesh, and runners of k6-operator', async () => {
      const { plan } = await prepare(
        'chaos',
        {
          platform,
          scenario: 'gameday',
          pace: 'short',
          labName: 'none',
          on: 'kubernetes',
          only: experimentOf[platform]!,
        },
        1,
        edge,
        undefined,
      );
      const does = plan.phases.flatMap((phase) => phase.does).join('\n');
      expect(does).toContain('from runners of k6-operator');
      expect(does).toContain('(Chaos Mesh)');
      expect(plan.refusals).toEqual([]);
    });

    test('has its game day planned there, and is told what of it is not', async () => {
      const options = {
        platform,
        scenario: 'gameday',
        pace: 'full',
        labName: 'none',
        on: 'kubernetes',
      } as const;
      const { plan } = await prepare('gameday', options, 1, edge, undefined);
      expect(plan.refusals).toEqual([]);
      expect(plan.undecidable).toEqual([]);
      const kinds = plan.phases.map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['smoke', 'load', 'experiment']));
      expect(kinds.filter((kind) => ['restore', 'deploy', 'limit'].includes(kind))).toEqual([]);
      expect(plan.notRun.length > 0).toBe(platform !== 'agentic-platform');
    });
  });

  test('what a cluster lacks is told before anything is done', async () => {
    const options = {
      platform: 'arklex',
      scenario: 'gameday',
      pace: 'short',
      labName: 'none',
      on: 'kubernetes',
    } as const;
    await expect(prepare('gameday', { ...options, only: 'deploy' }, 1, edge, undefined)).rejects.toThrow(
      /can be run here:.*\n.*deploy is not run here: what deploys/,
    );
    await expect(
      loadPlatform('arklex', { ...edge, env: {} } as Edge, undefined, 'kubernetes'),
    ).rejects.toThrow('ORDEAL_CLUSTER_UID is not set');
    await expect(prepare('chaos', { ...options, on: 'moon' }, 1, edge, undefined)).rejects.toThrow(
      '--on is here or kubernetes',
    );
  });

  test('the manifests in deploy/kubernetes are taken, strictly', async () => {
    const admin = adminOf(chaos.plane);
    const folder = join(root, 'deploy', 'kubernetes');
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    const objects = [
      ...files.flatMap((file) => manifestsIn(join(folder, file))),
      // Into the namespace that kubectl is told.
      ...kustomized(join(folder, 'platform-rights')),
    ];
    // A namespace has to be there before what is in it, as in README.md the rights come first.
    for (const object of objects.toSorted(
      (a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'),
    )) {
      const placed = placedIn('default', object);
      await admin('POST', `${pathOf(placed)}?fieldValidation=Strict`, placed);
    }
    expect(objects.length).toBeGreaterThan(10);
  });
});

const experimentOf: Readonly<Record<string, string>> = {
  'agentic-platform': 'replica-killed',
  'research-agent': 'replica-killed',
  'research-assistant': 'worker-killed',
  'marketing-agents': 'pod-killed',
  arklex: 'task-killed',
};
