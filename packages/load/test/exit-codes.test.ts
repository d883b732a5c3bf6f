import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testTools } from '@ordeal/shared/testing/tools';
import { exitReason } from '../src/process/exit-reason.ts';
import { startWorkload } from '../src/start-workload.ts';
import { k6Programs } from './support/k6-programs.ts';
import { testRun, workloadOf } from './support/run.ts';
import { startServer, type TestServer } from './support/server.ts';

/** Each of k6's exit codes that it can be brought to, as k6 itself comes to it. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const programs = k6Programs();
let dir: string;
let server: TestServer;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-exit-codes-'));
  server = await startServer(() => ({ status: 200 }));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Started {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `run`, or whatever else takes a script. */
  readonly command?: readonly string[];
  readonly meanwhile?: (child: ChildProcess) => Promise<void>;
}

/** What k6 ends with that reads a script from its standard input. */
async function endOf(k6: string, script: string, started: Started = {}): Promise<string> {
  const {
    flags = ['--address='],
    env = {},
    command = ['run', '--summary-mode=disabled'],
    meanwhile,
  } = started;
  const child = spawn(k6, [...command, '--quiet', '--no-usage-report', ...flags, '-'], {
    env: { HOME: dir, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(script);
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  await meanwhile?.(child);
  const [code, signal] = await closed;
  return exitReason({ code, signal }, []);
}

const sleeps = "import { sleep } from 'k6'; export default () => sleep(60);";

describe.each(Object.entries(programs))('how %s ended is told in words', (_, k6) => {
  it.each([
    [
      // In a goroutine of its own: https://github.com/grafana/k6/issues/6178
      2,
      'it broke down, as a program does that panics',
      "import { browser } from 'k6/browser'; browser.newPage(); export default () => {};",
    ],
    [
      99,
      'a threshold was crossed',
      "import { Counter } from 'k6/metrics'; const c = new Counter('counted'); export const options = { thresholds: { counted: ['count<1'] } }; export default () => c.add(2);",
    ],
    [
      100,
      'its setup took too long',
      "import { sleep } from 'k6'; export const options = { setupTimeout: '100ms' }; export const setup = () => sleep(60); export default () => {};",
    ],
    [
      101,
      'its teardown took too long',
      "import { sleep } from 'k6'; export const options = { teardownTimeout: '100ms' }; export const teardown = () => sleep(60); export default () => {};",
    ],
    [
      104,
      'it did not accept its configuration',
      "export const options = { vus: 'many' }; export default () => {};",
    ],
    [107, 'the script threw an exception', "throw new Error('not today');"],
    [
      108,
      'the script ended the run',
      "import exec from 'k6/execution'; export default () => exec.test.abort();",
    ],
    [
      // The same, where k6 itself catches it.
      109,
      'it panicked',
      "import { browser } from 'k6/browser'; browser.context(); export default () => {};",
    ],
    [
      110,
      'the script marked the run as failed',
      "import exec from 'k6/execution'; export default () => exec.test.fail();",
    ],
    [255, 'an error of no special kind', 'export const options = {};'],
  ])('%d: %s', async (code, words, script) => {
    expect(await endOf(k6, script)).toContain(`exit code ${code}: ${words}`);
  });

  it('97: a run in its cloud failed', async () => {
    const cloud = await startCloud();
    const reason = await endOf(k6, sleeps, {
      command: ['cloud', 'run'],
      flags: ['--show-logs=false'],
      env: {
        K6_CLOUD_HOST: cloud.url,
        K6_CLOUD_HOST_V6: cloud.url,
        K6_CLOUD_TOKEN: 'token',
        K6_CLOUD_STACK_ID: '1',
        K6_CLOUD_PROJECT_ID: '5',
      },
    });
    await cloud.close();
    expect(reason).toContain('exit code 97: a run in its cloud failed');
  });

  it.each([
    [103, 'it was stopped through its REST interface', stopByRest],
    [105, 'it was stopped by a signal', (child: ChildProcess) => child.kill('SIGTERM')],
  ])('%d: %s', async (code, words, stop) => {
    const port = await freePort();
    const flags = [`--address=127.0.0.1:${port}`];
    const reason = await endOf(k6, sleeps, {
      flags,
      async meanwhile(child) {
        while (child.exitCode === null && !(await isUp(port))) await pause(50);
        await stop(child, port);
      },
    });
    expect(reason).toContain(`exit code ${code}: ${words}`);
  });

  it('106: its REST interface could not be opened', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const reason = await endOf(k6, sleeps, { flags: [`--address=127.0.0.1:${port}`] });
    taken.close();
    expect(reason).toContain('exit code 106: its REST interface could not be opened');
  });
});

/** As much of k6's cloud as it takes to say that a run failed there: the interface of k6 1, and that of k6 2. */
async function startCloud(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const cloud = createHttpServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const { url = '' } = request;
      const body = url.includes('/v1/test-progress/')
        ? { run_status: 6, run_status_text: 'Aborted (by system)', result_status: 1, progress: 1 }
        : url.includes('/v1/archive-upload')
          ? { reference_id: '7' }
          : url.includes('/v6/test_runs/')
            ? { ...testRunOfCloud, status: 'aborted', result: 'error' }
            : {};
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  return {
    url: `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`,
    async close() {
      cloud.closeAllConnections();
      cloud.close();
      await once(cloud, 'close');
    },
  };
}

/** What k6 2 wants to find in the answer, whatever it says. */
const testRunOfCloud = {
  id: 7,
  test_id: 6,
  project_id: 5,
  started_by: null,
  created: new Date(0).toISOString(),
  ended: null,
  note: '',
  retention_expiry: null,
  cost: null,
  distribution: [],
  result_details: null,
  options: {},
  status_details: { type: 'aborted', entered: new Date(0).toISOString() },
  status_history: [],
  k6_dependencies: {},
  k6_versions: {},
  max_vus: null,
  max_browser_vus: null,
  estimated_duration: null,
  execution_duration: 0,
  is_starred: false,
};

const statusOf = (port: number): string => `http://127.0.0.1:${port}/v1/status`;

function isUp(port: number): Promise<boolean> {
  return fetch(statusOf(port)).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function stopByRest(_: ChildProcess, port: number): Promise<void> {
  await fetch(statusOf(port), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { type: 'status', id: 'default', attributes: { stopped: true } } }),
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('a load on k6', () => {
  it('2: it got no more memory, in the middle of a load', async () => {
    // Room that is taken and never written to: k6 comes to the limit, and the machine keeps its memory.
    const k6 = join(dir, 'k6-in-a-small-room');
    writeFileSync(k6, `#!/bin/sh\nulimit -v 3000000\nexec '${testTools().k6}' "$@"\n`, { mode: 0o755 });
    const file = join(dir, 'takes.ts');
    writeFileSync(
      file,
      `import exec from 'k6/execution';
       import http from 'k6/http';
       const kept: ArrayBuffer[] = [];
       export default function () {
         http.get('${server.url}/page');
         if (exec.scenario.iterationInTest < 60) return;
         for (let many = 0; many < 1000; many += 1) kept.push(new ArrayBuffer(8 << 20));
       }`,
    );
    const run = testRun();
    const workload = workloadOf('none', server.url, {
      journeys: [],
      script: { file: pathToFileURL(file), scenarios: 'workload' },
      rate: 50,
    });
    const load = await startWorkload(workload, { ...run.settings, k6 }, run.context);
    const reason = expect.stringMatching(
      /exit code 2: .*memory \(.*(?:out of memory|cannot allocate memory)/,
    ) as string;
    expect(await load.ended).toMatchObject({ how: 'broke', exitCode: 2, reason });
    expect((await load.stop()).validity).toEqual({ valid: false, reason });
    expect(run.open).toEqual([]);
    run.clear();
  });
});
