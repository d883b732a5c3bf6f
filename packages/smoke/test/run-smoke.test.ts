import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineJourney } from '@ordeal/shared/journey/journey';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { RunEvent } from '@ordeal/shared/timeline/event';
import { runSmoke } from '../src/run-smoke.ts';

let server: Server;
let entry: string;
const seen: { url: string; tenant: string; run: string }[] = [];

beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    seen.push({
      url: request.url ?? '',
      tenant: String(request.headers['x-tenant-id']),
      run: String(request.headers['x-ordeal-run']),
    });
    if (request.url === '/hang') return;
    if (request.url === '/moved') response.writeHead(302, { location: '/login' });
    response.statusCode = request.url === '/broken' ? 503 : response.statusCode;
    response.end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  entry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const good = defineJourney({
  name: 'good',
  title: 'Good',
  async run(context) {
    const answer = await context.request('ask', { path: '/fine' });
    await context.check('it is ok', answer.json<{ ok: boolean }>()?.ok === true);
  },
});

/** A server that answers at once does so within this, on any machine. */
const PATIENT_MS = 20_000;

const events: RunEvent[] = [];

async function smoke(
  health: Platform['health'],
  journeys: Record<string, ReturnType<typeof defineJourney>>,
  timeoutMs = PATIENT_MS,
  secrets: Platform['secrets'] = {},
  signal = new AbortController().signal,
  headers: Platform['headers'] = {},
) {
  events.length = 0;
  const platform = {
    entry,
    headers,
    tenantHeader: 'x-tenant-id',
    journeys: {},
    timeoutMs,
    secrets,
    tenants: [{ id: 'acme', allowedRegions: ['a'] }],
    health,
  } as unknown as Platform;
  const context = {
    runId: 'run-1',
    clock: systemClock,
    signal,
    journal: { append: (event: RunEvent) => events.push(event) },
  } as unknown as RunContext;
  return { result: await runSmoke('smoke', platform, journeys, context) };
}

describe('runSmoke', () => {
  it('asks every health endpoint and runs every journey, tagged with run and tenant', async () => {
    const { result } = await smoke([{ name: 'health', url: '/health', expectStatus: 200 }], { good });
    expect(result).toEqual({ total: 2, failed: 0, failures: [], reached: true });
    expect(events).toHaveLength(2);
    expect(seen.every((one) => one.run === 'run-1')).toBe(true);
    expect(seen.find((one) => one.url === '/fine')?.tenant).toBe('acme');
  });

  it('sends what may authorize at the platform to no other origin', async () => {
    const authorized: (readonly [url: string | undefined, authorization: string | undefined])[] = [];
    const listening = createServer((request, response) => {
      authorized.push([request.url, request.headers.authorization]);
      response.end();
    });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    const asked = async (url: string) => {
      const health = [{ name: 'health', url, expectStatus: 200 }];
      const { result } = await smoke(health, {}, PATIENT_MS, {}, undefined, {
        authorization: 'Bearer sesame',
      });
      expect(result.failures).toEqual([]);
    };
    try {
      await asked(`http://127.0.0.1:${port}/replica`);
      await asked(`//127.0.0.1:${port}/same`);
      entry = `http://127.0.0.1:${port}`;
      await asked('/health');
    } finally {
      listening.close();
    }
    expect(authorized).toEqual([
      ['/replica', undefined],
      ['/same', undefined],
      ['/health', 'Bearer sesame'],
    ]);
  });

  it.each([
    ['a wrong status', '/broken', PATIENT_MS, 'expected status 200, got status 503'],
    ['no answer in time', '/hang', 300, 'timed out'],
    ['a redirect, which it does not follow', '/moved', PATIENT_MS, 'got status 302 to /login (GET /moved)'],
  ])('fails on %s', async (_, url, timeoutMs, sentence) => {
    const { result } = await smoke([{ name: 'health', url, expectStatus: 200 }], {}, timeoutMs);
    expect(result.failed).toBe(1);
    expect(result.failures[0]).toContain(sentence);
  });

  it('fails on a journey whose step, check or code fails', async () => {
    const step = defineJourney({
      ...good,
      run: async (c) => void (await c.request('ask', { path: '/broken' })),
    });
    const check = defineJourney({ ...good, run: async (c) => void (await c.check('never', false)) });
    const code = defineJourney({ ...good, run: () => Promise.reject(new Error('a defect')) });
    const { result } = await smoke([], { step, check, code });
    expect(result.failed).toBe(3);
    expect(result.failures.join('\n')).toMatch(/status 503[^]*never[^]*a defect/);
  });

  it('tells of no secret that a journey was given, whatever fails', async () => {
    const secrets = { key: 'open/sesame+please' };
    const path = defineJourney({
      ...good,
      run: async (c) =>
        void (await c.request('ask', {
          path: `/broken?key=${encodeURIComponent(c.secret('key'))}`,
          expect: 201,
        })),
    });
    const code = defineJourney({
      ...good,
      run: async (c) => Promise.reject(new Error(`${c.secret('key')} is not accepted`)),
    });
    const socket = defineJourney({
      ...good,
      run: async (c) => void (await c.socket('open', { path: `/ws?${c.secret('key')}` })),
    });
    const { result } = await smoke([], { path, code, socket }, PATIENT_MS, secrets);
    expect(seen.map(({ url }) => url)).toContain('/broken?key=open%2Fsesame%2Bplease');
    expect(result.failed).toBe(3);
    expect(JSON.stringify({ result, events })).not.toMatch(/sesame/);
    expect(result.failures.join('\n')).toMatch(/\/broken\?key=\[hidden\][^]*\[hidden\] is not accepted/);
  });

  it('fails when nothing listens', async () => {
    server.close();
    server.closeAllConnections();
    const { result } = await smoke([], { good });
    expect(result.failures[0]).toContain('ECONNREFUSED');
    expect(result.reached).toBe(false);
  });

  it('does not know that nothing has reached the platform because no answer came', async () => {
    const hangs = defineJourney({
      ...good,
      run: async (c) => void (await c.request('ask', { path: '/hang', timeoutMs: 300 })),
    });
    expect((await smoke([], { hangs })).result).toMatchObject({ failed: 1, reached: true });
  });
});

