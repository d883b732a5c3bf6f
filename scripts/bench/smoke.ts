import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { echo } from 'zx';
import { root, workplace } from '../ordeal.ts';
import { writeCheckedPlatform } from '../toolchain/checked-platform.ts';
import { report } from './report.ts';
import { peers, type Checked } from './smoke-peers.ts';

const ROUNDS = 9;
const HEALTH = 16;
const JOURNEYS = 4;
const bin = join(root, 'packages', 'cli', 'bin', 'ordeal.js');

/**
 * The smoke gate of a platform with twenty checks on loopback, sixteen endpoints and four journeys, as a whole process;
 * beside it the same twenty requests, each expected to be answered with 200, by other tools. All in turn, in one run.
 */
export async function benchSmoke(): Promise<void> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    asked.set(request.url ?? '', (asked.get(request.url ?? '') ?? 0) + 1);
    response.setHeader('content-type', 'application/json');
    response.end('{"ok":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const entry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dir = workplace();
  const paths = Array.from({ length: HEALTH + JOURNEYS }, (_, index) => `/check-${index}`);
  writeCheckedPlatform(dir, entry, { health: paths.slice(0, HEALTH), journeys: paths.slice(HEALTH) });
  const { found, leftOut } = await peers(dir, entry, paths);
  const tools: readonly Checked[] = [
    { name: 'ordeal smoke', argv: [process.execPath, bin, 'smoke', '--platform', 'checked'] },
    ...found,
  ];
  const seconds = new Map(tools.map(({ name }) => [name, [] as number[]]));
  try {
    // The first time nothing is compiled yet.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const tool of tools) {
        asked.clear();
        const took = await timed(tool, dir);
        const missing = paths.filter((path) => !asked.has(path));
        if (missing.length > 0) throw new Error(`${tool.name} did not ask ${missing.join(', ')}`);
        if (round > 0) seconds.get(tool.name)?.push(took);
      }
    }
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
  echo(
    `The same ${paths.length} checks on loopback, each a process as a whole; load average ${loadavg()[0]?.toFixed(1)}`,
  );
  const own = median(seconds.get('ordeal smoke') ?? []);
  for (const [name, values] of seconds) {
    report(name, 's', values);
    if (name !== 'ordeal smoke') echo(`  which is ${(median(values) / own).toFixed(1)} × as long`);
  }
  for (const reason of leftOut) echo(`  left out: ${reason}`);
  echo('');
}

/** Seconds from the start of a process to its end. */
async function timed({ name, argv }: Checked, cwd: string): Promise<number> {
  const [program = '', ...args] = argv;
  const began = performance.now();
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  const took = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${said}`);
  return took;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
