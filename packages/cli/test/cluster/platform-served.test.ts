import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath, pid } from 'node:process';
import { createPrometheus } from '@ordeal/shared/prometheus/client';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { withoutCluster } from '../../../chaos/test/chaos-mesh/cluster.ts';
import { freePorts } from '../../../dr/test/drivers/two-servers.ts';
import { sql, startPostgres, type Database } from '../../../dr/test/observers/fixtures/databases.ts';
import type { Edge } from '../../src/edge.ts';
import { loadPlatform } from '../../src/load/load-platform.ts';
import { discovered, readAs } from './manifests/discovery.ts';
import { kustomized, manifestsIn, placedIn, type Manifest } from './manifests/kustomization.ts';
import { deploy, root, startSite, tokenOf, type Site } from './manifests/site.ts';

/**
 * The containers of `deploy/platforms`, run here as processes: the commands, settings and configurations are those of
 * the manifests and of the Dockerfile; what a cluster's network makes of names is put in their place. Pods are objects
 * on a real API server, at addresses of this machine where their processes listen: Prometheus is told of those that it
 * is shown there with the rights that it has.
 */

const PASSWORD = 'of-the-operators-secret';

describe.skipIf(leftOut(withoutCluster))(`platforms of deploy/, served ${withoutCluster ?? ''}`, () => {
  let site: Site;
  let ordeal: Edge;
  let postgres: Database;
  let dir: string;
  const running: ChildProcess[] = [];
  /** What each process complained of. */
  const heard = new Map<string, string>();

  beforeAll(async () => {
    site = await startSite();
    for (const object of manifestsIn(join(deploy, 'kubernetes', 'rights.yaml'))) {
      await site.create(placedIn('ordeal', object));
    }
    ordeal = await site.asOrdeal();
    postgres = await startPostgres({ max_connections: '200' });
    // As the operator makes the owner, and as postgres.yaml has it granted more.
    await sql(postgres.url, `CREATE ROLE platform LOGIN PASSWORD '${PASSWORD}' IN ROLE pg_monitor`);
    dir = mkdtempSync(join(tmpdir(), 'ordeal-served-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(end));
    heard.clear();
  });
  afterAll(async () => {
    await postgres?.end();
    await site?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  function start(argv: readonly string[], environment: NodeJS.ProcessEnv, name: string): ChildProcess {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    heard.set(name, '');
    child.stderr?.on('data', (chunk) => heard.set(name, `${heard.get(name)}${String(chunk)}`));
    running.push(child);
    return child;
  }
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = systemClock.now() + 60_000;
    while (!(await holds().catch(() => false))) {
      if (systemClock.now() > deadline) {
        const said = [...heard].map(([name, text]) => `${name}: ${text.slice(-500)}`);
        throw new Error(`It never was so: ${what}\n${said.join('\n')}`);
      }
      await systemClock.sleep(200);
    }
  }

  test.each(['agentic-platform', 'arklex', 'marketing-agents', 'research-agent', 'research-assistant'])(
    '%s: tables, replicas, load balancer, exporters and Prometheus, and its smoke gate passes',
    async (platform) => {
      const objects = kustomized(join(deploy, 'platforms', platform));
      const named = (kind: string, name: string): Manifest => {
        const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
        if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
        return found;
      };
      const here = join(dir, platform);
      mkdirSync(here);
      const [redis = 0, entry = 0, metrics = 0, a = 0, b = 0, redisMetrics = 0, prometheus = 0] =
        await freePorts(7);
      /** Names of Services, as addresses of this machine. */
      const onThisMachine = (text: string): string =>
        text
          .replaceAll(/postgres-[12]:5432\/ordeal/g, `127.0.0.1:${postgres.port}/${database}`)
          .replaceAll(/redis-[ab]:6379/g, `127.0.0.1:${redis}`)
          .replaceAll('entry-metrics:8404', `127.0.0.1:${metrics}`)
          .replaceAll('exporters:9187', `127.0.0.1:${a}`)
          .replaceAll('exporters:9188', `127.0.0.1:${b}`)
          .replaceAll('exporters:9121', `127.0.0.1:${redisMetrics}`)
          .replaceAll(':9187', `127.0.0.1:${a}`)
          .replaceAll(':9188', `127.0.0.1:${b}`);
      const database = platform.replaceAll('-', '_');
      await sql(postgres.url, `CREATE DATABASE ${database} OWNER platform`);
      for (const object of objects) {
        // Objects that only a controller would read are none of this test's.
        if (!['Cluster', 'Service', 'Job', 'Deployment'].includes(object.kind)) await site.create(object);
      }

      // The cache, and the tables, which are left alone when they are there.
      const tools = testTools();
      start(
        [tools.redis, '--port', String(redis), '--bind', '127.0.0.1', '--save', '', '--dir', here],
        {},
        'redis',
      );
      const job = named('Job', 'fill-database').spec.template.spec.containers[0];
      for (const said of ['the tables made', 'the tables were there']) {
        const filled = execFileSync('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...argvOf(job.command)], {
          cwd: root,
          env: environmentOf(job, named, { name: '', labels: {} }, onThisMachine),
          encoding: 'utf8',
        });
        expect(filled).toContain(said);
      }

      // The replicas, by the command of the image, at addresses of their own.
      const addresses: string[] = [];
      const replicas: ChildProcess[] = [];
      const each = Number(named('Deployment', 'api-a').spec.replicas);
      for (const region of ['a', 'b']) {
        const { spec } = named('Deployment', `api-${region}`);
        const { metadata, spec: pod } = spec.template;
        const [container] = pod.containers;
        for (let number = 1; number <= each; number += 1) {
          const name = `api-${region}-${number}`;
          const ip = `127.${1 + (pid % 250)}.${1 + addresses.length}.1`;
          addresses.push(ip);
          await site.pod(platform, name, metadata.labels, {
            spec: pod,
            annotations: metadata.annotations,
            ip,
          });
          const settings = environmentOf(container, named, { name, labels: metadata.labels }, onThisMachine);
          replicas.push(start(argvOf(commandOfImage()), { ...settings, HOST: ip }, name));
        }
        for (const probe of [container.readinessProbe, container.livenessProbe]) {
          for (const ip of addresses.slice(-each)) {
            await until(
              `${ip}${probe.httpGet.path}`,
              async () => (await fetch(`http://${ip}:8000${probe.httpGet.path}`)).ok,
            );
          }
        }
      }

      // The load balancer. In the place of the Service that it leads to are the pods that this leads to.
      const servers = addresses.map((ip, index) => `server api-${index} ${ip}:8000`).join('\n  ');
      const balancer = (named('ConfigMap', 'entry')['data']['haproxy.cfg'] as string)
        .replace('server api api:8000', servers)
        .replace('bind :8080', `bind 127.0.0.1:${entry}`)
        .replace('bind :8404', `bind 127.0.0.1:${metrics}`);
      writeFileSync(join(here, 'haproxy.cfg'), balancer);
      const [, ...haproxy] = named('Deployment', 'entry').spec.template.spec.containers[0].args as string[];
      const argv = haproxy.map((one) => one.replace('/etc/entry/', `${here}/`));
      start([tools.haproxy, ...argv], {}, 'haproxy');

      // The exporters.
      writeFileSync(
        join(here, 'queries.yaml'),
        named('ConfigMap', 'exporters')['data']['queries.yaml'] as string,
      );
      for (const container of named('Deployment', 'exporters').spec.template.spec.containers) {
        const args = (container.args as string[]).map((arg) =>
          onThisMachine(arg).replace('/etc/exporter/', `${here}/`),
        );
        const isRedis = container.name === 'redis';
        start(
          [
            isRedis ? tools['redis-exporter'] : tools['postgres-exporter'],
            ...args,
            ...(isRedis ? [`-web.listen-address=127.0.0.1:${redisMetrics}`] : []),
          ],
          environmentOf(container, named, { name: '', labels: {} }, onThisMachine),
          `exporter-${container.name}`,
        );
      }

      // Prometheus, told of the pods that the API server shows it, with the rights that it has there.
      const token = await tokenOf(site.admin, platform, 'prometheus');
      const written = onThisMachine(named('ConfigMap', 'prometheus')['data']['prometheus.yml'] as string);
      const found = await discovered(written, platform, readAs(site.chaos.plane, token));
      const config = found.replace('/etc/prometheus/rules/', `${here}/`);
      writeFileSync(
        join(here, 'rules.yaml'),
        named('ConfigMap', 'prometheus-rules')['data']['rules.yaml'] as string,
      );
      writeFileSync(join(here, 'prometheus.yml'), config);
      start(
        [
          tools.prometheus,
          `--config.file=${join(here, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(here, 'tsdb')}`,
          `--web.listen-address=127.0.0.1:${prometheus}`,
          '--log.level=warn',
        ],
        {},
        'prometheus',
      );

      const settings = {
        ...ordeal.env,
        ORDEAL_ENTRY: `http://127.0.0.1:${entry}`,
        ORDEAL_PROMETHEUS: `http://127.0.0.1:${prometheus}`,
      };
      const loaded = await loadPlatform(platform, { ...ordeal, env: settings }, undefined, 'kubernetes');
      const observer = createPrometheus(loaded.platform.prometheus, systemClock, { timeoutMs: 5_000 });
      const count = async (query: string): Promise<number> => {
        const answer = await observer.instant(query);
        return answer.ok ? Number(answer.value.series[0]?.samples[0]?.[1] ?? 0) : 0;
      };
      for (const { name, selector, least } of loaded.platform.prometheus.targets) {
        await until(`${name}: ${selector}`, async () => (await count(`count(${selector} == 1)`)) >= least);
      }
      const api = loaded.platform.prometheus.targets[0]?.selector ?? '';
      const exactly: Readonly<Record<string, number>> = {
        [`count(count by (replica, pod, region, namespace) (${api}))`]: 2 * each,
        [`count(${api.replace('}', ',region="a"}')})`]: each,
        'count(pg_node_primary == 1)': 2,
      };
      for (const [query, many] of Object.entries(exactly)) {
        await until(`${query} is ${many}`, async () => (await count(query)) === many);
      }

      const work = mkdtempSync(join(dir, 'work-'));
      const bin = join(root, 'packages', 'cli', 'bin', 'ordeal.js');
      const gate = spawn(execPath, [bin, 'smoke', '--platform', platform, '--on', 'kubernetes'], {
        cwd: work,
        env: { ...env, ...settings, NO_COLOR: '1', FORCE_COLOR: undefined },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      gate.stdout.on('data', (chunk) => (said += String(chunk)));
      gate.stderr.on('data', (chunk) => (said += String(chunk)));
      const [code] = (await once(gate, 'close')) as [number];
      expect(code, said).toBe(0);

      // As a kubelet ends them: in order, and within their time.
      for (const child of replicas) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        expect(await gone).toEqual([0, null]);
      }
    },
  );
});

/** Environment of a container as a kubelet makes it. */
function environmentOf(
  container: { readonly env?: readonly Variable[]; readonly envFrom?: readonly From[] },
  named: (kind: string, name: string) => Manifest,
  pod: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  onThisMachine: (text: string) => string,
): Readonly<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom ?? []) {
    Object.assign(made, named('ConfigMap', configMapRef.name)['data']);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const field = valueFrom?.fieldRef?.fieldPath;
    const label = /^metadata\.labels\['(.*)'\]$/.exec(field ?? '')?.[1];
    made[name] =
      label !== undefined
        ? (pod.labels[label] ?? '')
        : field === 'metadata.name'
          ? pod.name
          : valueFrom?.secretKeyRef !== undefined
            ? PASSWORD
            : (value ?? '').replaceAll(/\$\((\w+)\)/g, (_, other: string) => made[other] ?? '');
  }
  return Object.fromEntries(Object.entries(made).map(([name, value]) => [name, onThisMachine(value)]));
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string }; readonly secretKeyRef?: object };
}

interface From {
  readonly configMapRef: { readonly name: string };
}

/** What the image runs, where a manifest says nothing else. */
function commandOfImage(): readonly string[] {
  const file = readFileSync(join(deploy, 'images', 'platform-api', 'Dockerfile'), 'utf8');
  return JSON.parse(/^CMD (.*)$/m.exec(file)?.[1] ?? '[]') as readonly string[];
}

/** With the Node that runs the tests in the image's place. */
function argvOf([program, ...rest]: readonly string[]): readonly string[] {
  if (program !== 'node') throw new Error(`expected a command of node, found ${program}`);
  return [execPath, ...rest];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
