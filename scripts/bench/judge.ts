import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { testTools } from '@ordeal/shared/testing/tools';
import { echo } from 'zx';
import { INSTANCES, openMetrics, SCRAPE_SECONDS, SERIES, SERVICES, WINDOW_SECONDS } from './judge-data.ts';
import { report } from './report.ts';

const ROUNDS = 9;
const MOST_SECONDS = 2;
const MOST_MEGABYTES = 200;

/** 200 objectives over an hour at a scrape of 5 s, judged from a local Prometheus; beside it one query an objective. */
export async function benchJudge(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const end = Math.floor(Date.now() / 1000 / SCRAPE_SECONDS) * SCRAPE_SECONDS - 60;
  try {
    await fill(dir, end);
    const { url, stop } = await serve(dir);
    try {
      // The first fills the compile cache and the page cache.
      judgedOnce('ordeal', url, end);
      const rounds = Array.from({ length: ROUNDS }, () => ({
        ordeal: judgedOnce('ordeal', url, end),
        naive: judgedOnce('naive', url, end),
      }));
      const ours = rounds.map(({ ordeal }) => ordeal);
      const naive = rounds.map(({ naive: other }) => other);
      const [first] = ours;
      echo(
        `judging ${SERVICES * 10} objectives: ${SERVICES} services × ${INSTANCES} instances, ` +
          `${WINDOW_SECONDS / 60} min at ${SCRAPE_SECONDS} s; Prometheus holds ${SERIES} series`,
      );
      report(
        '  reading and judging',
        's',
        ours.map(({ ms }) => ms / 1000),
      );
      report(
        '    of which judging',
        's',
        ours.map(({ judgeMs = 0 }) => judgeMs / 1000),
      );
      report(
        '    memory of the whole process',
        'MB',
        ours.map(({ memory }) => memory / 1024),
      );
      report(
        '  one query an objective (no bounds)',
        's',
        naive.map(({ ms }) => ms / 1000),
      );
      report(
        '    memory of the whole process',
        'MB',
        naive.map(({ memory }) => memory / 1024),
      );
      echo(
        `  ${first?.queries} queries (${naive[0]?.queries} the other way), ${first?.series} series, ` +
          `${first?.samples} samples, ${((first?.jsonBytes ?? 0) / 1e6).toFixed(1)} MB as JSON; ` +
          `${first?.answered} of ${SERVICES * 10} pass (${naive[0]?.answered} queries gave a value)`,
      );
      for (const other of first?.others?.slice(0, 5) ?? []) echo(`  not a pass: ${other}`);
      const slowest = Math.max(...ours.map(({ ms }) => ms / 1000));
      const largest = Math.max(...ours.map(({ memory }) => memory / 1024));
      const held = slowest < MOST_SECONDS && largest < MOST_MEGABYTES;
      echo(`  promised: under ${MOST_SECONDS} s and ${MOST_MEGABYTES} MB: ${held ? 'held' : 'NOT HELD'}`);
      if (!held) process.exitCode = 1;
    } finally {
      await stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Once {
  readonly ms: number;
  readonly memory: number;
  readonly queries: number;
  readonly answered: number;
  readonly judgeMs?: number;
  readonly series?: number;
  readonly samples?: number;
  readonly jsonBytes?: number;
  readonly others?: readonly string[];
}

function judgedOnce(way: 'ordeal' | 'naive', url: string, end: number): Once {
  const program = join(import.meta.dirname, 'judge-once.main.ts');
  const ended = spawnSync(process.execPath, [program, url, String(end), way], {
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
  });
  if (ended.status !== 0) throw new Error(`${way}: exit ${ended.status}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as Once;
}

/** Writes the samples as blocks: in seconds, where a live Prometheus would take the hour. */
async function fill(dir: string, end: number): Promise<void> {
  const text = join(dir, 'samples.txt');
  await pipeline(Readable.from(openMetrics(end)), createWriteStream(text));
  const promtool = join(dirname(testTools().prometheus), 'promtool');
  const ended = spawnSync(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', text, join(dir, 'data')], {
    encoding: 'utf8',
  });
  if (ended.status !== 0) throw new Error(`promtool: exit ${ended.status}: ${ended.stderr}`);
  rmSync(text);
}

async function serve(dir: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  writeFileSync(join(dir, 'prometheus.yml'), 'global: {}\n');
  const port = await freePort();
  const child = spawn(
    testTools().prometheus,
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 15_000;
  while (!(await ready(url))) {
    if (performance.now() > deadline) throw new Error('Prometheus does not become ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function ready(url: string): Promise<boolean> {
  return fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
