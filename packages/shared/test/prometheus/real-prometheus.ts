import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '../../src/testing/tools.ts';
import { systemClock } from '../../src/time/system-clock.ts';

export interface ScrapeJob {
  readonly job: string;
  /** `host:port` of each target. */
  readonly targets: readonly string[];
  /** What its targets are asked with. */
  readonly params?: Readonly<Record<string, readonly string[]>>;
}

export interface RealPrometheus {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** Takes samples in through remote write, native histograms as well. Default no. */
  readonly remoteWrite?: boolean;
  /** Samples may be so much older than the newest of their series. Default: not at all. */
  readonly outOfOrderMs?: number;
  /** Groups of rules, as in a rule file. */
  readonly ruleGroups?: readonly unknown[];
  /** How often rules are evaluated. Default: as targets are scraped. */
  readonly evaluationIntervalMs?: number;
}

/** A Prometheus of the test's own, that scrapes the jobs. Resolves when it answers, and scrapes every target. */
export async function startPrometheus(
  scrapeIntervalMs: number,
  jobs: readonly ScrapeJob[],
  options: PrometheusOptions = {},
): Promise<RealPrometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-prometheus-'));
  const { remoteWrite, outOfOrderMs, ruleGroups, evaluationIntervalMs = scrapeIntervalMs } = options;
  const config = {
    global: {
      scrape_interval: `${scrapeIntervalMs}ms`,
      scrape_timeout: `${scrapeIntervalMs}ms`,
      evaluation_interval: `${evaluationIntervalMs}ms`,
    },
    scrape_configs: jobs.map(({ job, targets, params = {} }) => ({
      job_name: job,
      params,
      static_configs: [{ targets }],
    })),
    ...(ruleGroups === undefined ? {} : { rule_files: ['rules.yml'] }),
    ...(outOfOrderMs === undefined
      ? {}
      : { storage: { tsdb: { out_of_order_time_window: `${outOfOrderMs}ms` } } }),
  };
  if (ruleGroups !== undefined) writeFileSync(join(dir, 'rules.yml'), JSON.stringify({ groups: ruleGroups }));
  // JSON is YAML.
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const child = spawn(
    testTools().prometheus,
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      ...(remoteWrite === true
        ? ['--web.enable-remote-write-receiver', '--enable-feature=native-histograms']
        : []),
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await eventually(15_000, 'Prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok);
    // It takes up to five seconds until Prometheus begins with targets that are new to it.
    const expected = jobs.reduce((sum, { targets }) => sum + targets.length, 0);
    if (expected > 0) {
      await eventually(15_000, 'every target is scraped', async () => (await upCount(url)) === expected);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, process: child, stop };
}

/** Waits for a condition; one that throws does not hold yet. */
export async function eventually(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + ms;
  for (;;) {
    if (await holds().catch(() => false)) return;
    if (systemClock.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}`);
    await systemClock.sleep(30);
  }
}

async function upCount(url: string): Promise<number> {
  const answer = (await (await fetch(`${url}/api/v1/query?query=count(up==1)`)).json()) as {
    data: { result: { value: [number, string] }[] };
  };
  return Number(answer.data.result[0]?.value[1]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
