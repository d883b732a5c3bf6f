import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { echo } from 'zx';
import { startPrometheus } from '../../packages/shared/test/prometheus/real-prometheus.ts';
import { root, workplace } from '../ordeal.ts';
import { report } from './report.ts';
import { writeShop } from './shop.ts';

const bin = join(root, 'packages', 'cli', 'bin', 'ordeal.js');
const ROUNDS = 9;
/** A command that has sent nothing by then is broken. */
const WITHIN_MS = 60_000;

/** From the start of `ordeal load` as a process to k6's first request at the platform, with a real Prometheus. */
export async function benchLoadStart(): Promise<void> {
  let first = Promise.withResolvers<number>();
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/buy') first.resolve(performance.now());
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const prometheus = await startPrometheus(1000, []);
  const dir = workplace();
  const { port } = server.address() as AddressInfo;
  writeShop(dir, { port, prometheus: prometheus.url, requests: 1, timeoutMs: 2000 });
  const seconds: number[] = [];
  const stages = new Map<string, number[]>();
  try {
    // The first time nothing is compiled yet.
    for (let round = 0; round <= ROUNDS; round += 1) {
      first = Promise.withResolvers<number>();
      const began = performance.now();
      const beganAt = Date.now();
      const child = spawn(
        process.execPath,
        [bin, 'load', 'baseline', '--platform', 'shop', '--for', '60s', '--warm-up', '1s'],
        { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let said = '';
      child.stdout.on('data', (chunk) => (said += String(chunk)));
      child.stderr.on('data', (chunk) => (said += String(chunk)));
      const closed = once(child, 'close');
      const timer = setTimeout(() => child.kill('SIGINT'), WITHIN_MS);
      const at = await Promise.race([first.promise, closed.then(() => undefined)]);
      clearTimeout(timer);
      child.kill('SIGINT');
      await closed;
      if (at === undefined) throw new Error(`ordeal load sent nothing:\n${said}`);
      if (round === 0) continue;
      seconds.push((at - began) / 1000);
      for (const [stage, ms] of stagesOf(dir, beganAt)) {
        stages.set(stage, [...(stages.get(stage) ?? []), ms]);
      }
    }
  } finally {
    await prometheus.stop();
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
  report("from `ordeal load` to k6's first request", 's', seconds);
  for (const [stage, values] of stages) report(`  until ${stage}`, 'ms', values);
  echo('');
}

/** When, in milliseconds since the command began, events were written into the newest run's journal. */
function stagesOf(dir: string, beganAt: number): readonly (readonly [string, number])[] {
  const runs = join(dir, '.ordeal', 'runs');
  const newest = readdirSync(runs).toSorted().at(-1) ?? '';
  const events = readFileSync(join(runs, newest, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; phase?: string; name?: string; at: string });
  return events.flatMap(({ type, phase, name, at }) => {
    const wanted = ['run-started', 'phase-started', 'check', 'load-started'].includes(type);
    return wanted ? [[[type, phase, name].filter(Boolean).join(' '), Date.parse(at) - beganAt] as const] : [];
  });
}
