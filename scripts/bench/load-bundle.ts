import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { bundleScript } from '../../packages/load/src/bundle/bundle.ts';
import { startReceiver } from '../../packages/load/src/remote-write/receiver.ts';
import type { ScriptSpec } from '../../packages/load/src/k6/script-spec.ts';
import { testTools } from '../../packages/shared/src/testing/tools.ts';
import type { Workload } from '../../packages/shared/src/load/workload.ts';
import { report } from './report.ts';

/*
 * What a journey's bundle costs k6, side by side with a script written by hand that makes the same requests, with
 * the same output. In alternating pairs, as machines are noisy: CPU time per request at a fixed rate, and requests a
 * second of ten virtual users that never wait. And what the time series costs: the script written by hand at a fixed
 * rate, with remote write, without any output, and with k6's JSON.
 */

/** Requests that the server has answered. */
const served = new Int32Array(new SharedArrayBuffer(4));

type Kind = 'bundle' | 'awaited' | 'by hand';
interface Outcome {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

/** How k6 tells what it measured. */
type Output = 'remote write' | 'none' | 'json';
const outputs: readonly Output[] = ['remote write', 'none', 'json'];

export async function benchLoadBundle(): Promise<void> {
  const isQuick = process.argv.includes('--quick');
  const pairs = isQuick ? 3 : 7;
  const seconds = isQuick ? 5 : 8;
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const server = new Worker(new URL(import.meta.url), { workerData: served.buffer });
  const [port] = (await once(server, 'message')) as [number];
  const kinds: readonly Kind[] = ['bundle', 'awaited', 'by hand'];
  try {
    for (const load of ['at a fixed rate', 'flat out'] as const) {
      const scripts = await scriptsFor(dir, port, load, seconds);
      const outcomes: Record<Kind, Outcome[]> = { bundle: [], awaited: [], 'by hand': [] };
      await run(scripts['by hand'], seconds);
      for (let pair = 0; pair < pairs; pair += 1) {
        // Each kind is first as often as it is last.
        for (let turn = 0; turn < kinds.length; turn += 1) {
          const kind = kinds[(pair + turn) % kinds.length] as Kind;
          outcomes[kind].push(await run(scripts[kind], seconds));
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
    await compareOutputs(
      (await scriptsFor(dir, port, 'at a fixed rate', seconds))['by hand'],
      pairs,
      seconds,
    );
  } finally {
    await server.terminate();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function compareOutputs(script: string, pairs: number, seconds: number): Promise<void> {
  const cpu: Record<Output, number[]> = { 'remote write': [], none: [], json: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    for (let turn = 0; turn < outputs.length; turn += 1) {
      const output = outputs[(pair + turn) % outputs.length] as Output;
      cpu[output].push((await run(script, seconds, output)).cpuMicros);
    }
  }
  for (const output of outputs) {
    if (output === 'none') continue;
    report(
      `output: ${output} against none, CPU a request`,
      '×',
      cpu[output].map((one, index) => one / (cpu.none[index] ?? Number.NaN)),
    );
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

const flagsOf: Readonly<Record<Output, readonly string[]>> = {
  'remote write': ['--features=native-histograms', '--out=experimental-prometheus-rw'],
  none: [],
  json: ['--out=json=/dev/null'],
};

/** Not measured: k6 reads the script, makes its virtual users, and its engine warms up. */
const WARM_UP_MS = 1500;
const TICKS_PER_SECOND = 100;

/** Runs k6, and looks at what it does from when its first requests have been answered until shortly before its end. */
async function run(script: string, seconds: number, by: Output = 'remote write'): Promise<Outcome> {
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
    ...flagsOf[by],
    script,
  ];
  const before = Atomics.load(served, 0);
  const child = spawn(testTools().k6, flags, {
    env: {
      HOME: tmpdir(),
      K6_PROMETHEUS_RW_SERVER_URL: receiver.writeUrl,
      K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const closed = once(child, 'close');
  const look = (): Sight => ({
    at: performance.now(),
    cpu: cpuSeconds(child.pid ?? 0),
    requests: Atomics.load(served, 0),
  });
  const giveUpAt = performance.now() + 60_000;
  while (Atomics.load(served, 0) === before && child.exitCode === null && performance.now() < giveUpAt) {
    await setTimeout(10);
  }
  await setTimeout(WARM_UP_MS);
  const from = look();
  await setTimeout(seconds * 1000 - WARM_UP_MS - 500);
  const to = look();
  await closed;
  await receiver.close();
  const requests = to.requests - from.requests;
  if (requests <= 0 || !(to.cpu > from.cpu)) throw new Error(`k6 did nothing: ${output}`);
  return {
    cpuMicros: ((to.cpu - from.cpu) * 1e6) / requests,
    perSecond: (requests * 1000) / (to.at - from.at),
  };
}

interface Sight {
  readonly at: number;
  readonly cpu: number;
  readonly requests: number;
}

/** What a process has used of the machine so far. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
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

if (!isMainThread) serve();
