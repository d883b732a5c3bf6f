import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { RateLimitSpec } from '@ordeal/shared/platform/limit-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { lookAtLimit } from '../../src/limits/look-at-limit.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Admits everybody, and counts what each client asks. */
async function serve() {
  const asked = new Map<string, number>();
  server = createServer((request, response) => {
    const client = String(request.headers['x-forwarded-for']);
    asked.set(client, (asked.get(client) ?? 0) + 1);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { asked, entry: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function look(entry: string, headers: Readonly<Record<string, string>>) {
  const limit: RateLimitSpec = {
    kind: 'rate',
    requests: 4,
    windowSeconds: 0.5,
    window: 'fixed',
    ask: { method: 'GET', path: '/', headers },
  };
  return lookAtLimit(
    { name: 'requests', limit: 'rate' },
    limit,
    {
      entry,
      headers: {},
      tenantHeader: 'x-tenant',
      tenants: [{ id: 'acme', allowedRegions: [] }],
      timeoutMs: 10_000,
      guardrails: { maxRate: 20 },
    },
    { runId: 'run-1', clock: systemClock, signal: new AbortController().signal },
  );
}

it('sends no more in a second than the platform allows, and all in one go as another client', async () => {
  const { asked, entry } = await serve();
  const { checks } = await look(entry, { 'x-forwarded-for': '{{id}}' });
  // Two, and twice as many as are promised; a twentieth of a second apart.
  expect([...asked]).toEqual([
    ['run-1-requests', 10],
    ['run-1-requests-another', 4],
  ]);
  const seconds = Number(/10 were admitted within ([\d.]+) s/.exec(checks[0]!.detail)?.[1]);
  expect(seconds).toBeGreaterThanOrEqual(0.5);
  expect(checks).toHaveLength(4);
});

it('asks nobody else where the request does not say whose it is', async () => {
  const { asked, entry } = await serve();
  const { checks } = await look(entry, { 'x-forwarded-for': 'me' });
  expect([...asked.keys()]).toEqual(['me']);
  expect(checks).toHaveLength(3);
});
