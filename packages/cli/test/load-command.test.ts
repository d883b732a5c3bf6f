import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '@ordeal/shared/record/record';
import {
  eventually,
  startPrometheus,
  type RealPrometheus,
} from '../../shared/test/prometheus/real-prometheus.ts';
import { writeBuyJourney } from './shop-platform.ts';

/** Shapes of load from the command line, with real k6 against a server of the test's own. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');
const shared = join(import.meta.dirname, '..', '..', 'shared', 'src');

let dir: string;
let server: Server;
let prometheus: RealPrometheus;
let status = 200;
/** Paths that were asked for. */
const asked = new Set<string>();

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    asked.add(request.url ?? '');
    response.writeHead(request.url === '/health' ? 200 : status).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  prometheus = await startPrometheus(500, []);
  dir = mkdtempSync(join(tmpdir(), 'ordeal-load-'));
  writePlatform(portOf(server));
});
afterEach(() => {
  status = 200;
});
afterAll(async () => {
  await prometheus.stop();
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

function portOf(listening: Server): number {
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function runsSoFar(): readonly string[] {
  return existsSync(runs()) ? readdirSync(runs()) : [];
}

function writePlatform(port: number): void {
  const folder = join(dir, 'platforms', 'shop');
  writeBuyJourney(folder);
  writeFileSync(
    join(folder, 'platform.ts'),
    `import { definePlatform } from '${shared}/platform/platform.ts';
export default definePlatform((context) => ({
  name: 'shop', title: 'A shop', environment: context.env('SHOP_IS', 'test'), entry: 'http://127.0.0.1:${port}', regions: ['a'],
  timeoutMs: 2000, headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 'ordeal', allowedRegions: ['a'] }],
  health: [{ name: 'health', url: '/health', expectStatus: 200 }],
  journeys: { buy: { file: new URL('journeys/buy.ts', import.meta.url), weight: 1 } },
  prometheus: { url: '${prometheus.url}', scrapeIntervalSeconds: 0.5, targets: [] },
  objectives: {
    errors: { signal: { from: 'client', measure: 'error-ratio' }, comparator: '<', limit: 0.05, unit: 'ratio', leastSamples: 20 },
    'creeping latency': { signal: { from: 'client', measure: 'latency-growth', quantile: 0.5, leastSeconds: 60 },
      comparator: '<', limit: 100, unit: 'ms/min', severity: 'should' },
  },
  load: { baseline: 20, objectives: ['errors'] },
  faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
  guardrails: { allowFaults: [], maxRate: 100, maxTargets: 1, maxRunSeconds: 300,
    abort: { errorRatio: 0.5, consecutiveSeconds: 3, leastAttempts: 5, silentSeconds: 30 } },
}));
`,
  );
}

function start(args: readonly string[], changes: Readonly<Record<string, string>> = {}) {
  const child = spawn(execPath, [bin, ...args], {
    cwd: dir,
    env: { ...env, NO_COLOR: '1', ...changes },
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

/** Writes a script with scenarios of its own. */
function scenarios(options: string, after: string, when = 'true'): string {
  writeFileSync(
    join(dir, 'scenarios.ts'),
    `import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
export const options = { ${options} };
export default function (): void {
  if (exec.vu.idInTest > 0 && ${when}) http.get('http://127.0.0.1:${portOf(server)}/by-hand');
  ${after};
}
`,
  );
  return 'scenarios.ts';
}

const load = (...args: string[]) => start(['load', ...args, '--platform', 'shop']);
const runs = (): string => join(dir, '.ordeal', 'runs');
const newest = (): string => join(runs(), readdirSync(runs()).toSorted().at(-1) ?? 'none');
const record = (): RunRecord => JSON.parse(readFileSync(join(newest(), 'record.json'), 'utf8')) as RunRecord;

describe('a shape', () => {
  it('runs from the command line alone: windows, time to settle, the same again offline', async () => {
    const { code, said } = await load(
      ...'spike --spike 3x --before 5s --for 5s --after 12s --settle 4s --warm-up 1s'.split(' '),
    ).finished;
    const { findings, windows, settlings, loads, run } = record();
    expect(said).toContain('spike: steady');
    expect(windows.map(({ name }) => name)).toEqual([
      'spike/before',
      'spike/during',
      'spike/after',
      'spike/settling',
    ]);
    expect(findings.map(({ objective, window, outcome }) => `${objective} ${window} ${outcome}`)).toEqual([
      'errors spike/before pass',
      'errors spike/during pass',
      'errors spike/after pass',
      'time to settle spike/settling pass',
    ]);
    const during = findings.find(({ window }) => window === 'spike/during')!;
    const before = findings.find(({ window }) => window === 'spike/before')!;
    const rate = (name: string, samples: number): number => {
      const window = windows.find((one) => one.name === name)!;
      return (samples * 1000) / (window.monotonicTo - window.monotonicFrom);
    };
    expect(rate('spike/before', before.samples)).toBeGreaterThan(14);
    expect(rate('spike/before', before.samples)).toBeLessThan(26);
    expect(rate('spike/during', during.samples)).toBeGreaterThan(42);
    expect(rate('spike/during', during.samples)).toBeLessThan(78);
    expect(settlings).toMatchObject([{ phase: 'spike', outcome: 'settled' }]);
    expect(loads).toMatchObject([{ workload: 'spike', validity: { valid: true } }]);
    expect(run.workload).toBe('spike: spike: 20/s for 5s, 60/s for 5s, 20/s for 12s of buy × 1');
    expect(code).toBe(0);
    const again = await start(['judge']).finished;
    expect(again.said).toContain('the same findings, byte for byte');
  });

  it('calls a script of k6 that was written by hand at the rate of the shape', async () => {
    writeFileSync(
      join(dir, 'by-hand.ts'),
      `import http from 'k6/http';
import { check } from 'k6';
export default function (): void {
  const response = http.get('http://127.0.0.1:${portOf(server)}/by-hand');
  check(response, { ok: (one) => one.status === 200 });
}
`,
    );
    const { code, said } = await load('baseline', '--script', 'by-hand.ts', '--for', '5s', '--warm-up', '1s')
      .finished;
    expect(said).toContain('pass');
    expect(code).toBe(0);
    expect(record().findings).toMatchObject([{ objective: 'errors', outcome: 'pass' }]);
    expect(record().run.workload).toBe('baseline: baseline: 20/s for 5s of script by-hand.ts');
    expect(asked).toContain('/by-hand');
  });

  it('runs the scenarios of a script as they are, to their end', async () => {
    const script = scenarios('vus: 2, iterations: 300', 'sleep(0.05)');
    const { code, said } = await load(...`script --script ${script} --for 2m --warm-up 1s`.split(' '))
      .finished;
    expect(said).toContain('300 iterations, 300 requests');
    expect(record().findings).toMatchObject([{ objective: 'errors', outcome: 'pass' }]);
    expect(record().run.workload).toBe(
      'script: script: its own scenarios, at most 100 requests/s, for at most 2m of script scenarios.ts',
    );
    expect(code).toBe(0);
  });

  it('says of a script that was over within its warm-up how it is judged', async () => {
    const script = scenarios('vus: 1, iterations: 1', '');
    const { code, said } = await load('script', '--script', script, '--for', '2m').finished;
    expect(said).toContain(
      'The run has no window script: the script was over within its warm-up of 5 s (--warm-up 0s',
    );
    expect(code).toBe(2);
  });

  it('ends a script at once whose iterations are beyond the ceiling, and proves nothing by it', async () => {
    const rarely = 'exec.scenario.iterationInTest % 50 === 0';
    const script = scenarios("vus: 2, duration: '1h'", 'sleep(0.001)', rarely);
    const { code, said } = await load('script', '--script', script, '--for', '2m').finished;
    expect(said).toMatch(/ended early: the script came to \d+ iterations\/s; its ceiling is 100\/s/);
    expect(record().findings).toMatchObject([{ outcome: 'inconclusive' }]);
    expect(code).toBe(2);
  });

  it('ends early when the platform is to be spared, and what was seen is judged', async () => {
    status = 503;
    const { code, said } = await load('baseline', '--for', '60s', '--warm-up', '1s').finished;
    expect(said).toContain('as guardrails.abort asks');
    expect(record().findings).toMatchObject([{ objective: 'errors', outcome: 'fail', value: { low: 1 } }]);
    const [window] = record().windows;
    expect(window!.monotonicTo - window!.monotonicFrom).toBeLessThan(30_000);
    expect(code).toBe(1);
  });

  it('is judged as far as it came when it is interrupted, and leaves nothing running', async () => {
    const running = load('soak', '--for', '80s', '--warm-up', '1s');
    await eventually(60_000, 'load runs', () => Promise.resolve(/load soak started/.test(running.said())));
    await new Promise((resolve) => setTimeout(resolve, 6000));
    running.child.kill('SIGINT');
    const { code } = await running.finished;
    expect(code).toBe(130);
    expect(record().findings).toMatchObject([
      { objective: 'errors', window: 'soak', outcome: 'pass' },
      { objective: 'creeping latency', outcome: 'inconclusive', reason: 'too-few-samples' },
    ]);
    expect(record().leaks).toMatchObject([{ series: 'client p50 latency', outcome: 'cannot-tell' }]);
    expect(record().residue).toEqual([]);
  });
});

describe('a journey with a mistake', () => {
  const file = (): string => join(dir, 'platforms', 'shop', 'journeys', 'buy.ts');
  let sound = '';
  beforeAll(() => {
    sound = readFileSync(file(), 'utf8');
  });
  afterEach(() => writeFileSync(file(), sound));

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'a type that does not fit',
      (text) => text.replace("path: '/buy'", 'path: 7'),
      /buy\.ts:3:\d+: .*\(TS\d+\)/,
    ],
    ['an import that leads nowhere', (text) => `import './nothing.ts';\n${text}`, /nothing\.ts/],
    [
      'what only Node has',
      (text) => `import 'node:fs';\n${text}`,
      /buy\.ts:1:\d+: .*Could not resolve "node:fs"/,
    ],
    [
      'a data set that is empty',
      (text) => text.replace("title: 'Buy',", "title: 'Buy', data: { users: './empty.csv' },"),
      /empty\.csv: expected at least one row of data, found none/,
    ],
    [
      'a data set that is malformed',
      (text) => text.replace("title: 'Buy',", "title: 'Buy', data: { users: './short.csv' },"),
      /short\.csv:3: expected 2 fields \(name, age\), found 1/,
    ],
  ])('that is %s is named, and nothing is begun', async (_, change, sentence) => {
    writeFileSync(join(file(), '..', 'empty.csv'), '');
    writeFileSync(join(file(), '..', 'short.csv'), 'name,age\nada,36\ngrace\n');
    writeFileSync(file(), change(sound));
    const before = runsSoFar();
    const { code, said } = await load('baseline', '--for', '20s').finished;
    expect(said).toMatch(sentence);
    expect(said).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(code).toBe(64);
    expect(runsSoFar()).toEqual(before);
  });
});

describe('what is refused, before anything is touched', () => {
  it.each<[string[], number, string]>([
    [['spkie'], 64, 'did you mean "spike"'],
    [['baseline', '--for', '-2m'], 64, 'it is negative'],
    [['baseline', '--for', '90'], 64, 'it has no unit'],
    [['stress', '--rate', '50'], 64, 'not a range of rates'],
    [['stress', '--rate', '80..20'], 64, 'it does not rise'],
    [['baseline', '--spike', '3x'], 64, 'an option of shape baseline'],
    [['spike', '--after', '10s', '--settle', '10s'], 64, 'less than the time after the spike'],
    [['baseline', '--objective', 'erors'], 64, 'did you mean "errors"'],
    [['--rate', '5'], 64, '--rate goes with a shape of load'],
    [['baseline', '--only', 'baseline'], 64, '--only picks a phase'],
    [['baseline', '--rate', '101'], 3, 'guardrails.maxRate allows 100/s'],
    [['stress', '--rate', '20..200'], 3, 'guardrails.maxRate allows 100/s'],
    [['soak'], 3, 'guardrails.maxRunSeconds allows 300 s'],
    [['baseline', '--on', 'kubernets'], 64, 'did you mean "kubernetes"'],
    [['baseline', '--on', 'kubernetes'], 64, 'platform shop has no generators.kubernetes'],
    [['baseline', '--script', 'nowhere.ts'], 64, 'nowhere.ts'],
    [['script'], 64, 'a script for k6, whose own scenarios run'],
    [['script', '--on', 'kubernetes'], 64, 'the scenarios of a script run on one machine'],
    [['--on', 'kubernetes'], 64, 'neither a kubernetes.ts nor generators.kubernetes'],
  ])('%j ends with %d', async (args, code, sentence) => {
    const before = runsSoFar();
    const done = await load(...args).finished;
    expect(done.said).toContain(sentence);
    expect(done.code).toBe(code);
    expect(done.said).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(runsSoFar()).toEqual(before);
  });

  it('nothing by a plan of a shape, which says what would be done', async () => {
    const { code, said } = await start(['plan', '--shape', 'soak', '--for', '70s', '--platform', 'shop'])
      .finished;
    expect(said).toContain('judge soak, from 7 s to 77 s: errors, creeping latency');
    expect(said).toContain('Nothing was done.');
    expect(code).toBe(0);
  });

  it('a stress test in production', async () => {
    const { code, said } = await start(['load', 'stress', '--platform', 'shop'], { SHOP_IS: 'production' })
      .finished;
    expect(said).toContain('never runs in production');
    expect(code).toBe(3);
  });
});
