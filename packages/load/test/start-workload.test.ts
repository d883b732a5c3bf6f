import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { quantileBounds, countAtMost } from '@ordeal/shared/load/histogram';
import { sumIntervals } from '@ordeal/shared/load/window';
import type { RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import { isAlive, pidOf } from '@ordeal/shared/process/identity';
import { startWorkload } from '../src/start-workload.ts';
import { expectAtRate } from './support/expect-at-rate.ts';
import { fixture, testRun, until, workloadOf, type TestRun } from './support/run.ts';
import { startServer, type Reply, type SeenRequest, type TestServer } from './support/server.ts';

const folders: string[] = [];
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

interface Bench {
  readonly run: TestRun;
  readonly server: TestServer;
}

const ok: Reply = { status: 200 };

/** When arrivals are dropped on a machine that has no core to spare for k6, that is what is told first. */
function orStarved(reason: string): RegExp {
  return new RegExp(`${reason}|wanted [\\d.]+ of \\d+ cores|CPU could not be seen`);
}

async function bench(reply: (serial: number, request: SeenRequest) => Reply): Promise<Bench> {
  const run = testRun();
  const server = await startServer(reply);
  return { run, server };
}

async function start(
  { run, server }: Bench,
  workload: Partial<Workload> & { readonly journey?: string } = {},
) {
  const { journey = 'one-step', ...more } = workload;
  return startWorkload(workloadOf(journey, server.url, more), run.settings, run.context);
}

function k6Identity(run: TestRun): string {
  return (run.pushed[0]!.config as { identity: string }).identity;
}

/** What the client saw over the whole run. */
function all(load: RunningWorkload) {
  return sumIntervals(load.stream.between(-Infinity, Infinity));
}

async function finish({ run, server }: Bench): Promise<void> {
  expect(run.open).toEqual([]);
  expect(isAlive(k6Identity(run))).toBe(false);
  await server.close();
  run.clear();
}

describe.concurrent('a workload on k6', () => {
  it('counts exactly what the server counts, and sends what journeys say', async () => {
    const one = await bench((_, { method, url }) => ({
      status: method === 'POST' ? 201 : 200,
      body: JSON.stringify({ id: url.split('?')[0]?.split('/').at(-1) }),
    }));
    const load = await start(one, {
      journeys: [
        { name: 'two-steps', file: fixture('two-steps'), weight: 3 },
        { name: 'one-step', file: fixture('one-step'), weight: 1 },
      ],
    });
    const pushed = one.run.pushed[0];
    expect(pushed).toMatchObject({ driver: 'process', revives: 'nothing', config: { what: 'k6' } });
    expect(isAlive(k6Identity(one.run))).toBe(true);
    await until('the second interval is in', () => load.stream.between(0, Infinity).length >= 2);
    const record = await load.stop();
    const { requests } = one.server;
    const sum = all(load);

    expect(await load.ended).toEqual({ how: 'stopped' });
    expect(record).toMatchObject({
      requests: requests.length,
      failed: 0,
      dropped: 0,
      validity: { valid: true },
    });
    expect(record.achieved).toBe(requests.filter(({ method }) => method === 'GET').length);
    expectAtRate(record, 50);
    expect(sum).toMatchObject({ requests: requests.length, iterations: record.achieved, errors: {} });
    expect(sum.latency.count).toBe(requests.length);
    for (const limit of [50, 100]) {
      const within = countAtMost(sum.latency, limit);
      expect(sum.under[limit]).toBeGreaterThanOrEqual(within.low);
      expect(sum.under[limit]).toBeLessThanOrEqual(within.high);
    }
    const pages = requests.filter(({ url }) => url === '/page').length;
    expect(pages / record.achieved).toBeCloseTo(1 / 4, 1);
    const made = requests.filter(({ method }) => method === 'POST');
    expect(new Set(made.map(({ url }) => url)).size).toBe(made.length);
    expect(new Set(made.map(({ headers }) => headers['x-tenant']))).toEqual(new Set(['acme', 'globex']));
    expect(made[0]?.headers).toMatchObject({
      'x-key': 'secret',
      'x-ordeal-run': 'r1',
      'content-type': 'application/json',
    });
    const types = one.run.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'load-started')).toHaveLength(1);
    expect(types.at(-1)).toBe('load-ended');
    expect(types.filter((type) => type === 'load-second').length).toBeGreaterThanOrEqual(2);
    expect(await load.stop()).toBe(record);
    await finish(one);
  });

  it('tells tenants apart, each at its own rate with its own journeys, to the last request', async () => {
    const one = await bench((_, { headers, method }) =>
      headers['x-tenant'] === 'noisy'
        ? { status: 429 }
        : { status: method === 'POST' ? 201 : 200, body: '{}' },
    );
    const load = await start(one, {
      rate: 60,
      perTenant: [
        { tenant: 'quiet', rate: 20, weights: { 'one-step': 1 } },
        { tenant: 'noisy', rate: 40, weights: { 'two-steps': 1 } },
      ],
      journeys: [
        { name: 'one-step', file: fixture('one-step'), weight: 1 },
        { name: 'two-steps', file: fixture('two-steps'), weight: 1 },
      ],
    });
    await until('the third interval is in', () => load.stream.between(0, Infinity).length >= 3);
    const record = await load.stop();
    const { tenants, requests } = all(load);
    const sent = (tenant: string) =>
      one.server.requests.filter(({ headers }) => headers['x-tenant'] === tenant).length;
    expect(tenants?.['quiet']).toMatchObject({ requests: sent('quiet'), failed: 0 });
    expect(tenants?.['noisy']).toMatchObject({ requests: sent('noisy'), failed: sent('noisy') });
    expect(requests).toBe(sent('quiet') + sent('noisy'));
    expect(tenants?.['quiet']?.under[100]).toBeGreaterThan(0);
    expect(tenants!['noisy']!.iterations / tenants!['quiet']!.iterations).toBeCloseTo(2, 0);
    expectAtRate(record, 60);
    await finish(one);
  });

  it('counts what is dropped of one tenant as its own, and as the platform’s failures', async () => {
    const one = await bench((_, { headers }) => (headers['x-tenant'] === 'noisy' ? { after: Infinity } : ok));
    const load = await start(one, {
      rate: 140,
      timeoutMs: 600,
      perTenant: [
        // Most of the virtual users are its, and have nothing to wait for.
        { tenant: 'quiet', rate: 100, weights: { 'one-step': 1 } },
        { tenant: 'noisy', rate: 40, weights: { 'two-steps': 1 } },
      ],
      journeys: [
        { name: 'one-step', file: fixture('one-step'), weight: 1 },
        { name: 'two-steps', file: fixture('two-steps'), weight: 0 },
      ],
    });
    await until('arrivals are dropped', () => (all(load).tenants?.['noisy']?.dropped ?? 0) >= 20);
    const { validity, dropped } = await load.stop();
    const { tenants } = all(load);
    expect(tenants?.['noisy']).toMatchObject({ dropped, errors: { timeout: tenants?.['noisy']?.failed } });
    expect(tenants?.['quiet']).toMatchObject({ dropped: 0, failed: 0 });
    expect(validity.valid ? 'valid' : validity.reason).toMatch(orStarved('valid'));
    await finish(one);
  });

  it('has intervals that follow each other without a gap, on the monotonic clock', async () => {
    const one = await bench(() => ok);
    const load = await start(one);
    await until('three intervals are in', () => load.stream.between(0, Infinity).length >= 3);
    await load.stop();
    const intervals = load.stream.between(0, Infinity);
    for (const [at, { from, to }] of intervals.entries()) {
      expect(to).toBeGreaterThan(from);
      expect(from).toBe(intervals[at - 1]?.to ?? from);
    }
    const last = intervals.at(-1)?.to ?? 0;
    expect(load.stream.completeUntil()).toBe(last);
    expect(Math.abs(last - one.run.context.clock.now())).toBeLessThan(20_000);
    const first = intervals[0]!;
    expect(load.stream.between(first.from, first.to)).toEqual([first]);
    await finish(one);
  });

  it('knows the p95 of a slow server within the bounds of a bucket', async () => {
    const one = await bench((serial) => ({ after: serial % 10 === 0 ? 600 : 0 }));
    const load = await start(one, { timeoutMs: 10_000 });
    await until('100 requests are in', () => all(load).requests >= 100);
    const record = await load.stop();
    const sum = all(load);
    const p95 = quantileBounds(sum.latency, 0.95)!;
    expect(p95.high).toBeGreaterThanOrEqual(600);
    expect(p95.low).toBeLessThan(5000);
    expect(p95.high / p95.low).toBeCloseTo(2 ** (1 / 8), 6);
    expect(record.latencyMs.p95).toBe(p95.high);
    expect(sum.under[100]).toBeLessThanOrEqual(
      one.server.requests.length - Math.floor(one.server.requests.length / 10),
    );
    await finish(one);
  });

  it('counts statuses, failed checks and cut connections by kind, each request once', async () => {
    // Only writes are cut: a read on a connection that was used before is sent again by k6's own HTTP layer.
    const isCut = (serial: number, method: string) => method === 'POST' && serial % 10 === 3;
    const one = await bench((serial, { method }) => {
      if (serial % 10 === 1) return { status: 500 };
      if (serial % 10 === 2) return { status: 503 };
      if (isCut(serial, method)) return { reset: true };
      return { status: serial % 2 === 0 ? 200 : 201, body: `{"id":${serial}}` };
    });
    const load = await start(one, { journey: 'two-steps', checks: ['it is the same', 'never made'] });
    await until('200 requests are in', () => all(load).requests >= 200);
    const record = await load.stop();
    const { errors, failed, requests } = all(load);
    const { answered } = one.server;
    expect(requests).toBe(one.server.requests.length);
    expect(errors['status 500']).toBe(answered.get(500));
    expect(errors['status 503']).toBe(answered.get(503));
    const cut = (errors['reset'] ?? 0) + (errors['closed'] ?? 0);
    expect(cut).toBe(one.server.requests.filter(({ method }, at) => isCut(at + 1, method)).length);
    expect(errors['check it is the same']).toBeGreaterThan(0);
    // Those of requests that had failed already count by themselves as well.
    const { checks } = all(load);
    expect(Object.keys(checks ?? {})).toEqual(['it is the same']);
    expect(checks!['it is the same']!.failed).toBeGreaterThanOrEqual(errors['check it is the same']!);
    expect(checks!['it is the same']!.made).toBe(record.achieved);
    expect(Object.values(errors).reduce((left, right) => left + right, 0)).toBe(failed);
    expect(failed).toBeLessThan(requests);
    expect(record).toMatchObject({ failed, validity: { valid: true } });
    await finish(one);
  });

  it('counts refused connections of a dead server, and goes on', async () => {
    const one = await bench(() => ok);
    await one.server.close();
    const load = await start(one);
    await until('50 requests are in', () => all(load).requests >= 50);
    const record = await load.stop();
    const sum = all(load);
    expect(sum.errors).toEqual({ refused: sum.requests });
    expect(record).toMatchObject({ failed: record.requests, dropped: 0, validity: { valid: true } });
    await finish(one);
  });

  it('counts what a black hole drops as failures of the platform', async () => {
    const one = await bench(() => ({ after: Infinity }));
    const load = await start(one, { journey: 'two-steps', timeoutMs: 600, rate: 60 });
    await until('arrivals are dropped', () => all(load).dropped >= 20);
    const record = await load.stop();
    const sum = all(load);
    expect(sum.errors).toEqual({ timeout: one.server.requests.length });
    expect(sum.under).toEqual({ 50: 0, 100: 0 });
    expect(quantileBounds(sum.latency, 0)!.high).toBeGreaterThanOrEqual(600);
    expect(record.dropped).toBeGreaterThanOrEqual(20);
    expect(record.achieved / record.offered).toBeLessThan(0.98);
    const { validity } = record;
    expect(validity.valid ? 'valid' : validity.reason).toMatch(orStarved('valid'));
    await finish(one);
  });

  it('blames itself when arrivals were dropped because journeys pause', async () => {
    const one = await bench(() => ok);
    const load = await start(one, { journey: 'thinks-long', rate: 20, timeoutMs: 500 });
    await until('arrivals are dropped', () => all(load).dropped >= 10);
    const record = await load.stop();
    expect(record.validity).toEqual({ valid: false, reason: expect.stringMatching(orStarved('pause')) });
    await finish(one);
  });

  it('cuts nothing off when it is stopped, and skips what has not begun', async () => {
    const one = await bench(() => ({ status: 201, after: 700, body: '{"id":1}' }));
    const load = await start(one, { journey: 'two-steps', rate: 40, timeoutMs: 3000 });
    await until('requests are under way', () => one.server.requests.length > 60);
    const record = await load.stop();
    const answers = [...one.server.answered.values()].reduce((left, right) => left + right, 0);
    expect(answers).toBe(one.server.requests.length);
    expect(record.requests).toBe(answers);
    expect(record.requests).toBe(2 * record.achieved);
    expect(one.run.events.at(-1)).toMatchObject({ type: 'load-ended', how: 'stopped', detail: '' });
    await finish(one);
  });

  it('ends by itself at its longest time', async () => {
    const one = await bench(() => ok);
    const load = await start(one, { atMostSeconds: 2 });
    expect(await load.ended).toEqual({ how: 'finished' });
    const record = await load.stop();
    expect(record.offered).toBe(100);
    expect(record.achieved).toBeLessThanOrEqual(102);
    expectAtRate(record, 50);
    expect(record.requests).toBe(one.server.requests.length);
    expect(record.validity).toEqual({ valid: true });
    await finish(one);
  });
});

