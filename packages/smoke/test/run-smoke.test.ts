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
    response.statusCode = request.url === '/broken' ? 503 : 200;
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

async function smoke(
  health: Platform['health'],
  journeys: Record<string, ReturnType<typeof defineJourney>>,
  timeoutMs = PATIENT_MS,
  secrets: Platform['secrets'] = {},
) {
  const events: RunEvent[] = [];
  const platform = {
    entry,
    headers: {},
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
    signal: new AbortController().signal,
    journal: { append: (event: RunEvent) => events.push(event) },
  } as unknown as RunContext;
  return { result: await runSmoke('smoke', platform, journeys, context), events };
}

describe('runSmoke', () => {
  it('asks every health endpoint and runs every journey, tagged with run and tenant', async () => {
    const { result, events } = await smoke([{ name: 'health', url: '/health', expectStatus: 200 }], { good });
    expect(result).toEqual({ total: 2, failed: 0, failures: [], reached: true });
    expect(events).toHaveLength(2);
    expect(seen.every((one) => one.run === 'run-1')).toBe(true);
    expect(seen.find((one) => one.url === '/fine')?.tenant).toBe('acme');
  });

  it.each([
    ['a wrong status', '/broken', PATIENT_MS, 'expected status 200, got status 503'],
    ['no answer in time', '/hang', 300, 'timed out'],
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
    const { result, events } = await smoke([], { path, code, socket }, PATIENT_MS, secrets);
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
