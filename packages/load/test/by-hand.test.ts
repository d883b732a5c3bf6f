import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumIntervals } from '@ordeal/shared/load/window';
import type { WorkloadScript } from '@ordeal/shared/load/workload';
import { testTools } from '@ordeal/shared/testing/tools';
import { startWorkload } from '../src/start-workload.ts';
import { k6Programs } from './support/k6-programs.ts';
import { expectAtRate } from './support/expect-at-rate.ts';
import { testRun, until, workloadOf } from './support/run.ts';
import { startServer, type TestServer } from './support/server.ts';

const programs = k6Programs();
let server: TestServer;
let dir: string;

beforeAll(async () => {
  server = await startServer((_, { url }) => ({ status: url === '/missing' ? 404 : 200 }));
  dir = mkdtempSync(join(tmpdir(), 'ordeal-by-hand-'));
  for (const name of ['script.ts', 'script-helper.ts']) {
    copyFileSync(join(import.meta.dirname, 'fixtures', name), join(dir, name));
  }
  writeFileSync(join(dir, 'script-settings.json'), JSON.stringify({ entry: server.url, path: '/page' }));
  writeFileSync(join(dir, 'nothing.ts'), 'export const options = {};\n');
}, 300_000);
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

async function start(
  name: string,
  scenarios: WorkloadScript['scenarios'],
  rate: number,
  { k6 = testTools().k6, ceiling = 1000 } = {},
) {
  const run = testRun();
  const file = pathToFileURL(join(dir, name));
  const workload = workloadOf('none', server.url, {
    journeys: [],
    script: scenarios === 'own' ? { file, scenarios, ceiling } : { file, scenarios },
    rate,
    atMostSeconds: 20,
    limitsMs: [30_000],
  });
  server.requests.length = 0;
  return { run, load: await startWorkload(workload, { ...run.settings, k6 }, run.context) };
}

describe('a script that was written by hand', () => {
  it.each(Object.keys(programs))(
    'runs its own scenarios to their end in %s, measured as journeys are',
    async (version) => {
      const { run, load } = await start('script.ts', 'own', 0, { k6: programs[version]! });
      expect(await load.ended).toEqual({ how: 'finished' });
      const record = await load.stop();
      const sum = sumIntervals(load.stream.between(-Infinity, Infinity));
      const count = (url: string) => server.requests.filter((request) => request.url === url).length;
      const times = count('/pages/1');
      // Late beats may find none of its virtual users free.
      expect(times).toBeGreaterThanOrEqual(1);
      expect(times).toBeLessThanOrEqual(11);
      expect([count('/page'), count('/setup'), count('/teardown')]).toEqual([10, 1, 1]);
      expect([count('/pages/2'), count('/posted'), count('/missing')]).toEqual([times, times, 2 * times]);
      // What is asked before the first iteration does not count.
      expect(record).toMatchObject({
        achieved: 10 + times,
        requests: 10 + 5 * times,
      });
      // One lost beat of so few is too many already.
      expect(record.validity.valid).toBe(record.dropped === 0);
      expect(sum.errors).toEqual({ 'status 404': times });
      expect(sum.under[30_000]).toBe(record.requests);
      expect(server.requests.every(({ headers }) => headers['user-agent'] === 'by-hand/1')).toBe(true);
      expect(server.requests.find(({ url }) => url === '/page')?.headers['x-token']).toBe('200');
      run.clear();
    },
  );

  it('is called at the rate of the workload, and ends in order', async () => {
    const { run, load } = await start('script.ts', 'workload', 20);
    await until(
      'some iterations are in',
      () => sumIntervals(load.stream.between(-Infinity, Infinity)).iterations > 20,
    );
    const record = await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    const count = (url: string) => server.requests.filter((request) => request.url === url).length;
    expect(count('/page')).toBe(0);
    expect(count('/posted')).toBe(record.achieved);
    expectAtRate(record, 20);
    run.clear();
  });

  it('is cut off when it has to end before its own scenarios do', async () => {
    writeFileSync(
      join(dir, 'long.ts'),
      `import http from 'k6/http';
       export const options = { vus: 2, duration: '1h' };
       export default function () { http.get('${server.url}/page'); }`,
    );
    const { run, load } = await start('long.ts', 'own', 0);
    await until(
      'requests are in',
      () => sumIntervals(load.stream.between(-Infinity, Infinity)).requests > 10,
    );
    const record = await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    expect(record.requests).toBeGreaterThan(10);
    expect(run.open).toEqual([]);
    run.clear();
  });

  it('is held back to its ceiling, and says that it was', async () => {
    writeFileSync(
      join(dir, 'greedy.ts'),
      `import http from 'k6/http';
       export const options = { vus: 5, duration: '1h', rps: 5000 };
       export default function () { http.get('${server.url}/page'); }`,
    );
    const { run, load } = await start('greedy.ts', 'own', 0, { ceiling: 20 });
    await until('three reports are in', () => load.stream.between(-Infinity, Infinity).length >= 3);
    const record = await load.stop();
    const { seconds, requests } = sumIntervals(load.stream.between(-Infinity, Infinity));
    expect(requests).toBeLessThanOrEqual(20 * (seconds + 1));
    expect(record.validity).toMatchObject({ reason: expect.stringMatching(/ceiling of 20 requests/) });
    run.clear();
  });

  it('must have a function to call', async () => {
    await expect(start('nothing.ts', 'workload', 20)).rejects.toThrow(
      /nothing\.ts: expected a default function.*found options/,
    );
  });
});