describe.concurrent('a k6 that breaks', () => {
  it('says so when it is killed', async () => {
    const one = await bench(() => ok);
    const load = await start(one);
    await until('requests are in', () => all(load).requests > 0);
    kill(pidOf(k6Identity(one.run)), 'SIGKILL');
    expect(await load.ended).toEqual({
      how: 'broke',
      exitCode: null,
      signal: 'SIGKILL',
      reason: 'k6 was killed by SIGKILL, as a machine does that has no memory left',
    });
    const record = await load.stop();
    expect(record.validity).toEqual({
      valid: false,
      reason: 'k6 was killed by SIGKILL, as a machine does that has no memory left',
    });
    expect(record.requests).toBeGreaterThan(0);
    await finish(one);
  });

  it('says so when a signal ended it', async () => {
    const one = await bench(() => ok);
    const load = await start(one);
    kill(pidOf(k6Identity(one.run)), 'SIGTERM');
    expect(await load.ended).toMatchObject({
      how: 'broke',
      exitCode: 105,
      reason: expect.stringContaining('signal'),
    });
    await finish(one);
  });

  it('is ended, with the journey to blame, when every iteration throws', async () => {
    const one = await bench(() => ok);
    const load = await start(one, { journey: 'throws' });
    const end = await load.ended;
    expect(end).toMatchObject({ how: 'broke' });
    expect(end.how === 'broke' && end.reason).toMatch(
      /every one of \d+ iterations threw .*journey throws threw.*throws\.ts/,
    );
    const record = await load.stop();
    expect(record.validity.valid).toBe(false);
    expect(record.failed).toBe(record.requests);
    await finish(one);
  });

  it('is not the journey when it throws because the platform failed', async () => {
    const one = await bench(() => ({ status: 500 }));
    const load = await start(one, { journey: 'throws' });
    await until('100 requests are in', () => all(load).requests >= 100);
    const record = await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    expect(all(load).errors).toEqual({ 'status 500': record.requests });
    expect(record.validity).toEqual({ valid: true });
    await finish(one);
  });

  it.each(['checks-no-boolean', 'checks-a-promise'])(
    'takes nothing but true for what holds: %s',
    async (journey) => {
      const one = await bench(() => ok);
      const load = await start(one, { journey });
      await until('20 requests are in', () => all(load).requests >= 20);
      const record = await load.stop();
      expect(record.failed).toBe(record.requests);
      expect(all(load).errors).toEqual({ 'check paid': record.requests });
      await finish(one);
    },
  );

  it('never passes for a load without a request', async () => {
    const one = await bench(() => ok);
    const load = await start(one, { journey: 'only-thinks' });
    const record = await load.stop();
    expect(await load.ended).toMatchObject({
      how: 'broke',
      // That k6 ended by its script's word, as it was told to, is not why.
      reason: 'not one request was made; k6 ended by itself',
    });
    expect(record.validity.valid).toBe(false);
    await finish(one);
  });
});

