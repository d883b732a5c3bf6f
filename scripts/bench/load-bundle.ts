import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { minimist } from 'zx';
import { bundleScript } from '../../packages/load/src/bundle/bundle.ts';
import { startReceiver } from '../../packages/load/src/remote-write/receiver.ts';
import type { ScriptSpec } from '../../packages/load/src/k6/script-spec.ts';
import { testTools } from '../../packages/shared/src/testing/tools.ts';
import type { Workload } from '../../packages/shared/src/load/workload.ts';
import { report } from './report.ts';

/*
 * What a journey's bundle costs k6, side by side with a script written by hand that makes the same requests, with
 * the same output. In alternating pairs, as machines are noisy: CPU time per request at a fixed rate, and requests a
 * second of ten virtual users that never wait. `--pairs n` (default 7), `--seconds n` a run (default 5).
 */

/** Requests that the server has answered. */
const served = new Int32Array(new SharedArrayBuffer(4));

type Kind = 'bundle' | 'awaited' | 'by hand';
interface Outcome {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

async function compare(): Promise<void> {
  const options = minimist(process.argv.slice(2));
  const pairs = Number(options['pairs'] ?? 7);
  const seconds = Number(options['seconds'] ?? 5);
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const server = new Worker(new URL(import.meta.url), { workerData: served.buffer });
  const [port] = (await once(server, 'message')) as [number];
  const kinds: readonly Kind[] = ['bundle', 'awaited', 'by hand'];
  try {
    for (const load of ['at a fixed rate', 'flat out'] as const) {
      const scripts = await scriptsFor(dir, port, load, seconds);
      const outcomes: Record<Kind, Outcome[]> = { bundle: [], awaited: [], 'by hand': [] };
      await run(scripts['by hand']);
      for (let pair = 0; pair < pairs; pair += 1) {
        // Each kind is first as often as it is last.
        for (let turn = 0; turn < kinds.length; turn += 1) {
          const kind = kinds[(pair + turn) % kinds.length] as Kind;
          outcomes[kind].push(await run(scripts[kind]));
        }
      }
      for (const kind of kinds) {
        const name = `${load}: ${kind}`;
        report(
          `${name}, CPU a request`,
          'µs',
          outcomes[kind].map(({ cpuMicros }) => cpuMicros),
        );
        if (load === 'flat out') {
          report(
            `${name}, requests a second`,
            '/s',
            outcomes[kind].map(({ perSecond }) => perSecond),
          );
        }
      }
      for (const kind of ['bundle', 'awaited'] as const) {
        const ratios = (of: (one: Outcome) => number) =>
          outcomes[kind].map((one, index) => of(one) / of(outcomes['by hand'][index] as Outcome));
        report(
          `${load}: ${kind} against by hand, CPU efficiency`,
          '×',
          ratios(({ cpuMicros }) => 1 / cpuMicros),
        );
        if (load === 'flat out') {
          report(
            `${load}: ${kind} against by hand, throughput`,
            '×',
            ratios(({ perSecond }) => perSecond),
          );
        }
      }
    }
  } finally {
    await server.terminate();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function scriptsFor(
  dir: string,
  port: number,
  load: 'at a fixed rate' | 'flat out',
  seconds: number,
): Promise<Readonly<Record<Kind, string>>> {
  const entry = `http://127.0.0.1:${port}`;
  const scenario =
    load === 'flat out'
      ? { executor: 'constant-vus', vus: 10, duration: `${seconds}s` }
      : {
          executor: 'constant-arrival-rate',
          rate: 1000,
          duration: `${seconds}s`,
          preAllocatedVUs: 50,
          maxVUs: 50,
        };
  const options = {
    scenarios: { one: { ...scenario, exec: 'journey0' } },
    systemTags: ['name', 'expected_response'],
    discardResponseBodies: false,
  };
  const journey = join(import.meta.dirname, 'load-journey.ts');
  const headers = { 'x-key': 'secret', 'x-ordeal-run': 'bench' };
  const workload: Workload = {
    name: 'bench',
    rate: 1e9,
    atMostSeconds: seconds,
    journeys: [{ name: 'bench', file: pathToFileURL(journey), weight: 1 }],
    entry,
    headers,
    timeoutMs: 5000,
    tenantHeader: 'x-tenant',
    tenants: ['acme'],
    limitsMs: [100],
  };
  const spec: ScriptSpec = {
    run: 'bench',
    worker: 'bench',
    origin: entry,
    base: `${entry}/`,
    headers,
    timeoutMs: 5000,
    tenantHeader: 'x-tenant',
    tenants: ['acme'],
    limitsMs: [100],
    rate: 1e9,
    stopUrl: '',
    options,
  };
  const byHand = `
    import http from 'k6/http';
    import { check } from 'k6';
    import exec from 'k6/execution';
    export const options = ${JSON.stringify(options)};
    const headers = { ...${JSON.stringify(headers)}, 'x-tenant': 'acme' };
    export function journey0() {
      const id = 'bench-' + exec.vu.idInTest + '-' + exec.vu.iterationInInstance;
      const made = http.post('${entry}/items/' + id, JSON.stringify({ run: 'bench', words: 'two words' }), {
        headers: { ...headers, 'content-type': 'application/json' }, timeout: 5000, redirects: 0, tags: { name: 'make item' },
      });
      check(made, { 'made': (r) => r.status === 201 });
      const seen = http.get('${entry}/items/' + id + '?by=acme', { headers, timeout: 5000, redirects: 0, tags: { name: 'read item' } });
      check(seen, { 'seen': (r) => r.status < 400 });
      check(null, { 'the same': () => JSON.parse(seen.body).id === JSON.parse(made.body).id });
    }`;
  const texts: Readonly<Record<Kind, string>> = {
    bundle: (await bundleScript(workload, spec)).script,
    awaited: (await bundleScript(workload, spec, { keepAwait: true })).script,
    'by hand': byHand,
  };
  const write = (kind: Kind): string => {
    const path = join(dir, `${kind.replaceAll(' ', '-')}-${load.replaceAll(' ', '-')}.js`);
    writeFileSync(path, texts[kind]);
    return path;
  };
  return { bundle: write('bundle'), awaited: write('awaited'), 'by hand': write('by hand') };
}

/** Runs k6 under a shell that says what CPU time it took. */
async function run(script: string): Promise<Outcome> {
  const receiver = await startReceiver(
    () => {},
    (error) => {
      throw error;
    },
  );
  const flags = [
    'run',
    '--quiet',
    '--no-usage-report',
    '--summary-mode=disabled',
    '--no-thresholds',
    '--address=',
    '--features=native-histograms',
    '--out=experimental-prometheus-rw',
    script,
  ];
  const before = Atomics.load(served, 0);
  const from = performance.now();
  const child = spawn('/bin/sh', ['-c', '"$@" 2>&1; times', 'sh', testTools().k6, ...flags], {
    env: {
      HOME: tmpdir(),
      K6_PROMETHEUS_RW_SERVER_URL: receiver.writeUrl,
      K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  const seconds = (performance.now() - from) / 1000;
  await receiver.close();
  const requests = Atomics.load(served, 0) - before;
  const [user, system] = (output.trim().split('\n').at(-1) ?? '').split(' ').map(secondsOf);
  if (user === undefined || system === undefined || requests === 0)
    throw new Error(`k6 did nothing: ${output}`);
  return { cpuMicros: ((user + system) * 1e6) / requests, perSecond: requests / seconds };
}

function secondsOf(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

/** The server that all of them ask, in a thread of its own. */
function serve(): void {
  const count = new Int32Array(workerData as SharedArrayBuffer);
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      Atomics.add(count, 0, 1);
      const id = (request.url ?? '').split('?')[0]?.split('/').at(-1);
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id }));
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port, []));
}

if (isMainThread) await compare();
else serve();
