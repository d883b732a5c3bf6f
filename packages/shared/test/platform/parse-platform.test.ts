import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/platform/parse-platform.ts';
import { platformValue } from './platform-value.ts';

function mistakes(raw: unknown) {
  const result = parsePlatform(raw, 'platform.ts');
  return result.ok ? [] : result.diagnostics;
}

describe('parsePlatform', () => {
  it('takes a platform without mistakes', () => {
    expect(parsePlatform(platformValue(), 'platform.ts')).toMatchObject({ ok: true });
  });

  it('gives all mistakes at once, each with its place, what was expected and what was found', () => {
    const value = platformValue();
    const found = mistakes({
      ...value,
      entry: 'shop.example.com',
      timeoutMs: -1,
      objectives: { errors: { ...value.objectives['errors'], comparator: '=<' } },
      surprise: true,
    });
    const paths = found.map((one) => one.path);
    expect(paths).toContain('platform.ts: entry');
    expect(paths).toContain('platform.ts: timeoutMs');
    expect(paths.some((path) => path.includes('objectives.errors.comparator'))).toBe(true);
    expect(paths.some((path) => path.includes('surprise'))).toBe(true);
    for (const one of found) {
      expect(one.expected).not.toBe('');
      expect(one.found).not.toBe('');
      expect(one.hint).not.toBe('');
    }
  });

  it('takes no path that leads to another host', () => {
    const withUrl = (url: string) =>
      mistakes(platformValue({ health: [{ name: 'health', url, expectStatus: 200 }] }));
    expect(withUrl('https://replica.example/health')).toEqual([]);
    for (const url of ['//other.example/health', '/\\other.example/health']) {
      expect(withUrl(url)).toMatchObject([
        { path: 'platform.ts: health[0].url', hint: expect.stringContaining('"/other.example/health"') },
      ]);
    }
  });

  it('takes a usual load and its spike only within what may be offered', () => {
    const load = { baseline: 40, objectives: ['errors'] };
    expect(mistakes(platformValue({ load: { ...load, spike: 2.5 } }))).toEqual([]);
    expect(mistakes(platformValue({ load: { ...load, spike: 3 } }))).toEqual([
      {
        path: 'platform.ts: load.spike',
        expected: 'at most guardrails.maxRate (100/s)',
        found: '120/s',
        hint: 'correct one of the two',
      },
    ]);
  });

  it('takes what is promised of an autoscaler, and no bounds the wrong way round', () => {
    const api = {
      cluster: { context: 'test', uid: '00000000-0000-4000-8000-000000000000' },
      namespace: 'shop',
      name: 'api',
      replicas: { least: 2, most: 10 },
      targets: [
        { resource: 'cpu', utilization: 70 },
        { pods: 'requests', average: 100 },
      ],
      source: 'the document',
    } as const;
    expect(mistakes(platformValue({ autoscalers: { api } }))).toEqual([]);
    const replicas = { least: 11, most: 10 };
    expect(mistakes(platformValue({ autoscalers: { api: { ...api, replicas, targets: [] } } }))).toEqual([
      expect.objectContaining({ path: 'platform.ts: autoscalers.api.replicas.most' }),
      expect.objectContaining({ path: 'platform.ts: autoscalers.api.targets' }),
    ]);
  });

  it('takes a name, who is asked for it, and the regions that it usually leads to', () => {
    const named = {
      byName: { entry: 'http://app.example.com', servers: ['192.0.2.53:5353', '[2001:db8::1]:53'] },
      routes: { global: { driver: 'dns', config: {}, usually: ['a'] } },
      probes: [
        {
          name: 'fresh',
          connection: 'fresh',
          keepsName: 'not at all',
          request: { method: 'GET', path: '/' },
          expectStatus: 200,
        },
      ],
    } as const;
    const { regions } = platformValue();
    const [usual = ''] = regions;
    const value = { ...named, routes: { global: { ...named.routes.global, usually: [usual] } } };
    expect(mistakes(platformValue(value))).toEqual([]);
    const { byName: _, ...nameless } = value;
    expect(
      mistakes(
        platformValue({ ...nameless, routes: { global: { ...named.routes.global, usually: ['moon'] } } }),
      ),
    ).toEqual([
      expect.objectContaining({ path: 'platform.ts: routes["global"].usually', found: '"moon"' }),
      expect.objectContaining({ path: 'platform.ts: probes[0].keepsName', found: '"not at all"' }),
    ]);
    expect(
      mistakes(
        platformValue({
          ...value,
          // A name of a name server would have to be asked for somewhere itself.
          byName: { entry: 'app.example.com', servers: ['ns1.example.com', '10.0.0.2:99999'] },
        }),
      ).map(({ path }) => path),
    ).toEqual([
      'platform.ts: byName.entry',
      'platform.ts: byName.servers[0]',
      'platform.ts: byName.servers[1]',
    ]);
  });

  it.each(['http://192.0.2.10:8080', 'http://[2001:db8::10]/', 'http://3221225994/'])(
    'takes %s for no name, as nobody would be asked for it',
    (entry) => {
      expect(mistakes(platformValue({ byName: { entry, servers: ['192.0.2.53'] } }))).toEqual([
        expect.objectContaining({
          path: 'platform.ts: byName.entry',
          expected: expect.stringContaining('an address with a name in it'),
          found: JSON.stringify(entry),
        }),
      ]);
    },
  );

  it('takes no password in the entry, and does not repeat it', () => {
    const [found] = mistakes(platformValue({ entry: 'https://user:hunter2@shop.example.com' }));
    expect(found?.path).toBe('platform.ts: entry');
    expect(JSON.stringify(found)).toContain('headers.authorization');
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('takes who goes back from a deployment without us, unless that is nobody', () => {
    const api = { driver: 'command', config: {}, unattended: 'a CronJob' };
    expect(mistakes(platformValue({ deployments: { api } }))).toEqual([]);
    const [found] = mistakes(platformValue({ deployments: { api: { ...api, unattended: '' } } }));
    expect(found?.path).toBe('platform.ts: deployments.api.unattended');
  });

  it('names the nearest region for one that is not there', () => {
    const found = mistakes(
      platformValue({
        regions: ['us-east', 'eu-west'],
        tenants: [{ id: 'acme', allowedRegions: ['eu-wets'] }],
      }),
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.hint).toContain('eu-west');
  });

  it('takes a directory of tenants, and no password in its address', () => {
    const directory = { url: '/tenants', list: 'items', id: 'id', allowedRegions: 'regions' };
    const found = (changes: object) =>
      mistakes({ ...platformValue(), tenantDirectory: { ...directory, ...changes } });
    expect(found({})).toEqual([]);
    expect(found({ url: 'https://tenants.example.com/all' })).toEqual([]);
    for (const url of ['tenants', 'ftp://tenants.example.com', 'https://me:hunter2@tenants.example.com']) {
      expect(found({ url })).toMatchObject([{ path: 'platform.ts: tenantDirectory.url' }]);
      expect(JSON.stringify(found({ url }))).not.toContain('hunter2');
    }
    expect(found({ id: undefined })).toMatchObject([{ path: 'platform.ts: tenantDirectory.id' }]);
  });

  it('does not take a fault whose driver the guardrails do not allow', () => {
    const faults = { gone: { title: 'Gone', driver: 'proxy', config: {}, revives: 'nothing' as const } };
    expect(mistakes(platformValue({ faults }))[0]?.path).toContain('faults["gone"].driver');
  });

  it('takes no longer run than a timer can wait for: it would end at once', () => {
    const { guardrails } = platformValue();
    const longest = { ...guardrails, maxRunSeconds: 2_147_483 };
    expect(mistakes({ ...platformValue(), guardrails: longest })).toEqual([]);
    const longer = { ...guardrails, maxRunSeconds: 2_147_484 };
    expect(mistakes({ ...platformValue(), guardrails: longer })).toMatchObject([
      { path: 'platform.ts: guardrails.maxRunSeconds', expected: 'at most 2147483' },
    ]);
  });

  it('does not take NaN for a limit', () => {
    const value = platformValue();
    const objectives = { errors: { ...value.objectives['errors'], limit: Number.NaN } };
    expect(mistakes({ ...value, objectives })[0]?.path).toContain('limit');
  });

  it('does not take what cannot be sent, and does not repeat it', () => {
    const { prometheus } = platformValue();
    for (const [changes, place] of [
      [{ headers: { 'x own': 'secret' } }, 'prometheus.headers["x own"]'],
      [{ headers: { 'x-own': 'secret\n' } }, 'prometheus.headers.x-own'],
      [{ tenant: 'secret\n' }, 'prometheus.tenant'],
      [{ auth: { bearer: 'se cret' } }, 'prometheus.auth.bearer'],
    ] as const) {
      const found = mistakes(platformValue({ prometheus: { ...prometheus, ...changes } }));
      expect(found.map(({ path }) => path)).toEqual([`platform.ts: ${place}`]);
      expect(JSON.stringify(found)).not.toMatch(/se ?cret/);
      expect(found[0]?.hint).not.toBe('Correct the value.');
    }
    const read = { ...prometheus, auth: { bearer: 'token-of-a-file\n' } };
    expect(mistakes(platformValue({ prometheus: read }))).toEqual([]);
  });

  it('takes probes of every kind, and knows by the kind what one must have', () => {
    const request = { method: 'GET' as const, path: '/' };
    const good = [
      { name: 'read', connection: 'pooled' as const, request, expectStatus: 200 },
      { kind: 'http' as const, name: 'fresh', connection: 'fresh' as const, request, expectStatus: 200 },
      {
        kind: 'websocket' as const,
        name: 'socket',
        connection: 'pooled' as const,
        path: '/live',
        send: '{{id}}',
        expect: '{{id}}',
      },
      {
        kind: 'postgres' as const,
        name: 'rows',
        connection: 'fresh' as const,
        url: 'postgresql://shop:secret@db/shop',
        sql: 'SELECT 1',
      },
      {
        kind: 'redis' as const,
        name: 'keys',
        connection: 'fresh' as const,
        url: 'rediss://:secret@cache',
        command: ['PING'],
      },
    ];
    expect(mistakes(platformValue({ probes: good }))).toEqual([]);
    const bad = [
      { kind: 'postgres', name: 'rows', connection: 'fresh', url: 'mysql://shop:secret@db/shop', sql: '' },
      { kind: 'redis', name: 'keys', connection: 'kept', url: 'redis://cache', command: [] },
      { kind: 'telnet', name: 'old', connection: 'fresh' },
      { name: 'read', connection: 'fresh', request },
    ];
    const found = mistakes({ ...platformValue(), probes: bad });
    expect(found.map(({ path }) => path.replace('platform.ts: ', '')).sort()).toEqual([
      'probes[0].sql',
      'probes[0].url',
      'probes[1].command',
      'probes[1].connection',
      'probes[2].kind',
      'probes[3].expectStatus',
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});
