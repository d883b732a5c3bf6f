import { createServer } from 'node:http';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { routeDriverContract } from '@ordeal/shared/testing/route-driver-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDnsRoute, type DnsRouteConfig } from '../../../src/drivers/dns/config.ts';
import { createDnsRoute } from '../../../src/drivers/dns/route.ts';
import { sign } from '../../../src/drivers/dns/tsig.ts';
import { update as updateZone } from '../../../src/drivers/dns/update.ts';
import { testContext } from '../two-servers.ts';
import { bind, withoutBind, type Bind } from './bind.ts';

const missing = withoutBind();
const regions = { a: ['192.0.2.1'], b: ['192.0.2.2'] };

describe.skipIf(leftOut(missing))(`a DNS route${missing === undefined ? '' : ` (${missing})`}`, () => {
  const context = testContext();
  let dns: Bind;
  beforeAll(async () => {
    dns = await bind(30);
  });
  afterAll(async () => await dns?.dispose());

  function configOf(changes: Record<string, unknown> = {}): DnsRouteConfig {
    const parsed = parseDnsRoute(
      {
        zone: 'platform.test',
        name: 'app.platform.test',
        type: 'A',
        regions,
        servers: [dns.zone],
        update: { kind: 'rfc2136', tsig: { name: 'drill', secretFile: dns.secretFile } },
        shownWithinSeconds: 5,
        ...changes,
      },
      'here',
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
    return parsed.value;
  }

  describe('keeps the contract', () => {
    const cases = routeDriverContract(() => ({
      driver: createDnsRoute(configOf()),
      regions: ['a', 'b'],
      parse: parseDnsRoute,
      mistaken: {
        raw: {
          zone: 'platform.test',
          name: 'app.elsewhere.test',
          type: 'A',
          regions: { a: ['192.0.2.1'], b: ['192.0.2.1', 'not an address'] },
          servers: ['127.0.0.1'],
          update: { kind: 'rfc2136' },
        },
        places: ['.name', '.regions.b[0]', '.regions.b[1]'],
      },
      reached: async () => {
        const addresses = await dns.ask(dns.zone, 'app.platform.test');
        return addresses.map((one) => (one === '192.0.2.1' ? 'a' : 'b')).toSorted();
      },
    }));
    it.each(cases)('$name', async ({ run }) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });

  it('reads how long answers are kept, and tells what a resolver still says', async () => {
    const route = createDnsRoute(configOf({ resolvers: [dns.resolver, '127.0.0.1:1'] }));
    await route.switch(['a', 'b'], context);
    expect(await route.keptForSeconds(context)).toBe(30);
    expect(await dns.ask(dns.resolver, 'app.platform.test')).toEqual(['192.0.2.1', '192.0.2.2']);
    await route.switch(['b'], context);
    expect(await dns.ask(dns.zone, 'app.platform.test')).toEqual(['192.0.2.2']);
    const status = await route.status(context);
    expect(status.regions, 'the resolver keeps its answer').toEqual({ a: 'draining', b: 'active' });
    expect(status.detail[`resolver ${dns.resolver}`]).toMatch(/^192\.0\.2\.1, 192\.0\.2\.2, for \d+ s$/);
    expect(status.detail['resolver 127.0.0.1:1']).toContain('did not answer');
    await route.switch(['a', 'b'], context);
  });

  it('changes how long answers are kept where it is told to', async () => {
    const route = createDnsRoute(configOf({ ttl: 2 }));
    await route.switch(['a', 'b'], context);
    expect(await route.keptForSeconds(context)).toBe(2);
    await createDnsRoute(configOf({ ttl: 30 })).switch(['a', 'b'], context);
  });

  it('moves IPv6 addresses and names as well', async () => {
    const six = createDnsRoute(
      configOf({
        name: 'six.platform.test',
        type: 'AAAA',
        regions: { a: ['2001:db8::1'], b: ['2001:DB8::1:2'] },
      }),
    );
    await six.switch(['b'], context);
    expect((await six.status(context)).regions).toEqual({ a: 'out', b: 'active' });
    const alias = createDnsRoute(
      configOf({
        name: 'alias.platform.test',
        type: 'CNAME',
        regions: { a: ['a.edge.test'], b: ['b.edge.test'] },
      }),
    );
    await alias.switch(['b'], context);
    expect((await alias.status(context)).regions).toEqual({ a: 'out', b: 'active' });
    await expect(alias.switch(['a', 'b'], context)).rejects.toThrow('leads to one region');
  });

  it('says why a server does not take an update, and never takes that for done', async () => {
    const before = await dns.ask(dns.zone, 'app.platform.test');
    const update = (changes: object): unknown => ({
      kind: 'rfc2136',
      tsig: { name: 'drill', secretFile: dns.secretFile, ...changes },
    });
    const attempt = async (change: unknown): Promise<void> =>
      await createDnsRoute(configOf({ update: change })).switch(['b'], context);
    await expect(attempt(update({ secretFile: dns.wrongSecretFile }))).rejects.toThrow('BADSIG');
    await expect(attempt(update({ name: 'nobody' }))).rejects.toThrow('BADKEY');
    await expect(attempt({ kind: 'rfc2136' })).rejects.toThrow('REFUSED');
    const late = { ...context.clock, wall: () => context.clock.wall() - 3_600_000 };
    const route = createDnsRoute(configOf());
    await expect(route.switch(['b'], { ...context, clock: late })).rejects.toThrow('BADTIME');
    expect(await dns.ask(dns.zone, 'app.platform.test')).toEqual(before);
  });

  it('refuses a record that holds what nobody has named, and a server that does not hold the zone', async () => {
    const strange = createDnsRoute(configOf({ name: 'strange.platform.test' }));
    await expect(strange.switch(['a'], context)).rejects.toThrow('192.0.2.99, which is in no region');
    expect(await dns.ask(dns.zone, 'strange.platform.test')).toEqual(['192.0.2.99']);
    const other = createDnsRoute(configOf({ servers: [dns.resolver] }));
    await expect(other.status(context)).rejects.toThrow('does not hold app.platform.test itself');
    const dead = createDnsRoute(configOf({ servers: ['127.0.0.1:1'] }));
    await expect(dead.status(context)).rejects.toThrow('127.0.0.1:1 did not answer');
  });

  it('is changed by a command where the zone belongs to somebody else, and looks whether it was', async () => {
    const script = `server ${dns.zone.replace(':', ' ')}
key hmac-sha256:drill $(sed -n 's/.*secret "\\(.*\\)".*/\\1/p' ${dns.secretFile})
update delete $0 $1
$(for one in $(echo $3 | tr , ' '); do echo update add $0 $2 $1 $one; done)
send`;
    const argv = [
      'sh',
      '-c',
      `nsupdate <<EOF\n${script}\nEOF`,
      '{{name}}',
      '{{type}}',
      '{{ttl}}',
      '{{addresses}}',
    ];
    const route = createDnsRoute(configOf({ update: { kind: 'command', argv } }));
    await route.switch(['a'], context);
    expect(await dns.ask(dns.zone, 'app.platform.test')).toEqual(['192.0.2.1']);
    const idle = configOf({ update: { kind: 'command', argv: ['true'] }, shownWithinSeconds: 0.2 });
    await expect(createDnsRoute(idle).switch(['b'], context)).rejects.toThrow('does not show it after 0.2 s');
    await createDnsRoute(configOf()).switch(['a', 'b'], context);
  });

  it('sees a region die by its page, and does not guess without one', async () => {
    await expect(createDnsRoute(configOf()).health(context)).rejects.toThrow('DNS does not know');
    const server = createServer((_, response) => void response.end('well')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const route = createDnsRoute(
      configOf({
        regions: { a: ['127.0.0.1'], b: ['127.0.0.9'] },
        health: { url: `http://{{address}}:${port}/ready` },
      }),
    );
    expect(await route.health(context)).toEqual({ a: { up: 1, total: 1 }, b: { up: 0, total: 1 } });
    server.close();
    expect((await route.health(context))['a']).toEqual({ up: 0, total: 1 });
  });

  it.each([
    ['is not signed', (message: Buffer) => message],
    [
      "the answer's signature is wrong",
      // Signed with our key, but as no answer to what we have asked.
      (message: Buffer, config: DnsRouteConfig) => {
        const { tsig } = config.update as Extract<DnsRouteConfig['update'], { kind: 'rfc2136' }>;
        if (tsig === undefined) throw new Error('it has a key');
        return sign(message, tsig, context.clock.wall()).bytes;
      },
    ],
  ])('takes no "done" from a server whose answer %s', async (reason, answerOf) => {
    const config = configOf();
    const server = createTcpServer((socket) => {
      socket.on('data', (bytes) => {
        const id = bytes.subarray(2, 4);
        const done = Buffer.concat([id, Buffer.from([0xa8, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
        const answer = answerOf(done, config);
        socket.end(Buffer.concat([Buffer.from([0, answer.length]), answer]));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const liar = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const wanted = { regions: ['a'], addresses: ['192.0.2.1'], ttl: 30 };
    const before = { addresses: [], ttl: null };
    await expect(updateZone({ ...config, servers: [liar] }, before, wanted, context)).rejects.toThrow(reason);
    server.close();
  });

  it('does not change a record that somebody else has changed meanwhile', async () => {
    const route = createDnsRoute(configOf());
    await route.switch(['a', 'b'], context);
    const before = { addresses: ['192.0.2.1', '192.0.2.2'], ttl: 30 };
    await route.switch(['b'], context);
    const wanted = { regions: ['a'], addresses: ['192.0.2.1'], ttl: 30 };
    await expect(updateZone(configOf(), before, wanted, context)).rejects.toThrow('NXRRSET');
    const nothing = { addresses: [], ttl: null };
    await expect(updateZone(configOf(), nothing, wanted, context)).rejects.toThrow('YXRRSET');
    await route.switch(['a', 'b'], context);
  });
});
