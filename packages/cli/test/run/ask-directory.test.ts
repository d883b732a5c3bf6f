import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import { askDirectory } from '../../src/run/guardrails/tenants.ts';
import type { Session } from '../../src/run/session.ts';

const all = [
  { id: 'shop', regions: ['a', 'b'] },
  { id: 'eu', regions: ['a'] },
];
const failover = {
  phase: 'drill',
  name: 'region-lost',
  drill: { kind: 'failover', lose: 'it', from: 'a', to: 'b' },
};
const experiment = { phase: 'experiment', name: 'killed' };

async function serving<T>(answer: RequestListener, use: (entry: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function asked(entry: string, phases: readonly unknown[], changes: object = {}) {
  const notes: unknown[] = [];
  const platform = {
    entry,
    headers: { 'x-own': 'of the platform' },
    regions: ['a', 'b'],
    tenants: [{ id: 'shop', allowedRegions: ['a', 'b'] }],
    tenantDirectory: {
      url: '/tenants',
      headers: { authorization: 'it' },
      id: 'id',
      allowedRegions: 'regions',
    },
    ...changes,
  } as unknown as Platform;
  const reasons = await askDirectory({
    loaded: { platform },
    scenario: { phases } as unknown as Scenario,
    context: {
      clock: systemClock,
      signal: new AbortController().signal,
      journal: { append: (event: unknown) => notes.push(event) },
    },
  } as unknown as Session);
  return { reasons, notes };
}

it('a drill that would lead a tenant of the directory out of its regions is refused, and who was asked is noted', async () => {
  const seen: unknown[] = [];
  await serving(
    ({ url, headers }, response) => {
      seen.push([url, headers['x-own'], headers.authorization]);
      response.end(JSON.stringify(all));
    },
    async (entry) => {
      const { reasons, notes } = await asked(entry, [experiment, failover]);
      expect(reasons).toEqual([
        expect.stringMatching(
          /^region-lost would move tenant eu .* to region b, .* \(a\), says http:\/\/127.*\/tenants: /,
        ),
      ]);
      expect(notes).toEqual([
        { type: 'note', message: `${entry}/tenants told of 2 tenants where each may be` },
      ]);
    },
  );
  expect(seen).toEqual([['/tenants', 'of the platform', 'it']]);
});

it('a directory elsewhere gets none of the headers that are for the platform', async () => {
  const seen: unknown[] = [];
  await serving(
    ({ headers }, response) => {
      seen.push([headers['x-own'], headers.authorization]);
      response.end(JSON.stringify(all));
    },
    async (elsewhere) => {
      const tenantDirectory = {
        url: `${elsewhere}/tenants`,
        headers: { authorization: 'it' },
        id: 'id',
        allowedRegions: 'regions',
      };
      await asked('http://127.0.0.1:9', [failover], { tenantDirectory });
    },
  );
  expect(seen).toEqual([[undefined, 'it']]);
});

it('nobody is asked where nobody is moved, or there is no directory', async () => {
  const nowhere = 'http://127.0.0.1:9';
  expect((await asked(nowhere, [experiment])).reasons).toBeUndefined();
  expect((await asked(nowhere, [failover], { tenantDirectory: undefined })).reasons).toBeUndefined();
});

it.each<[string, RequestListener, RegExp]>([
  ['does not let it in', (_, response) => response.writeHead(401).end(), /status 401, and 200 was expected/],
  [
    'answers one page of several',
    (_, response) => response.setHeader('link', '</tenants?page=2>; rel="next"').end(JSON.stringify(all)),
    /first page of several/,
  ],
  ['answers with something else', (_, response) => response.end('<html>'), /list was expected at its answer/],
  ['goes away', ({ socket }) => socket.destroy(), /does not answer \(ECONNRESET\)/],
])('a drill is refused where the directory %s', async (_, answer, why) => {
  const { reasons, notes } = await serving(answer, (entry) => asked(entry, [failover]));
  expect(reasons).toEqual([expect.stringMatching(/^where tenants may be cannot be told by http:/)]);
  expect(reasons?.[0]).toMatch(why);
  expect(notes).toEqual([]);
});
