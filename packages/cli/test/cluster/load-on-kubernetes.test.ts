import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath, kill } from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '@ordeal/shared/record/record';
import { leftOut } from '@ordeal/shared/testing/left-out';
import {
  NAMESPACE,
  startWorld,
  withoutCluster,
  type World,
} from '../../../load/test/cluster/support/world.ts';
import { startServer, type TestServer } from '../../../load/test/support/server.ts';
import { until } from '../../../load/test/support/run.ts';
import { startPrometheus, type RealPrometheus } from '../../../shared/test/prometheus/real-prometheus.ts';
import { writeShop } from '../shop-platform.ts';

/** `ordeal load … --on kubernetes`, with a real API server, and real k6 as its runners. */

const bin = join(import.meta.dirname, '..', '..', 'bin', 'ordeal.js');

describe.skipIf(leftOut(withoutCluster))('a load on a cluster, from the command line', () => {
  let world: World;
  let server: TestServer;
  let prometheus: RealPrometheus;
  let dir: string;
  let settings: string;
  /** Whether the platform can take the request that came as the nth. */
  let takes: (at: number) => boolean = () => true;

  beforeAll(async () => {
    world = await startWorld();
    server = await startServer((_, { url, at }) =>
      url === '/buy' && !takes(at) ? { status: 503 } : { status: 200 },
    );
    prometheus = await startPrometheus(500, []);
    dir = mkdtempSync(join(tmpdir(), 'ordeal-cluster-'));
    settings = JSON.stringify({
      ...(await world.settings({ parallelism: 2 })),
      deadlines: { noticed: 60, initialization: 60, initialized: 60, created: 60, started: 60 },
    });
    writePlatform();
  });
  afterEach(async () => {
    world.operator.asleep = false;
    takes = () => true;
    await until('no k6 runs', () => world.kubelet.running() === 0);
    const left = await world.left();
    if (left.length > 0) throw new Error(`Left on the cluster: ${left.join(', ')}`);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await server?.close();
    await world?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function writePlatform(kubernetes = settings): void {
    const own = `generators: { kubernetes: ${kubernetes} },`;
    writeShop(dir, { entry: server.url, prometheus: prometheus.url, rate: 40, own });
  }

  function ordeal(...args: readonly string[]) {
    const child = spawn(execPath, [bin, ...args, '--platform', 'shop'], {
      cwd: dir,
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const finished = new Promise<{ code: number | null; said: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, said }));
    });
    return { child, finished, said: () => said };
  }
  const load = (...args: readonly string[]) =>
    ordeal('load', 'baseline', '--on', 'kubernetes', '--warm-up', '1s', '--for', ...args);
  const runs = (): string => join(dir, '.ordeal', 'runs');
  const newest = (): string => join(runs(), readdirSync(runs()).toSorted().at(-1) ?? 'none');
  const record = (): RunRecord =>
    JSON.parse(readFileSync(join(newest(), 'record.json'), 'utf8')) as RunRecord;
  const openEntries = (): readonly string[] =>
    readdirSync(join(newest(), 'undo')).filter((name) => name.endsWith('.json'));
  const bought = (): number => server.requests.filter(({ url }) => url === '/buy').length;

  test('is judged by what all runners saw together, and leaves nothing', async () => {
    const before = bought();
    const { code, said } = await load('8s').finished;
    expect(code, said).toBe(0);
    expect(readFileSync(join(newest(), 'journal.jsonl'), 'utf8')).toContain('the cluster takes load');
    const { findings, loads, run } = record();
    expect(findings).toMatchObject([{ objective: 'errors', window: 'baseline', outcome: 'pass' }]);
    expect(loads).toMatchObject([
      { workload: 'baseline', requests: bought() - before, failed: 0, validity: { valid: true } },
    ]);
    expect(run.workload).toMatch(/of buy × 1, on Kubernetes$/);
    const runner = server.requests.findLast(({ url }) => url === '/buy')?.headers['x-ordeal-run'];
    expect(runner).toBe(run.id);
  });

  /** So many requests a second, in steps of a fifth of it. */
  const atMost = (perSecond: number): ((at: number) => boolean) => {
    let tokens = perSecond / 5;
    let last = 0;
    return (at) => {
      tokens = Math.min(perSecond / 5, tokens + (Math.max(0, at - last) * perSecond) / 1000);
      last = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    };
  };
  const shape = (line: string) => ordeal('load', ...line.split(' '), '--on', 'kubernetes');
  const testRuns = (): number => world.operator.stages.size;

  test('is searched for the highest rate that it bears: each step a TestRun of its own', async () => {
    takes = atMost(40);
    const before = bought();
    const had = testRuns();
    const { code, said } = await shape('stress --rate 15..100 --for 4m --step 5s --confirm 6s --warm-up 1s')
      .finished;
    const { capacities = [], run } = record();
    const [found] = capacities;
    expect(found, said).toMatchObject({
      phase: 'stress',
      capacity: { how: 'found', broke: { objective: 'errors' } },
    });
    const { low, high } = found!.capacity as { low: number; high: number };
    // A ratio of errors below 5 % is borne: up to 42/s.
    expect(low).toBeGreaterThan(32);
    expect(low).toBeLessThan(46);
    expect(high).toBeGreaterThan(40);
    expect(high).toBeLessThan(54);
    expect(testRuns() - had).toBe(found!.steps.length);
    const steps = found!.steps.reduce((sum, { requests }) => sum + requests, 0);
    expect(steps).toBe(bought() - before);
    expect(run.workload).toMatch(/on Kubernetes$/);
    // Without a capacity of its own the platform has to bear the rate that the search begins with.
    expect(code).toBe(0);
  }, 300_000);

  test('takes a spike, and tells when it had settled', async () => {
    const { code, said } = await shape(
      'spike --rate 20 --spike 3x --before 5s --for 5s --after 12s --settle 6s --warm-up 1s',
    ).finished;
    const { findings, settlings } = record();
    expect(
      findings.map(({ objective, window, outcome }) => `${objective} ${window} ${outcome}`),
      said,
    ).toEqual([
      'errors spike/before pass',
      'errors spike/during pass',
      'errors spike/after pass',
      'time to settle spike/settling pass',
    ]);
    expect(settlings).toMatchObject([{ phase: 'spike', outcome: 'settled' }]);
    const [before, during] = findings;
    expect(during!.samples / before!.samples).toBeGreaterThan(2);
    expect(code).toBe(0);
  });

  test('goes through stages, each plateau judged by itself', async () => {
    const { code, said } = await shape('stages --stages 6s@20,2s@20..60,6s@60 --warm-up 1s').finished;
    const { findings } = record();
    expect(
      findings.map(({ outcome }) => outcome),
      said,
    ).toEqual(['pass', 'pass']);
    expect(findings[1]!.samples / findings[0]!.samples).toBeGreaterThan(2);
    expect(code).toBe(0);
  });

  test('ends early when the platform is to be spared', async () => {
    takes = () => false;
    const { code, said } = await load('60s').finished;
    expect(said).toContain('as guardrails.abort asks');
    expect(record().findings).toMatchObject([{ objective: 'errors', outcome: 'fail', value: { low: 1 } }]);
    const [window] = record().windows;
    expect(window!.monotonicTo - window!.monotonicFrom).toBeLessThan(40_000);
    expect(code).toBe(1);
  });

  test('is judged as far as it came when it is asked to end, and nothing is left on the cluster', async () => {
    const before = bought();
    const running = shape('soak --for 100s --warm-up 1s');
    await until('load runs', () => bought() > before + 240, 120_000);
    running.child.kill('SIGTERM');
    const { code, said } = await running.finished;
    expect(await world.left()).toEqual([]);
    expect(world.kubelet.running()).toBe(0);
    expect(openEntries()).toEqual([]);
    expect(record().findings, said).toMatchObject([{ objective: 'errors', window: 'soak', outcome: 'pass' }]);
    expect(code).toBe(143);
  });

  test('that has not begun yet leaves nothing when it is asked to end', async () => {
    world.operator.asleep = true;
    const running = load('20s');
    await until('the TestRun is there', () => /TestRun \S+: created/.test(running.said()), 120_000);
    running.child.kill('SIGTERM');
    const { code } = await running.finished;
    expect(await world.left()).toEqual([]);
    expect(openEntries()).toEqual([]);
    expect(code).toBe(143);
  });

  test('goes where the platform wants its pods, with what it gives them', async () => {
    const pod = {
      resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '1Gi' } },
      nodeSelector: { pool: 'load' },
      tolerations: [{ key: 'load', operator: 'Exists', effect: 'NoSchedule' }],
    };
    writePlatform(JSON.stringify({ ...(JSON.parse(settings) as object), separate: true, pod }));
    const before = bought();
    const running = load('30s');
    await until('load runs', () => bought() > before + 20, 120_000);
    const list = await world.admin<{ items: { spec: unknown }[] }>(
      'GET',
      `/apis/k6.io/v1alpha1/namespaces/${NAMESPACE}/testruns`,
    );
    running.child.kill('SIGTERM');
    await running.finished;
    writePlatform();
    expect(list.items).toMatchObject([
      {
        spec: {
          parallelism: 2,
          separate: true,
          runner: pod,
        },
      },
    ]);
  });

  test('is taken off the cluster at once when the runner is killed, and recover finds nothing more', async () => {
    const before = bought();
    const running = load('120s');
    await until('load runs', () => bought() > before + 20, 120_000);
    running.child.kill('SIGKILL');
    await running.finished;
    await until('no k6 runs', () => world.kubelet.running() === 0, 90_000);
    await until('the guardian has settled it', () => openEntries().length === 0, 90_000);
    expect(await world.left()).toEqual([]);
    const { code, said } = await ordeal('recover').finished;
    expect(said).toContain('Nothing is left of any run');
    expect(code).toBe(0);
  });

  test('ends by itself when the guardian dies as well, and recover takes away what remains', async () => {
    const before = bought();
    const running = load('120s');
    await until('load runs', () => bought() > before + 20, 120_000);
    const guardian = guardianOf(newest());
    expect(guardian).not.toEqual([]);
    for (const pid of [...guardian, running.child.pid ?? 0]) kill(pid, 'SIGKILL');
    await running.finished;
    await until('no k6 runs', () => world.kubelet.running() === 0, 90_000);
    expect(await world.left()).not.toEqual([]);
    const { code, said } = await ordeal('recover').finished;
    expect(said).toMatch(/healed +TestRun load\/ordeal-baseline-/);
    expect(code).toBe(0);
    expect(await world.left()).toEqual([]);
  });

  test('does not begin while another run has something on the cluster, nor on another cluster', async () => {
    await world.admin('POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'ordeal-left',
        labels: {
          'app.kubernetes.io/managed-by': 'ordeal',
          'ordeal/run': 'r-dead',
          'ordeal/testrun': 'ordeal-left',
        },
      },
    });
    const before = bought();
    const left = await load('8s').finished;
    await world.admin('DELETE', `/api/v1/namespaces/${NAMESPACE}/configmaps/ordeal-left`);
    expect(left.said).toMatch(/run r-dead has configmaps\/ordeal-left/);
    expect(left.code).toBe(3);

    const parsed = JSON.parse(settings) as { cluster: object };
    writePlatform(JSON.stringify({ ...parsed, cluster: { ...parsed.cluster, uid: 'f00' } }));
    const other = await load('8s').finished;
    writePlatform();
    expect(other.said).toMatch(/another cluster than was named/);
    expect(other.code).toBe(3);
    expect(bought()).toBe(before);
  });

  test('whose namespace is not there is inconclusive, and says what to install', async () => {
    writePlatform(JSON.stringify({ ...(JSON.parse(settings) as object), namespace: 'nowhere' }));
    const { code, said } = await load('8s').finished;
    writePlatform();
    expect(said).toMatch(/no namespace nowhere.*k6-operator/s);
    expect(code).toBe(2);
  });

  test('with a setting that is none is a mistake in the file', async () => {
    writePlatform(JSON.stringify({ ...(JSON.parse(settings) as object), parallelism: 0 }));
    const { code, said } = await load('8s').finished;
    writePlatform();
    expect(said).toMatch(/generators\.kubernetes\.parallelism/);
    expect(code).toBe(64);
  });
});

/** The guardian of a run, by the run's folder on its command line; it is nobody's child. */
function guardianOf(run: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes(run) && words.some((word) => word.endsWith('guardian.main.ts'));
      } catch {
        return false;
      }
    });
}
