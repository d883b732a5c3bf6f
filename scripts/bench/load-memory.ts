import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { echo } from 'zx';
import { startPrometheus } from '../../packages/shared/test/prometheus/real-prometheus.ts';
import { root, workplace } from '../ordeal.ts';
import { writeShop } from './shop.ts';

/*
 * How much memory k6 and the runner take at most, in a short load and in one with six times as many requests: what is
 * kept of each request would show as growth. `npm run bench -- load-memory` takes about twelve minutes; with `--quick`
 * a tenth of the requests are sent.
 */

const bin = join(root, 'packages', 'cli', 'bin', 'ordeal.js');
const SHORT = 500_000;
const LONG = 3_000_000;
const REQUESTS_PER_ITERATION = 20;
const ITERATIONS_PER_SECOND = 250;
const LOOK_EVERY_MS = 500;
/** A load takes its time, and so much more until it is given up. */
const PATIENCE_MS = 120_000;

interface Peak {
  readonly requests: number;
  /** Most that each of them held, MB, and most that both held at one moment. */
  readonly k6: number;
  readonly runner: number;
  readonly both: number;
}

export async function benchLoadMemory(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const [port] = (await once(worker, 'message')) as [number];
  const prometheus = await startPrometheus(1000, []);
  const dir = workplace();
  const share = process.argv.includes('--quick') ? 0.1 : 1;
  try {
    writeShop(dir, { port, prometheus: prometheus.url, requests: REQUESTS_PER_ITERATION, timeoutMs: 400 });
    const peaks: Peak[] = [];
    for (const wanted of [SHORT * share, LONG * share]) {
      const peak = await loadWith(dir, wanted);
      peaks.push(peak);
      const { requests, k6, runner, both } = peak;
      echo(
        `${requests} requests: k6 ${k6.toFixed(0)} MB and runner ${runner.toFixed(0)} MB at most, ${both.toFixed(0)} MB together`,
      );
    }
    const [short, long] = peaks as [Peak, Peak];
    echo(
      `with ${(long.requests / short.requests).toFixed(1)} times as many requests ${(long.both / short.both).toFixed(2)} times the memory`,
    );
  } finally {
    await prometheus.stop();
    await worker.terminate();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function loadWith(dir: string, wanted: number): Promise<Peak> {
  const seconds = Math.ceil(wanted / REQUESTS_PER_ITERATION / ITERATIONS_PER_SECOND);
  const flags = ['--rate', String(ITERATIONS_PER_SECOND), '--for', `${seconds}s`, '--warm-up', '1s'];
  const child = spawn(process.execPath, [bin, 'load', 'baseline', '--platform', 'shop', ...flags], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGINT'), seconds * 1000 + PATIENCE_MS);
  let [k6, runner, both] = [0, 0, 0];
  const look = setInterval(() => {
    const [ofRunner, ofK6] = [memoryOf(child.pid ?? 0), memoryOf(k6Of(child.pid ?? 0))];
    runner = Math.max(runner, ofRunner);
    k6 = Math.max(k6, ofK6);
    both = Math.max(both, ofRunner + ofK6);
  }, LOOK_EVERY_MS);
  const [code] = (await closed) as [number | null];
  clearInterval(look);
  clearTimeout(timer);
  const runs = join(dir, '.ordeal', 'runs');
  const newest = readdirSync(runs).toSorted().at(-1) ?? '';
  const record = JSON.parse(readFileSync(join(runs, newest, 'record.json'), 'utf8')) as {
    readonly loads: readonly { readonly requests: number; readonly validity: { readonly valid: boolean } }[];
  };
  const [load] = record.loads;
  if (load === undefined) throw new Error(`exit ${code}:\n${said}`);
  if (!load.validity.valid) echo(`  the load was not valid: ${JSON.stringify(load.validity)}`);
  return { requests: load.requests, k6, runner, both };
}

/** Resident memory in MB; 0 of a process that is gone. */
function memoryOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The k6 that a process has started; 0 when there is none. */
function k6Of(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    return children.find((one) => /\bk6\b/.test(readFileSync(`/proc/${one}/comm`, 'utf8'))) ?? 0;
  } catch {
    return 0;
  }
}

/** A server that answers as cheaply as Node can: it looks at nothing but where a request ends. */
function serve(): void {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const text = data.toString('latin1');
      for (let at = text.indexOf('\r\n\r\n'); at >= 0; at = text.indexOf('\r\n\r\n', at + 4)) {
        socket.write(answer);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port, []));
}

if (!isMainThread) serve();