const runs = (run: Parameters<typeof defineJourney>[0]['run']) => defineJourney({ ...good, run });

describe('a journey without evidence is no pass:', () => {
  it.each([
    ['it does nothing', runs(async () => {}), 'it asked and checked nothing'],
    ['it only pauses', runs(async (c) => c.think(1)), 'it asked and checked nothing'],
    [
      'it does not wait for a request',
      runs(async (c) => void c.request('pay', { path: '/broken', expect: 201 })),
      'pay was not awaited: how it went is not known',
    ],
    [
      'it does not wait for what asks step by step',
      runs(async (c) => {
        await c.request('ask', { path: '/fine' });
        [1, 2].forEach(async () => {
          for (let n = 0; n < 10; n += 1) await c.check('so far', true);
          await c.request('pay', { path: '/hang' });
        });
      }),
      'pay was not awaited: how it went is not known',
    ],
    [
      'it does not wait for a pause that something comes after',
      runs(async (c) => {
        await c.check('begun', true);
        [1, 2].forEach(async () => {
          await c.think(60);
          await c.request('pay', { path: '/broken' });
        });
      }),
      /a pause was not awaited/,
    ],
    [
      'it does not wait for a socket',
      runs(async (c) => void c.socket('live', { path: '/hang' })),
      'live was not awaited: how it went is not known',
    ],
    [
      'it checks a promise',
      runs(async (c) => void (await c.check('paid', Promise.resolve(false) as never))),
      'check "paid" did not hold: it was given a promise that was not awaited, and only true holds',
    ],
    [
      'it checks what is no boolean',
      runs(async (c) => void (await c.check('paid', 'no' as never))),
      'check "paid" did not hold: it was given a value of type string, and only true holds',
    ],
  ])('%s', async (_, journey, why) => {
    const { result } = await smoke([], { pays: journey });
    expect(result).toMatchObject({ total: 1, failed: 1 });
    expect(result.failures.join('\n')).toMatch(why);
  });

  it('and what it does later comes to nothing', async () => {
    const later = runs(async (c) => {
      void c.request('pay', { path: '/hang' }).then((answer) => answer.json<{ id: string }>()!.id);
    });
    await smoke([], { later, good });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.map(({ url }) => url).toSorted()).toEqual(['/fine', '/hang']);
  });
});

describe('a journey that throws', () => {
  it('is told of with what failed before', async () => {
    const throws = runs(async (c) => {
      await c.request('ask', { path: '/broken' });
      throw new Error('no id');
    });
    const { result } = await smoke([], { throws });
    expect(result.failures.join('; ')).toMatch(/^throws: ask: .*status 503.*; throws: threw: Error: no id$/);
    expect(result.failed).toBe(1);
  });

  it('an object is told of by what it holds, shortened', async () => {
    const throws = runs(() => Promise.reject({ code: 7, text: 'x'.repeat(1000) }));
    const { result } = await smoke([], { throws });
    expect(result.failures[0]).toMatch(/^throws: threw: \{"code":7,"text":"x+ …$/);
    expect(result.failures[0]!.length).toBeLessThan(350);
  });
});

describe('a journey that does not end', () => {
  const until = async (journeys: Record<string, ReturnType<typeof defineJourney>>, ms: number) => {
    const run = new AbortController();
    setTimeout(() => run.abort(new Error('the run was ended')), ms);
    const began = performance.now();
    const ended = smoke([], journeys, PATIENT_MS, {}, run.signal);
    await expect(ended).rejects.toThrow('the run was ended');
    expect(performance.now() - began).toBeLessThan(ms + 2000);
    return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  };

  it('is named, and the run ends without it', async () => {
    const never = runs(() => new Promise(() => {}));
    expect(await until({ good, never }, 300)).toEqual(['not ended when the run was: never']);
    expect(events.map(({ type }) => type)).toEqual(['check', 'warning']);
  });

  it('pauses in between, and asks no more once the run is over', async () => {
    const poll = runs(async (c) => {
      for (;;) {
        try {
          if ((await c.request('poll', { path: '/fine' })).status === 404) return;
          await c.think(0.1);
        } catch {
          // Whatever it is told, it goes on.
        }
      }
    });
    expect(await until({ poll }, 1000)).toEqual(['not ended when the run was: poll']);
    const asked = seen.length;
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(14);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen.length).toBe(asked);
  });
});

it('a single pause takes no time', async () => {
  const began = performance.now();
  const pauses = runs(async (c) => {
    await c.request('ask', { path: '/fine' });
    await c.think(60);
    await c.request('ask again', { path: '/fine' });
  });
  expect((await smoke([], { pauses })).result.failed).toBe(0);
  expect(performance.now() - began).toBeLessThan(PATIENT_MS);
});
