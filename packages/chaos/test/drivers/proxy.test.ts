import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { kill } from 'node:process';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { faultDriverContract } from '@ordeal/shared/testing/fault-driver-contract';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyDriver } from '../../src/drivers/proxy.ts';
import type { ProxyConfig } from '../../src/drivers/proxy/config.ts';
import { freePort, startToxiproxy, type ToxiproxyFixture } from '../fixtures/toxiproxy.ts';
import { healElsewhere } from '../fixtures/supervised.ts';

let toxiproxy: ToxiproxyFixture;
let said: string[] = [];

beforeAll(async () => {
  toxiproxy = await startToxiproxy();
});
afterAll(() => toxiproxy.stop());

const mistaken = {
  raw: { api: 'nowhere', proxies: [], toxic: { type: 'latency', latency: -1 }, more: 1 },
  places: ['.api', '.proxies', '.toxic.latency', '.more'],
};

describe.each([
  ['timeout', { type: 'timeout' }],
  ['down', { type: 'down' }],
  ['reset_peer', { type: 'reset_peer', timeout: 0 }],
  ['latency', { type: 'latency', latency: 10_000 }],
])('the proxy driver with %s', (_, toxic) => {
  const cases = faultDriverContract(() => ({
    driver: proxyDriver,
    raw: { api: toxiproxy.api, proxies: ['one', 'two'], toxic },
    empty: configOf({ api: toxiproxy.api, proxies: ['three'], toxic }),
    mistaken,
    works: async () => (await toxiproxy.serves('one')) && toxiproxy.serves('two'),
    healElsewhere,
  }));
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe('the proxy driver', () => {
  it.each([
    { type: 'bandwidth', rate: 1 },
    { type: 'slow_close', delay: 500 },
    { type: 'timeout', timeout: 50 },
  ])('puts in and takes out %o', async (toxic) => {
    const config = configOf({ api: toxiproxy.api, proxies: ['one'], toxic });
    await proxyDriver.inject(config, context());
    expect((await toxiproxy.toxics('one')).every((name) => name.startsWith(`ordeal-${toxic.type}-`))).toBe(
      true,
    );
    expect((await toxiproxy.toxics('one')).length).toBe(toxic.type === 'slow_close' ? 1 : 2);
    await proxyDriver.heal(entryOf(config), context());
    expect(await toxiproxy.toxics('one')).toEqual([]);
  });

  it('leaves toxics alone that are not its own', async () => {
    await toxiproxy.send('POST', '/proxies/one/toxics', {
      name: 'theirs',
      type: 'latency',
      attributes: { latency: 1 },
    });
    const config = timeout(['one']);
    await proxyDriver.inject(config, context());
    await proxyDriver.heal(entryOf(config), context());
    expect(await toxiproxy.toxics('one')).toEqual(['theirs']);
    expect(await proxyDriver.status(config, context())).toEqual({ state: 'absent' });
    await toxiproxy.send('DELETE', '/proxies/one/toxics/theirs');
  });

  it('shows a fault that is in at one of two proxies, or in one direction only, as present', async () => {
    const config = timeout(['one', 'two']);
    await proxyDriver.inject(config, context());
    const [upstream = ''] = await toxiproxy.toxics('one');
    await proxyDriver.heal(entryOf(timeout(['two'])), context());
    await toxiproxy.send('DELETE', `/proxies/one/toxics/${upstream}`);
    expect(await proxyDriver.status(config, context())).toMatchObject({ state: 'present' });
    await proxyDriver.heal(entryOf(config), context());
    expect(await toxiproxy.toxics('one')).toEqual([]);
  });

  it('does not touch a proxy that somebody else has disabled', async () => {
    await toxiproxy.send('POST', '/proxies/two', { enabled: false });
    await expect(proxyDriver.targets(timeout(['one', 'two']), context())).rejects.toThrow(
      /"two" is disabled already/,
    );
    await toxiproxy.send('POST', '/proxies/two', { enabled: true });
  });

  it('never takes the 404 of another server for healed', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('404 page not found'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const config = { ...timeout(['one']), api: `http://127.0.0.1:${(other.address() as AddressInfo).port}` };
    await expect(proxyDriver.heal(entryOf(config), context())).rejects.toThrow(
      /answered 404.*Toxiproxy's API/,
    );
    expect(await proxyDriver.status(config, context())).toMatchObject({ state: 'unknown' });
    other.close();
  });

  it('never takes a Toxiproxy that hangs for healed', async () => {
    const config = timeout(['one']);
    kill(toxiproxy.pid, 'SIGSTOP');
    try {
      await expect(proxyDriver.heal(entryOf(config), context())).rejects.toThrow(/no answer/);
    } finally {
      kill(toxiproxy.pid, 'SIGCONT');
    }
  });

  it('takes a Toxiproxy that refuses connections for healed, and says so', async () => {
    const lost = await startToxiproxy();
    const config = { ...timeout(['one']), api: lost.api };
    await proxyDriver.inject(config, context());
    await lost.kill();
    said = [];
    await proxyDriver.heal(entryOf(config), context());
    expect(said.join(' ')).toMatch(/refuses connections.*gone with it/);
    await expect(proxyDriver.targets(config, context())).rejects.toThrow(/refuses connections/);
    await lost.stop();
  });

  it('names the address when nobody is there to inject into', async () => {
    const api = `http://127.0.0.1:${await freePort()}`;
    await expect(proxyDriver.inject({ ...timeout(['one']), api }, context())).rejects.toThrow(api);
  });
});

function timeout(proxies: string[]): ProxyConfig {
  return configOf({ api: toxiproxy.api, proxies, toxic: { type: 'timeout' } });
}

function configOf(raw: unknown): ProxyConfig {
  const parsed = proxyDriver.parse(raw, 'config');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

function context(): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(20_000), say: (message) => said.push(message) };
}

function entryOf(config: ProxyConfig): UndoEntry {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver: 'proxy',
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing',
  };
}
