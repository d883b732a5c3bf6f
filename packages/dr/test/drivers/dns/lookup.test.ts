import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDnsRoute } from '../../../src/drivers/dns/route.ts';
import type { DnsRouteConfig } from '../../../src/drivers/dns/config.ts';
import { freshConnections } from '../../../src/observers/connections.ts';
import { lookupThrough, type NameKeeping } from '../../../src/observers/lookup.ts';
import { send } from '../../../src/observers/send.ts';
import { testContext } from '../two-servers.ts';
import { bind, withoutBind, type Bind } from './bind.ts';

const missing = withoutBind();

describe.skipIf(missing !== undefined)(
  `a probe by name${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const context = testContext();
    let dns: Bind;
    let servers: readonly Server[];
    let port: number;
    let ahead = 0;
    /** The time of answers is passed by waiting for nobody. */
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };

    beforeAll(async () => {
      dns = await bind(60);
      const a = createServer((_, response) => void response.end('a')).listen(0, '127.0.0.1');
      await once(a, 'listening');
      port = (a.address() as AddressInfo).port;
      const b = createServer((_, response) => void response.end('b')).listen(port, '127.0.0.2');
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

    function prober(keeping: NameKeeping): () => Promise<string> {
      const lookup = lookupThrough([dns.zone], keeping, clock);
      const connections = freshConnections(`http://new.platform.test:${port}`, 1000, lookup);
      const request = { method: 'GET' as const, path: '/', headers: {}, body: null };
      return async () => {
        const sent = await send(connections, request, 1000, systemClock);
        return sent.kind === 'answer' ? sent.body : sent.detail;
      };
    }

    it('goes on to the old region for the TTL when it honours it, and for ever when it does not', async () => {
      const honours = prober('for its TTL');
      const ignores = prober('for ever');
      expect([await honours(), await ignores()]).toEqual(['a', 'a']);
      await route().switch(['b'], context);
      expect(await prober('for its TTL')(), 'one that has never asked').toBe('b');
      ahead += 30_000;
      expect([await honours(), await ignores()], 'half the TTL').toEqual(['a', 'a']);
      ahead += 31_000;
      expect([await honours(), await ignores()], 'the TTL is over').toEqual(['b', 'a']);
    });

    it('does not keep that there was no answer', async () => {
      const lookup = lookupThrough([dns.zone], 'for ever', clock);
      const connections = freshConnections(`http://later.platform.test:${port}`, 1000, lookup);
      const request = { method: 'GET' as const, path: '/', headers: {}, body: null };
      const attempt = async (): Promise<string> => (await send(connections, request, 1000, systemClock)).kind;
      expect(await attempt()).toBe('none');
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
      expect(await attempt()).toBe('answer');
    });
  },
);
