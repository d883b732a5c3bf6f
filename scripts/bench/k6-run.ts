import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { startReceiver } from '../../packages/load/src/remote-write/receiver.ts';
import { testTools } from '../../packages/shared/src/testing/tools.ts';

/*
 * k6 against a server of this process, measured from outside: what its CPU time a request is, and how many requests
 * it makes.
 */

/** What one run of k6 came to: CPU time a request in µs, and requests a second. */
export interface Outcome {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

/** How k6 tells what it measured. */
export type Output = 'remote write' | 'none' | 'json';

/** A server in a thread of its own, on loopback. */
export interface Items {
  readonly port: number;
  /** Requests that it has answered so far. */
  requests(): number;
  end(): Promise<void>;
}

export async function serveItems(): Promise<Items> {
  const served = new Int32Array(new SharedArrayBuffer(4));
  const server = new Worker(new URL(import.meta.url), { workerData: served.buffer });
  const [port] = (await once(server, 'message')) as [number];
  return {
    port,
    requests: () => Atomics.load(served, 0),
    async end() {
      await server.terminate();
    },
  };
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
export async function runK6(
  { requests }: Items,
  script: string,
  seconds: number,
  by: Output = 'remote write',
): Promise<Outcome> {
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
  const before = requests();
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
    requests: requests(),
  });
  const giveUpAt = performance.now() + 60_000;
  while (requests() === before && child.exitCode === null && performance.now() < giveUpAt) {
    await setTimeout(10);
  }
  await setTimeout(WARM_UP_MS);
  const from = look();
  await setTimeout(seconds * 1000 - WARM_UP_MS - 500);
  const to = look();
  await closed;
  await receiver.close();
  const answered = to.requests - from.requests;
  if (answered <= 0 || !(to.cpu > from.cpu)) throw new Error(`k6 did nothing: ${output}`);
  return {
    cpuMicros: ((to.cpu - from.cpu) * 1e6) / answered,
    perSecond: (answered * 1000) / (to.at - from.at),
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
