import { leftOut } from '@ordeal/shared/testing/left-out';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDnsRoute, type DnsRouteConfig } from '../../../src/drivers/dns/config.ts';
import { createDnsRoute } from '../../../src/drivers/dns/route.ts';
import { testContext } from '../two-servers.ts';
import { bind, withoutBind, type Bind } from './bind.ts';

const missing = withoutBind();
const name = 'app.platform.test';

/** A region is lost with the name server in it: the port is closed, or nothing comes back from it at all. */
const losses = [
  ['refuses', async (dns: Bind, which: 'zone' | 'secondary') => await dns.kill(which)],
  ['says nothing', async (dns: Bind, which: 'zone' | 'secondary') => await dns.freeze(which)],
] as const;

describe.skipIf(leftOut(missing))(
  `a DNS route of two servers${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let dns: Bind;
    let said: string[];
    const context = {
      ...testContext(AbortSignal.timeout(300_000)),
      say: (text: string) => void said.push(text),
    };
    beforeEach(async () => {
      said = [];
      dns = await bind(30, 'a secondary');
    }, 30_000);
    afterEach(async () => await dns?.dispose());

    function configOf(changes: Record<string, unknown> = {}): DnsRouteConfig {
      const parsed = parseDnsRoute(
        {
          zone: 'platform.test',
          name,
          type: 'A',
          regions: { a: ['192.0.2.1'], b: ['192.0.2.2'] },
          servers: [dns.zone, dns.secondary],
          update: { kind: 'rfc2136', tsig: { name: 'drill', secretFile: dns.secretFile } },
          shownWithinSeconds: 10,
          ...changes,
        },
        'here',
      );
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
      return parsed.value;
    }

    it.each(losses)(
      'leads away from a region whose name server %s, and says which',
      async (_, lose) => {
        const route = createDnsRoute(configOf());
        await route.switch(['a'], context);
        expect(await dns.ask(dns.secondary, name), 'every server that answers shows it').toEqual([
          '192.0.2.1',
        ]);
        expect(said).toEqual([]);
        await lose(dns, 'secondary');

        await route.switch(['b'], context);
        expect(await dns.ask(dns.zone, name)).toEqual(['192.0.2.2']);
        expect(said).toEqual([
          expect.stringMatching(
            `app.platform.test leads to b by every name server that answers, but the name server ${dns.secondary} did not answer: .* until it has the zone`,
          ),
        ]);
        const status = await route.status(context);
        expect(status.regions).toEqual({ a: 'out', b: 'active' });
        expect(status.detail[dns.zone]).toBe('192.0.2.2, for 30 s');
        expect(status.detail[dns.secondary]).toContain('did not answer');
        expect(await route.keptForSeconds(context)).toBe(30);
        expect(said.slice(1), 'said once').toEqual([
          expect.stringContaining(`${dns.secondary} did not answer`),
        ]);
        expect(await route.whyNoSwitch(undefined, context)).toEqual([]);
      },
      60_000,
    );

    it('waits for a server that comes back meanwhile with the old record', async () => {
      const route = createDnsRoute(configOf());
      await dns.freeze('secondary');
      const moving = route.switch(['b'], context);
      await context.clock.sleep(1000);
      dns.thaw('secondary');
      await moving;
      expect(await dns.ask(dns.secondary, name)).toEqual(['192.0.2.2']);
      expect(said).toEqual([]);
    }, 60_000);

    it.each(losses)(
      'says before a drill that the server which takes updates %s',
      async (_, lose) => {
        const route = createDnsRoute(configOf());
        await lose(dns, 'zone');
        expect(await route.whyNoSwitch(undefined, context)).toEqual([
          expect.stringMatching(`${dns.zone} did not answer: .* takes the updates of platform.test`),
        ]);
        expect((await route.status(context)).regions, 'as the other one says').toEqual({
          a: 'active',
          b: 'active',
        });
        await expect(route.switch(['b'], context)).rejects.toThrow(`${dns.zone} did not answer`);
      },
      60_000,
    );

    it('has no status when no server answers', async () => {
      const route = createDnsRoute(configOf());
      await dns.kill('zone');
      await dns.kill('secondary');
      for (const asked of [route.status(context), route.keptForSeconds(context)])
        await expect(asked).rejects.toThrow(`${dns.secondary} did not answer`);
    }, 60_000);

    it('takes any server for the zone where a command changes it', async () => {
      const route = createDnsRoute(
        configOf({
          servers: [dns.secondary, dns.zone],
          update: { kind: 'command', argv: ['true'] },
          shownWithinSeconds: 3,
        }),
      );
      await dns.kill('secondary');
      expect(await route.whyNoSwitch(undefined, context)).toEqual([]);
      await route.switch(['a', 'b'], context);
      expect(said).toEqual([expect.stringContaining(`${dns.secondary} did not answer`)]);
      await expect(route.switch(['b'], context)).rejects.toThrow(
        new RegExp(`${dns.zone} does not show it after 3 s .*${dns.secondary} did not answer`),
      );
    }, 60_000);
  },
);

describe('a DNS route, before a drill', () => {
  const raw = {
    zone: 'platform.test',
    name,
    type: 'CNAME',
    regions: { a: ['a.edge.test'], b: ['b.edge.test'] },
    servers: ['127.0.0.1:1'],
    update: { kind: 'command', argv: ['true'] },
    updatesIn: 'a',
  };

  it('says that nothing is updated without the region in which updates are taken', async () => {
    const parsed = parseDnsRoute(raw, 'here');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
    const route = createDnsRoute(parsed.value);
    expect(await route.whyNoSwitch('a', testContext())).toEqual([
      expect.stringMatching(/^updates of platform.test are taken in region a, .* take them elsewhere/),
    ]);
    expect(await route.whyNoSwitch('b', testContext())).toEqual([]);
    expect(route.whyNever(['b'])).toBeUndefined();
    expect(route.whyNever(['a', 'b'])).toContain('leads to one region');
    expect(route.whyNever(['c'])).toContain('found c');
    const mistaken = parseDnsRoute({ ...raw, updatesIn: 'c' }, 'here');
    expect(mistaken.ok ? [] : mistaken.diagnostics.map(({ path }) => path)).toEqual(['here.updatesIn']);
  });
});
