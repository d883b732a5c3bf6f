import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LimitSpec } from '@ordeal/shared/platform/limit-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, expect, test } from 'vitest';
import { limitPhase } from '../../src/run/phases/limit.ts';
import type { Session } from '../../src/run/session.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function look(status: number): Promise<readonly unknown[]> {
  server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const limit: LimitSpec = {
    kind: 'rate',
    requests: 4,
    windowSeconds: 0.1,
    window: 'fixed',
    ask: { method: 'GET', path: '/' },
  };
  const entries: unknown[] = [];
  const session = {
    loaded: {
      platform: {
        entry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        headers: {},
        tenantHeader: 'x-tenant',
        tenants: [],
        timeoutMs: 1000,
        objectives: {},
        guardrails: { maxRate: 1000 },
        limits: { rate: limit },
      },
    },
    results: { windows: [], limits: [], assignments: [] },
    anchor: { wallMs: 0, monotonicMs: 0 },
    context: {
      runId: 'run',
      clock: systemClock,
      signal: new AbortController().signal,
      journal: { append: (entry: unknown) => entries.push(entry) },
    },
  } as unknown as Session;
  await limitPhase(
    { phase: 'limit', name: 'requests', title: 'Requests', limit: 'rate', objectives: [] },
    session,
  );
  return entries;
}

test('a check that could not be told is a note in the journal, and neither held nor not', async () => {
  const entries = await look(500);
  expect(entries).toEqual([
    {
      type: 'check',
      phase: 'requests',
      name: 'rate: 4 requests are admitted in two halves, and no more',
      held: false,
      detail: 'request 1 got status 500',
    },
    {
      type: 'note',
      message:
        'rate: the window lasts 0.1 s: this could not be told (already the first requests were not admitted)',
    },
    { type: 'note', message: 'rate: the window is fixed: this could not be told (request 1 got status 500)' },
  ]);
});
