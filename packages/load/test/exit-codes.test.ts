import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testTools } from '@ordeal/shared/testing/tools';
import { exitReason } from '../src/process/exit-reason.ts';
import { startWorkload } from '../src/start-workload.ts';
import { testRun, workloadOf } from './support/run.ts';
import { startServer, type TestServer } from './support/server.ts';

/** Each of k6's exit codes that can be brought about without its cloud, as k6 itself comes to it. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

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

/** What k6 ends with that reads a script from its standard input. */
async function endOf(script: string, flags: readonly string[] = []): Promise<string> {
  const usual = ['run', '--quiet', '--no-usage-report', '--summary-mode=disabled'];
  const address = flags.some((flag) => flag.startsWith('--address')) ? [] : ['--address='];
  const child = spawn(testTools().k6, [...usual, ...address, ...flags, '-'], {
    env: { HOME: dir },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(script);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return exitReason({ code, signal }, []);
}

describe('how k6 ended is told in words', () => {
  it.each([
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
      'export const options = { vus: -1 }; export default () => {};',
    ],
    [107, 'the script threw an exception', "throw new Error('not today');"],
    [
      108,
      'the script ended the run',
      "import exec from 'k6/execution'; export default () => exec.test.abort();",
    ],
    [
      110,
      'the script marked the run as failed',
      "import exec from 'k6/execution'; export default () => exec.test.fail();",
    ],
    [255, 'an error of no special kind', 'export const options = {};'],
  ])('%d: %s', async (code, words, script) => {
    expect(await endOf(script)).toContain(`exit code ${code}: ${words}`);
  });

  it('106: its REST interface could not be opened', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const reason = await endOf("import { sleep } from 'k6'; export default () => sleep(60);", [
      `--address=127.0.0.1:${port}`,
    ]);
    taken.close();
    expect(reason).toContain('exit code 106: its REST interface could not be opened');
  });

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
