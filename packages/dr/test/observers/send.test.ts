import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { freshConnections, pooledConnections } from '../../src/observers/connections.ts';
import { failureOf } from '../../src/observers/failure.ts';
import { send } from '../../src/observers/send.ts';
import { withGround } from './fixtures/ground.ts';

const get = { method: 'GET', path: '/', headers: {}, body: null } as const;
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => once(server.close(), 'close')));
});

async function serverThat(does: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => does(socket));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('an attempt', () => {
  it('whose answer lies in the buffer while its sender is stalled is good', () =>
    withGround(async ({ platform }) => {
      const connections = pooledConnections(platform.entry, 1000, 1);
      await send(connections, get, 1000, systemClock);
      const attempt = send(connections, get, 50, systemClock);
      await turn();
      const stalledUntil = systemClock.now() + 200;
      while (systemClock.now() < stalledUntil);
      expect(await attempt).toMatchObject({ kind: 'answer', status: 200 });
      connections.closeAll();
    }));

  it('that gets no answer has timed out, and nothing waits behind it', async () => {
    const entry = await serverThat(() => undefined);
    const connections = pooledConnections(entry, 200, 1);
    const results = await Promise.all([1, 2, 3].map(() => send(connections, get, 200, systemClock)));
    for (const result of results) {
      expect(result).toMatchObject({ kind: 'none', error: 'timeout', neverSent: false });
      expect(result.completed - result.sent).toBeGreaterThan(190);
      expect(result.completed - result.sent).toBeLessThan(350);
    }
  });

  it('whose body breaks off, or is reset, has no answer', async () => {
    const head = 'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nhalf';
    const torn = await serverThat((socket) => socket.end(head));
    const reset = await serverThat((socket) => socket.resetAndDestroy());
    const stuck = await serverThat((socket) => socket.write(head));
    const to = (entry: string) => send(freshConnections(entry, 300), get, 300, systemClock);
    expect(await to(torn)).toMatchObject({ kind: 'none', error: 'reset', neverSent: false });
    expect(await to(reset)).toMatchObject({ kind: 'none', error: 'reset', neverSent: false });
    expect(await to(stuck)).toMatchObject({ kind: 'none', error: 'timeout', neverSent: false });
  });

  it('that was refused was never sent', async () => {
    const entry = await serverThat(() => undefined);
    await Promise.all(servers.splice(0).map((server) => once(server.close(), 'close')));
    expect(await send(freshConnections(entry, 300), get, 300, systemClock)).toMatchObject({
      kind: 'none',
      error: 'refused',
      neverSent: true,
    });
  });
});

describe('a network error', () => {
  const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

  it('proves that nothing was sent only when every address refused', () => {
    const both = new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]);
    const one = new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')]);
    expect(failureOf(both)).toMatchObject({ error: 'refused', neverSent: true });
    expect(failureOf(one)).toMatchObject({ neverSent: false });
  });

  it.each([
    ['EMFILE', 'observer'],
    ['EADDRNOTAVAIL', 'observer'],
    ['ENOTFOUND', 'dns'],
    ['EHOSTUNREACH', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['EPIPE', 'reset'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
  ])('%s is %s, and in doubt sent', (code, error) => {
    expect(failureOf(withCode(code))).toMatchObject({ error, neverSent: false });
  });
});
