import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { autoscalerLook } from '@ordeal/chaos/autoscaler/look';
import { lookAtPods } from '@ordeal/chaos/pods/look';
import { contractOf } from '@ordeal/lab/api/contracts/contracts';
import { alertRules } from '@ordeal/lab/units/alert-rules';
import { lookAtCluster } from '@ordeal/load/distributed/look-at-cluster';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { differencesOfPods } from '@ordeal/shared/judge/pods/differences';
import { cannotRun, leftOut } from '@ordeal/shared/testing/left-out';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withoutCluster } from '../../../chaos/test/chaos-mesh/cluster.ts';
import { prepare } from '../../src/commands/prepare.ts';
import type { Edge } from '../../src/edge.ts';
import { loadPlatform, type LoadedPlatform } from '../../src/load/load-platform.ts';
import { discovered, readAs } from './manifests/discovery.ts';
import { kustomized, manifestsIn, placedIn, type Manifest } from './manifests/kustomization.ts';
import { admits } from './manifests/network.ts';
import { deploy, startSite, tokenOf, type Labels, type Site } from './manifests/site.ts';

/**
 * The platforms of `deploy/platforms` on a real API server: what it takes, and whether what `--on kubernetes` looks for
 * is there. Nothing runs: of the controllers and kubelets, only what they leave on the server is played.
 */

const kubectl = '/usr/bin/kubectl';
/** No set-up brings it: what it makes of the manifests is looked at where it happens to be. */
const withoutKubectl = existsSync(kubectl) ? undefined : `skipped: there is no ${kubectl}`;

/** Whom each selector is meant for. `postgres-1` and `postgres-2` are what the operator makes. */
const meant: Readonly<Record<string, readonly string[]>> = {
  'app=api': ['api-a', 'api-b'],
  'app=api,region=a': ['api-a'],
  'app=postgres': ['postgres-1', 'postgres-2'],
  'app=redis': ['redis-a', 'redis-b'],
  'app=redis,region=a': ['redis-a'],
  'region=a': ['api-a', 'postgres-1', 'redis-a'],
};
const services: Readonly<Record<string, readonly string[]>> = {
  api: ['api-a', 'api-b'],
  entry: ['entry'],
  'entry-metrics': ['entry'],
  exporters: ['exporters'],
  'postgres-1': ['postgres-1'],
  'postgres-2': ['postgres-2'],
  prometheus: ['prometheus'],
  'redis-a': ['redis-a'],
  'redis-b': ['redis-b'],
};
/** From, to, port; null is whoever is outside of the namespace. */
type Way = readonly [from: string | null, to: string, port: number];
const needed: readonly Way[] = [
  [null, 'entry', 8080],
  [null, 'prometheus', 9090],
  [null, 'postgres', 5432],
  ['entry', 'api', 8000],
  ['prometheus', 'api', 8000],
  ['prometheus', 'entry', 8404],
  ['prometheus', 'exporters', 9121],
  ['prometheus', 'exporters', 9187],
  ['prometheus', 'exporters', 9188],
  ['exporters', 'postgres', 5432],
  ['exporters', 'redis', 6379],
  ['fill-database', 'postgres', 5432],
  ['api', 'postgres', 5432],
  ['api', 'redis', 6379],
];
const undesired: readonly Way[] = [
  [null, 'api', 8000],
  [null, 'redis', 6379],
  ['entry', 'redis', 6379],
  ['api', 'exporters', 9121],
];
/** Each by its own document, and where that names none, as on the lab. */
const replicas: Readonly<Record<string, number>> = {
  'agentic-platform': 3,
  arklex: 3,
  'marketing-agents': 3,
  'research-agent': 2,
  'research-assistant': 2,
};

