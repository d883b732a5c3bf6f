import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import type { RunRecord } from '@ordeal/shared/record/record';
import { eventually } from '../../../shared/test/prometheus/real-prometheus.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'ordeal.js');
const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'src');

/** Slow enough that a busy machine misses none: what misses two is stale. */
export const SCRAPE_MS = 500;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way, with what it has said so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly finished: Promise<Finished>;
}

/** A working directory with the platform `shop`, whose metrics a Prometheus of the test's own scrapes. */
export interface GatedPlatform {
  readonly dir: string;
  readonly runs: string;
  start(args: readonly string[], cwd?: string): Running;
  run(args: readonly string[], cwd?: string): Promise<Finished>;
  newestRun(): string;
  record(): RunRecord;
  remove(): void;
}

/** Objectives on what the scripted exporter serves. */
const OBJECTIVES = (more: string) => `{
  errors: { signal: { from: 'prometheus', measure: 'ratio', bad: 'requests_total{code="500"}', all: 'requests_total' },
    comparator: '<', limit: 0.1, unit: 'ratio', leastSamples: 20 },
  'in flight': { signal: { from: 'prometheus', measure: 'gauge', selector: 'in_flight', take: 'max' },
    comparator: '<', limit: 10, unit: '1' },
  latency: { signal: { from: 'prometheus', measure: 'latency', quantile: 0.5, histogram: 'took_seconds', matchers: '' },
    comparator: '<=', limit: 200, unit: 'ms', leastSamples: 20 },
  anything: { signal: { from: 'prometheus', measure: 'promql', query: 'count(up)', take: 'last', series: 'one' },
    comparator: '>=', limit: 1, unit: '1', severity: 'should' },
  'client errors': { signal: { from: 'client', measure: 'error-ratio' }, comparator: '<', limit: 0.01, unit: 'ratio' },
  ${more}
}`;

/** `more` are objectives besides the usual ones, as they stand in a platform file. */
export function makeGatedPlatform(prometheusUrl: string, more = ''): GatedPlatform {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-gate-'));
  mkdirSync(join(dir, 'platforms', 'shop'), { recursive: true });
  writeFileSync(
    join(dir, 'platforms', 'shop', 'platform.ts'),
    `import { definePlatform } from '${shared}/platform/platform.ts';
export default definePlatform(() => ({
  name: 'shop', title: 'A shop', environment: 'lab', entry: 'http://127.0.0.1:9', regions: ['a'], timeoutMs: 1000,
  headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 'ordeal', allowedRegions: ['a'] }], health: [], journeys: {},
  prometheus: { url: '${prometheusUrl}', scrapeIntervalSeconds: ${SCRAPE_MS / 1000}, timeoutSeconds: 1,
    targets: [{ name: 'shop', selector: 'up{job="shop"}', least: 1 }] },
  objectives: ${OBJECTIVES(more)},
  faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
  guardrails: { allowFaults: [], maxRate: 1, maxTargets: 1, maxRunSeconds: 600,
    abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 } },
}));
`,
  );
  const runs = join(dir, '.ordeal', 'runs');
  const start = (args: readonly string[], cwd = dir): Running => {
    const child = spawn(execPath, [bin, ...args], {
      cwd,
      // Node warns of the two together.
      env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const finished = new Promise<Finished>((resolve) => {
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return { child, said: () => stdout + stderr, finished };
  };
  const newestRun = (): string => join(runs, readdirSync(runs).toSorted().at(-1) ?? 'none');
  return {
    dir,
    runs,
    start,
    run: (args, cwd) => start(args, cwd).finished,
    newestRun,
    record: () => JSON.parse(readFileSync(join(newestRun(), 'record.json'), 'utf8')) as RunRecord,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Waits until a command has said something. A command that ended without it is not waited for. */
export async function untilSaid({ said, finished }: Running, text: string): Promise<void> {
  let over = false;
  void finished.then(() => (over = true));
  await eventually(20_000, `it says "${text}"`, () => Promise.resolve(over || said().includes(text)));
  if (!said().includes(text)) throw new Error(`It ended without having said "${text}":\n${said()}`);
}