describe('a workload that cannot start', () => {
  function folder(files: Readonly<Record<string, string>>): string {
    const dir = mkdtempSync(join(tmpdir(), 'ordeal-journeys-'));
    folders.push(dir);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    return dir;
  }

  async function refused(source: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const dir = folder({ 'bad.ts': source, ...more });
    const journeys = [{ name: 'bad', file: pathToFileURL(join(dir, 'bad.ts')), weight: 1 }];
    const run = testRun();
    const workload = workloadOf('one-step', 'http://127.0.0.1:1', { journeys });
    const error = await startWorkload(workload, run.settings, run.context).catch((reason: unknown) => reason);
    expect(run.pushed).toEqual([]);
    run.clear();
    expect(error).toBeInstanceOf(Error);
    return (error as Error).message;
  }

  it('names file and line of a mistake in a journey, before k6 is started', async () => {
    expect(await refused('export default {\n  run( {\n};\n')).toMatch(/bad\.ts:\d+:\d+: /);
    expect(await refused("\nimport { x } from './nowhere.ts';\nexport default x;\n")).toMatch(
      /bad\.ts:2:\d+: .*nowhere/,
    );
    expect(await refused("import 'node:fs';\nexport default {};\n")).toMatch(/bad\.ts:1:\d+: .*node:fs/);
    expect(await refused("import http from 'k6/http';\nexport default http;\n")).toMatch(
      /bad\.ts:1:\d+: .*Node as well/,
    );
    expect(await refused('export const journey = 1;\n')).toMatch(
      /bad\.ts: journey bad must be exported as default/,
    );
  });

  it('names file and line of data that cannot be used', async () => {
    const source = (path: string) =>
      `import { defineJourney } from '@ordeal/shared/journey/journey';
       export default defineJourney({ name: 'bad', title: 'Bad', data: { users: ${path} }, async run(c) { c.data('users'); } });`;
    const cases: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
      'empty.csv': ['', /empty\.csv: expected at least one row of data, found none/],
      'header.csv': ['name,age\n', /header\.csv: expected at least one row of data, found none/],
      'short.csv': ['name,age\nada,36\n\ngrace\n', /short\.csv:4: expected 2 fields \(name, age\), found 1/],
      'open.csv': ['name\n"ada\n', /open\.csv:2: expected a closing double quote/],
      'twice.csv': ['name,name\na,b\n', /twice\.csv:1: expected each column once, found name twice/],
      'nameless.csv': [
        'name,\na,b\n',
        /nameless\.csv:1: expected a name for every column, found none for column 2/,
      ],
      'broken.json': ['[\n  { "a": 1 },\n  oops\n]', /broken\.json:3: expected JSON/],
      'object.json': ['{ "a": 1 }', /object\.json:1: expected an array of rows.*found an object/],
      'none.json': ['[]', /none\.json: expected at least one row/],
    };
    for (const [name, [text, message]] of Object.entries(cases)) {
      expect(await refused(source(`'./${name}'`), { [name]: text })).toMatch(message);
    }
    expect(await refused(source("'./absent.csv'"))).toMatch(
      /absent\.csv: there is no such file; it is data set users of .*bad\.ts/,
    );
    expect(await refused(source("['./a', '.csv'].join('') as './a.csv'"))).toMatch(
      /bad\.ts: expected its data sets written out/,
    );
  });

  it('says what is wrong with a secret, but not the secret', async () => {
    for (const [name, value, message] of [
      ['two words', 'x', /name may hold letters.*"two words"/],
      ['key', 'line\nline', /Secret key has more than one line/],
      ['key', '', /Secret key is empty/],
    ] as const) {
      const run = testRun();
      const workload = workloadOf('one-step', 'http://127.0.0.1:1', { secrets: { [name]: value } });
      const error = await startWorkload(workload, run.settings, run.context).catch((reason: Error) => reason);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain('line\nline');
      expect(run.pushed).toEqual([]);
      run.clear();
    }
  });

  it('does not run what is no k6, or one that is too old', async () => {
    for (const [says, message] of [
      ['GNU bash, version 5', /is not k6: expected `k6 version`.*GNU bash/],
      [
        'k6 v0.52.0 (commit/x, go1.22, linux/amd64)',
        /is version 0\.52\.0, but 1\.8\.0 or newer is needed.*K6_BIN/,
      ],
    ] as const) {
      const dir = folder({ other: `#!/bin/sh\necho '${says}'\n` });
      chmodSync(join(dir, 'other'), 0o755);
      const run = testRun();
      const settings = { ...run.settings, k6: join(dir, 'other') };
      await expect(
        startWorkload(workloadOf('one-step', 'http://127.0.0.1:1'), settings, run.context),
      ).rejects.toThrow(message);
      expect(run.pushed).toEqual([]);
      run.clear();
    }
  });

  it('says when a journey file does not exist', async () => {
    const run = testRun();
    const workload = workloadOf('nowhere', 'http://127.0.0.1:1');
    await expect(startWorkload(workload, run.settings, run.context)).rejects.toThrow(/nowhere\.ts/);
    run.clear();
  });

  it('says why k6 could not read the script, and leaves nothing behind', async () => {
    const dir = folder({ 'bad.ts': "throw new Error('not today');\nexport default { run() {} };\n" });
    const run = testRun();
    const journeys = [{ name: 'bad', file: pathToFileURL(join(dir, 'bad.ts')), weight: 1 }];
    await expect(
      startWorkload(workloadOf('bad', 'http://127.0.0.1:1', { journeys }), run.settings, run.context),
    ).rejects.toThrow(/did not begin: k6 ended with exit code 107: .*not today/);
    expect(run.open).toEqual([]);
    expect(isAlive(k6Identity(run))).toBe(false);
    run.clear();
  });

  it('says where it looked for k6', async () => {
    const run = testRun();
    const settings = { ...run.settings, k6: join(tmpdir(), 'no-such-k6') };
    await expect(
      startWorkload(workloadOf('one-step', 'http://127.0.0.1:1'), settings, run.context),
    ).rejects.toThrow(/no-such-k6.*K6_BIN/);
    run.clear();
  });

  it('ends k6 when the run is aborted meanwhile', async () => {
    const one = await bench(() => ok);
    const starting = start(one);
    await until('k6 is there', () => one.run.pushed.length === 1);
    one.run.abort(new Error('interrupted'));
    await expect(starting).rejects.toThrow('interrupted');
    await finish(one);
  });
});