describe.skipIf(leftOut(withoutCluster))(`platforms to try ${withoutCluster ?? ''}`, () => {
  let site: Site;
  let ordeal: Edge;

  beforeAll(async () => {
    site = await startSite();
    for (const object of manifestsIn(join(deploy, 'kubernetes', 'rights.yaml'))) {
      await site.create(placedIn('ordeal', object));
    }
    ordeal = await site.asOrdeal();
  });
  afterAll(() => site?.stop());

  describe.each(Object.keys(replicas))('%s', (platform) => {
    const objects = kustomized(join(deploy, 'platforms', platform));
    const of = (kind: string): readonly Manifest[] => objects.filter((object) => object.kind === kind);
    const named = (kind: string, name: string): Manifest => {
      const found = of(kind).find(({ metadata }) => metadata.name === name);
      if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
      return found;
    };
    let loaded: LoadedPlatform;

    beforeAll(async () => {
      for (const object of objects) await site.create(object);
      await makePods();
      loaded = await loadPlatform(platform, ordeal, undefined, 'kubernetes');
    });
    // A node port is one platform's at a time.
    afterAll(async () => {
      for (const object of of('Service')) await site.remove(object);
    });

    /** What the controllers make of the manifests; of the database's operator, with the labels that README.md adds. */
    async function makePods(): Promise<void> {
      for (const { metadata, spec } of of('Deployment')) {
        const { labels, annotations } = spec.template.metadata as { labels: Labels; annotations?: Labels };
        for (let number = 1; number <= spec.replicas; number += 1) {
          await site.pod(platform, `${metadata.name}-${number}`, labels, {
            spec: spec.template.spec,
            ...(annotations === undefined ? {} : { annotations }),
          });
        }
      }
      const { spec } = named('Cluster', 'postgres');
      for (let number = 1; number <= spec.instances; number += 1) {
        const name = `postgres-${number}`;
        await site.pod(platform, name, {
          ...spec.inheritedMetadata.labels,
          'cnpg.io/cluster': 'postgres',
          'cnpg.io/instanceName': name,
          region: ['a', 'b'][number - 1] ?? '',
        });
      }
      await site.pod(
        platform,
        'fill-database-1',
        named('Job', 'fill-database').spec.template.metadata.labels,
      );
    }
    /** The workloads whose pods a selector takes, each once; that it takes all of theirs is checked as well. */
    async function workloads(labels: Labels): Promise<readonly string[]> {
      const taken = await site.pods(platform, labels);
      const all = await site.pods(platform, {});
      const workloadOf = (pod: string): string =>
        pod.startsWith('postgres-') ? pod : pod.replace(/-\d+$/, '');
      const found = [...new Set(taken.map(workloadOf))];
      expect(taken).toEqual(all.filter((pod) => found.includes(workloadOf(pod))));
      return found.toSorted();
    }

    test.skipIf(cannotRun(withoutKubectl))('is what kubectl makes of it', () => {
      const folder = join(deploy, 'platforms', platform);
      const text = execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8' });
      const dir = mkdtempSync(join(tmpdir(), 'ordeal-kustomize-'));
      try {
        writeFileSync(join(dir, 'all.yaml'), text);
        const inOrder = (all: readonly Manifest[]): readonly Manifest[] =>
          all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        expect(inOrder(objects)).toEqual(inOrder(manifestsIn(join(dir, 'all.yaml'))));
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });

    test('has every fault reach whom it is meant for, and nobody else, with the rights that it is given', async () => {
      for (const [name, { config: written }] of Object.entries(loaded.platform.faults)) {
        const { pods, fault } = written as {
          pods: { labels: Labels };
          fault: { peers?: { namespace: string; labels: Labels } };
        };
        for (const labels of [pods.labels, ...(fault.peers === undefined ? [] : [fault.peers.labels])]) {
          expect(await workloads(labels), `${name}: ${selectorOf(labels)}`).toEqual(
            meant[selectorOf(labels)],
          );
        }
        const run = driving();
        const { driver, config } = loaded.drivers.fault(name);
        const pinned = (await driver.pin?.(config, { run: `run-${platform}`, seed: 1 }, run)) ?? config;
        const acknowledged = await driver.inject(pinned, run);
        expect(acknowledged.length, name).toBeGreaterThan(0);
        await driver.heal(
          { driver: driver.kind, config: pinned } as unknown as Parameters<typeof driver.heal>[0],
          run,
        );
        // In the place of those that were killed.
        await makePods();
      }
    });

    test('has Services that lead to the pods that they are named after, and to ports that these have', async () => {
      expect(
        of('Service')
          .map(({ metadata }) => metadata.name)
          .toSorted(),
      ).toEqual(Object.keys(services));
      for (const { metadata, spec } of of('Service')) {
        expect(await workloads(spec.selector), metadata.name).toEqual(services[metadata.name]);
        for (const { targetPort } of spec.ports as { targetPort: string | number }[]) {
          if (typeof targetPort === 'number') continue;
          const templates = of('Deployment').filter(({ metadata: { name } }) =>
            services[metadata.name]?.includes(name),
          );
          const has = templates.every(({ spec: { template } }) =>
            template.spec.containers.some(({ ports = [] }: { ports?: { name: string }[] }) =>
              ports.some(({ name }) => name === targetPort),
            ),
          );
          expect(has, `${metadata.name}: ${targetPort}`).toBe(true);
        }
      }
    });

    test('refers to nothing that is not there', () => {
      const there = new Set(objects.map(keyOf));
      const missing: string[] = [];
      for (const { metadata, spec } of [...of('Deployment'), ...of('Job')]) {
        const { containers, volumes = [], serviceAccountName } = spec.template.spec;
        const variables = containers.flatMap(({ env = [], envFrom = [] }: Container) => [...env, ...envFrom]);
        const wanted = [
          ...variables.map(({ configMapRef }: Variable) => configMapRef?.name),
          ...volumes.map(({ configMap }: { configMap?: { name: string } }) => configMap?.name),
        ].flatMap((name: string | undefined) => (name === undefined ? [] : [`ConfigMap/${name}`]));
        if (serviceAccountName !== undefined) wanted.push(`ServiceAccount/${serviceAccountName}`);
        missing.push(
          ...wanted.filter((key: string) => !there.has(key)).map((key: string) => `${metadata.name}: ${key}`),
        );
        // The one Secret is made by the database's operator, of the database's owner.
        for (const { valueFrom } of variables as readonly Variable[]) {
          const secret = valueFrom?.secretKeyRef;
          if (secret !== undefined && `${secret.name}/${secret.key}` !== 'postgres-app/password') {
            missing.push(`${metadata.name}: Secret/${secret.name}`);
          }
        }
      }
      expect(missing).toEqual([]);
    });

    test('has as many replicas as are promised, and the probes of its HTTP contract', () => {
      const contract = contractOf(platform);
      const api = ['api-a', 'api-b'].map((name) => named('Deployment', name).spec);
      expect(api.map((spec) => spec.replicas)).toEqual([replicas[platform], replicas[platform]]);
      const least = loaded.platform.prometheus.targets.find(({ selector }) =>
        selector.includes(`job="${contract.metrics.job}"`),
      )?.least;
      expect(api[0].replicas + api[1].replicas).toBeGreaterThanOrEqual(least ?? Infinity);
      for (const { template } of api) {
        const [container] = template.spec.containers;
        expect(container.livenessProbe.httpGet.path).toBe(contract.health.live);
        expect(container.readinessProbe.httpGet.path).toBe(contract.health.ready);
      }
      expect(named('ConfigMap', 'platform')['data']).toEqual({ PLATFORM: platform });
    });

    test('has Deployments that are set as is promised, and others are told', async () => {
      for (const [name, spec] of Object.entries(loaded.platform.pods ?? {})) {
        const saw = await lookAtPods(spec, systemClock, AbortSignal.timeout(30_000));
        if (saw.kind !== 'seen') throw new Error(JSON.stringify(saw));
        expect(differencesOfPods(spec, saw.seen), name).toEqual([]);
        // Here nothing starts a pod.
        expect(saw.seen.ready, name).toBe(0);
        const other = { ...spec, rollout: { maxSurge: 2, maxUnavailable: 1 }, readiness: { path: '/other' } };
        expect(differencesOfPods(other, saw.seen), name).toHaveLength(3);
        const absent = { ...spec, deployment: 'there-is-none' };
        expect(await lookAtPods(absent, systemClock, AbortSignal.timeout(30_000))).toEqual({
          kind: 'absent',
        });
      }
      // Of the other two no document says anything of pods.
      const says = ['agentic-platform', 'arklex', 'marketing-agents'].includes(platform);
      expect(Object.keys(loaded.platform.pods ?? {})).toEqual(says ? ['api-a', 'api-b'] : []);
    });

    test('has the autoscalers that are promised, and their scale is to be read', async () => {
      const promised = Object.entries(loaded.platform.autoscalers ?? {});
      const there = of('HorizontalPodAutoscaler').map(({ metadata }) => metadata.name);
      for (const [name, spec] of promised) {
        expect(there).toContain(name);
        const sample = await autoscalerLook(spec, systemClock)(AbortSignal.timeout(30_000));
        if (sample.kind !== 'seen') throw new Error(JSON.stringify(sample));
        expect(sample.seen.replicas).toEqual(spec.replicas);
        expect(sample.seen.metrics).toMatchObject(
          spec.targets.map((target) =>
            'pods' in target
              ? { kind: 'Pods', name: target.pods, per: 'AverageValue', target: target.average }
              : { kind: 'Resource', name: target.resource, per: 'Utilization', target: target.utilization },
          ),
        );
      }
      // Both regions are alike.
      const bounds = of('HorizontalPodAutoscaler').map(({ spec: { scaleTargetRef, ...rest } }) => [
        scaleTargetRef.name,
        rest,
      ]);
      expect(bounds.map(([target]) => target)).toEqual(promised.length === 0 ? [] : ['api-a', 'api-b']);
      expect(bounds[1]?.[1]).toEqual(bounds[0]?.[1]);
      for (const { spec } of of('HorizontalPodAutoscaler')) {
        const { template } = named('Deployment', spec.scaleTargetRef.name).spec;
        // Percent of a request that is not there is no number.
        expect(template.spec.containers[0].resources.requests).toMatchObject({
          cpu: expect.any(String),
          memory: expect.any(String),
        });
      }
    });

    test('has a Prometheus that scrapes what the platform asks for, and alerts as the lab does', async () => {
      const config = named('ConfigMap', 'prometheus')['data']['prometheus.yml'] as string;
      const rules = named('ConfigMap', 'prometheus-rules')['data']['rules.yaml'] as string;
      const contract = contractOf(platform);
      expect(parse(rules)).toEqual(alertRules(contract));
      const { annotations } = named('Deployment', 'api-a').spec.template.metadata;
      const jobs = (parse(config) as { scrape_configs: { job_name: string }[] }).scrape_configs.map(
        ({ job_name: name }) => (name === 'api' ? (annotations['ordeal/job'] ?? name) : name),
      );
      const asked = loaded.platform.prometheus.targets.map(
        ({ selector }) => /job="([^"]+)"/.exec(selector)?.[1],
      );
      expect(jobs).toEqual(expect.arrayContaining(asked));
      expect(Number.parseInt(annotations['ordeal/interval'] ?? '1s', 10)).toBe(
        loaded.platform.prometheus.scrapeIntervalSeconds,
      );
      const dir = mkdtempSync(join(tmpdir(), 'ordeal-promtool-'));
      try {
        writeFileSync(join(dir, 'rules.yaml'), rules);
        // It may look for pods, and for nothing else.
        const read = readAs(site.chaos.plane, await tokenOf(site.admin, platform, 'prometheus'));
        await expect(read(`/api/v1/namespaces/${platform}/services`)).rejects.toThrow('403');
        const found = await discovered(config, platform, read);
        writeFileSync(join(dir, 'prometheus.yml'), found.replace('/etc/prometheus/rules/', ''));
        const promtool = join(dirname(testTools().prometheus), 'promtool');
        execFileSync(promtool, ['check', 'config', join(dir, 'prometheus.yml')], { stdio: 'pipe' });
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });

    test('has a route that leads to both regions, and a load that the cluster takes', async () => {
      const route = loaded.drivers.route('global');
      await site.endpoints(platform, 'api', await site.pods(platform, { app: 'api' }));
      const { regions } = await route.status(driving());
      expect(regions).toEqual({ a: 'active', b: 'active' });
      const { kubernetes } = loaded.generators;
      if (kubernetes === undefined) throw new Error('no generator');
      const free = { ...kubernetes, receiver: { ...kubernetes.receiver, host: '127.0.0.1', port: 0 } };
      const found = await lookAtCluster(free, {
        clock: systemClock,
        signal: AbortSignal.timeout(30_000),
        runId: `run-${platform}`,
      });
      expect(found).toEqual({ refused: [], blind: [] });
    });

    test('lets through what has to reach each other, and what is not to be reached only where nothing says so', () => {
      const policies = of('NetworkPolicy');
      const through = ([from, to, port]: Way): boolean =>
        admits(policies, from === null ? undefined : { app: from }, { app: to }, port);
      expect(needed.filter((way) => !through(way))).toEqual([]);
      // Its guide alone says "deny by default".
      expect(undesired.filter(through)).toEqual(platform === 'agentic-platform' ? [] : undesired);
    });

    test('has its experiments planned there, with targets that are there', async () => {
      const options = {
        platform,
        scenario: 'gameday',
        pace: 'full',
        labName: 'none',
        on: 'kubernetes',
      } as const;
      const { plan } = await prepare('gameday', options, 1, ordeal, undefined);
      expect(plan.refusals).toEqual([]);
      const does = plan.phases.flatMap((phase) => phase.does).join('\n');
      expect(does).toContain('from runners of k6-operator');
      expect(does).toContain('(Chaos Mesh)');
      // What the guardrails count, they could count.
      expect(plan.warnings.join('\n')).not.toContain('would hit cannot be told');
    });
  });
});

interface Variable {
  readonly configMapRef?: { readonly name: string };
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

interface Container {
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly Variable[];
}

function driving(): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(60_000), say: () => undefined };
}

function selectorOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(',');
}

function keyOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}
