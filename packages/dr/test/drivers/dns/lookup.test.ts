import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDnsRoute } from '../../../src/drivers/dns/route.ts';
import type { DnsRouteConfig } from '../../../src/drivers/dns/config.ts';
import type { NameKeeping } from '@ordeal/shared/platform/probe-spec';
import { createStore } from '../../../src/ledger/stores/create.ts';
import { createProber } from '../../../src/observers/probers/create.ts';
import type { Prober } from '../../../src/observers/probers/prober.ts';
import { testContext } from '../two-servers.ts';
import { bind, withoutBind, type Bind } from './bind.ts';

const missing = withoutBind();

describe.skipIf(leftOut(missing))(`a probe by name${missing === undefined ? '' : ` (${missing})`}`, () => {
  const context = testContext();
  let dns: Bind;
  let servers: readonly Server[];
  let port: number;
  let ahead = 0;
  /** The time of answers is passed by waiting for nobody. */
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };

  beforeAll(async () => {
    dns = await bind(60);
    const a = createServer((_, response) => void response.end()).listen(0, '127.0.0.1');
    await once(a, 'listening');
    port = (a.address() as AddressInfo).port;
    const b = createServer((_, response) => void response.writeHead(201).end()).listen(port, '127.0.0.2');
    await once(b, 'listening');
    servers = [a, b];
    await route().switch(['a'], context);
  });
  afterAll(async () => {
    for (const server of servers ?? []) server.close();
    await dns?.dispose();
  });

  function route(): ReturnType<typeof createDnsRoute> {
    const config: DnsRouteConfig = {
      zone: 'platform.test',
      name: 'new.platform.test',
      type: 'A',
      ttl: 60,
      regions: { a: ['127.0.0.1'], b: ['127.0.0.2'] },
      servers: [dns.zone],
      resolvers: [],
      update: {
        kind: 'rfc2136',
        tsig: { name: 'drill', algorithm: 'hmac-sha256', secretFile: dns.secretFile },
      },
      shownWithinSeconds: 5,
    };
    return createDnsRoute(config);
  }

  /** A stream as a platform states it, whose attempts are good where region a answers. */
  function stream(name: string, keepsName: NameKeeping): Prober {
    return createProber(
      {
        file: '',
        entry: `http://${name}.platform.test:${port}`,
        nameServers: [dns.zone],
        headers: {},
        run: 'run',
        tenant: 'tenant',
        collection: 'run',
        probes: [],
        everyMs: 100,
        timeoutMs: 1000,
        realTime: false,
      },
      {
        name: keepsName,
        connection: 'fresh',
        keepsName,
        request: { method: 'GET', path: '/' },
        expectStatus: 200,
      },
      clock,
    );
  }

  /** The region that its next attempt gets to. */
  async function reaches(one: Prober): Promise<string> {
    const { status, error } = await one.attempt(1);
    return { 200: 'a', 201: 'b' }[status] ?? error ?? String(status);
  }

  it('goes on to the old region for the TTL when it honours it, and for ever when it does not', async () => {
    const honours = stream('new', 'for its TTL');
    const ignores = stream('new', 'for ever');
    const asks = stream('new', 'not at all');
    expect([await reaches(honours), await reaches(ignores), await reaches(asks)]).toEqual(['a', 'a', 'a']);
    await route().switch(['b'], context);
    expect(await reaches(asks), 'one that asks each time').toBe('b');
    expect(await reaches(stream('new', 'for its TTL')), 'one that has never asked').toBe('b');
    ahead += 30_000;
    expect([await reaches(honours), await reaches(ignores)], 'half the TTL').toEqual(['a', 'a']);
    ahead += 31_000;
    expect([await reaches(honours), await reaches(ignores)], 'the TTL is over').toEqual(['b', 'a']);
  });

  it('is where the ledger writes, too, and no name that the system knows', async () => {
    await route().switch(['a'], context);
    const request = { method: 'GET', path: '/' } as const;
    const config: Parameters<typeof createStore>[0] = {
      file: '',
      entry: `http://new.platform.test:${port}`,
      nameServers: [dns.zone],
      headers: {},
      run: 'run',
      tenant: 'tenant',
      collection: 'run',
      spec: {
        write: request,
        acknowledged: [200],
        rejected: [],
        read: { ...request, items: 'items', id: 'id', payload: 'payload', next: 'next' },
        clear: request,
      },
      rate: 1,
      writeTimeoutMs: 1000,
      readDeadlineMs: 1000,
    };
    const { nameServers: _, ...bySystem } = config;
    const outcomes = [];
    for (const one of [config, bySystem]) {
      const store = createStore(one, 1, systemClock);
      outcomes.push((await store.write([{ worker: 0, sequence: 1 }])).outcome);
      store.closeAll();
    }
    expect(outcomes).toEqual(['ok', 'info']);
  });

  it('does not keep that there was no answer', async () => {
    const later = stream('later', 'for ever');
    expect(await reaches(later)).toBe('dns');
    const config = { name: 'later.platform.test' };
    const made = createDnsRoute({
      zone: 'platform.test',
      ...config,
      type: 'A',
      regions: { a: ['127.0.0.1'] },
      servers: [dns.zone],
      resolvers: [],
      update: {
        kind: 'rfc2136',
        tsig: { name: 'drill', algorithm: 'hmac-sha256', secretFile: dns.secretFile },
      },
      shownWithinSeconds: 5,
    });
    await made.switch(['a'], context);
    expect(await reaches(later)).toBe('a');
  });
});
