import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { ConcurrencyLimitSpec } from '@ordeal/shared/platform/limit-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { lookAtLimit } from '../../src/limits/look-at-limit.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves so many at once, and refuses more before their bodies have come. */
async function serve(
  most: number,
  { answer = 201, early = false }: { readonly answer?: number; readonly early?: boolean } = {},
) {
  const seen = { most: 0, ids: new Set<string>(), bodies: new Set<string>() };
  let underWay = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (underWay >= most) {
      response.writeHead(503).end();
      return;
    }
    underWay += 1;
    seen.most = Math.max(seen.most, underWay);
    response.once('close', () => (underWay -= 1));
    seen.ids.add(String(request.headers['x-forwarded-for']));
    if (early) {
      response.writeHead(answer).end();
      return;
    }
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.bodies.add(body);
      response.writeHead(answer).end();
    });
  };
  server = createServer(handle);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { seen, entry: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const limit: ConcurrencyLimitSpec = {
  kind: 'concurrency',
  requests: 20,
  ask: { method: 'POST', path: '/chat', headers: { 'x-forwarded-for': '{{id}}' }, json: { run: '{{run}}' } },
  answeredWith: 201,
};

async function look(entry: string, maxRate = 10_000) {
  const record = await lookAtLimit(
    { name: 'at-once', limit: 'at once' },
    limit,
    {
      entry,
      headers: {},
      tenantHeader: 'x-tenant',
      tenants: [{ id: 'acme', allowedRegions: [] }],
      timeoutMs: 10_000,
      guardrails: { maxRate },
    },
    { runId: 'run-1', clock: systemClock, signal: new AbortController().signal },
  );
  return { outcomes: record.checks.map(({ outcome }) => outcome), record };
}

it('holds as many as are promised at once, each of another client, and one more is refused', async () => {
  const { seen, entry } = await serve(20);
  const { outcomes } = await look(entry);
  expect(outcomes).toEqual(['held', 'held', 'held']);
  expect(seen.most).toBe(20);
  // Those that were held, and the one afterwards.
  expect(seen.ids.size).toBe(21);
  expect([...seen.bodies]).toEqual(['{"run":"run-1"}']);
});

it('begins no more of them in a second than the platform allows', async () => {
  const { entry } = await serve(20);
  const { outcomes, record } = await look(entry, 80);
  expect(outcomes).toEqual(['held', 'held', 'held']);
  expect(Number(/held for ([\d.]+) s/.exec(record.checks[0]!.detail)?.[1])).toBeGreaterThanOrEqual(0.23);
});

it('finds one that refuses sooner', async () => {
  const { entry } = await serve(7);
  const { outcomes, record } = await look(entry);
  expect(outcomes).toEqual(['broken', 'held', 'held']);
  expect(record.checks[0]!.detail).toContain('13 of 20 were refused (status 503)');
});

it('finds one that refuses nobody', async () => {
  const { entry } = await serve(Infinity);
  const { outcomes, record } = await look(entry);
  expect(outcomes).toEqual(['held', 'broken', 'held']);
  expect(record.checks[1]!.detail).toMatch(/\d+ more were let in/);
});

it('finds one that answers them with errors', async () => {
  const { entry } = await serve(20, { answer: 500 });
  const { outcomes, record } = await look(entry);
  expect(outcomes).toEqual(['broken', 'held', 'broken']);
  expect(record.checks[0]!.detail).toBe('20 got status 500 × 20');
});

it('cannot tell where they are answered before they have ended', async () => {
  const { entry } = await serve(20, { early: true });
  const { outcomes } = await look(entry);
  expect(outcomes[0]).toBe('unknown');
});

it('finds that nothing listens', async () => {
  const { entry } = await serve(20);
  server!.close();
  const { outcomes, record } = await look(entry);
  expect(outcomes).toEqual(['broken', 'unknown', 'broken']);
  expect(record.checks[0]!.detail).toContain('ECONNREFUSED');
});
