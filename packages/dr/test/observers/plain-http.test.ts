import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { FilledRequest } from '@ordeal/shared/platform/template';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { responseReader, type Reading } from '../../src/observers/plain-http/response.ts';
import { sendPlain } from '../../src/observers/plain-http/send-plain.ts';
import { wiresTo, type Wires } from '../../src/observers/plain-http/wire.ts';

const get: FilledRequest = { method: 'GET', path: '/', headers: {}, body: null };
const open: { readonly servers: Server[]; readonly pools: Wires[] } = { servers: [], pools: [] };

afterEach(async () => {
  for (const pool of open.pools.splice(0)) pool.closeAll();
  await Promise.all(open.servers.splice(0).map((server) => once(server.close(), 'close')));
});

const whole = (status: number, keptMs = 4000): Reading => ({ state: 'whole', status, keptMs });
const chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** Each comes as one part, in two parts of every size, and byte by byte: all the same. */
describe('an answer, however it is cut', () => {
  it.each<readonly [string, string, Reading]>([
    ['with a length', 'HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nbody', whole(201)],
    ['without a body', 'HTTP/1.1 204 No Content\r\nx: 1\r\n\r\n', whole(204)],
    ['with nothing in it', 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n', whole(503)],
    ['in chunks', `${chunks}4\r\nbody\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n`, whole(200)],
    ['in chunks, with a trailer', `${chunks}4\r\n\r\n\r\n\r\n0\r\nsum: 1\r\n\r\n`, whole(200)],
    [
      'after another head',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n!',
      whole(200),
    ],
    ['that closes', 'HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 2\r\n\r\nok', whole(200, 0)],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', whole(200, 0)],
    [
      'that keeps for a while',
      'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=7\r\ncontent-length: 0\r\n\r\n',
      whole(200, 6000),
    ],
    ['without a reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', whole(200)],
    [
      'of another protocol',
      'SSH-2.0-x\r\n\r\n',
      { state: 'wrong', problem: 'it is no answer of HTTP/1: SSH-2.0-x' },
    ],
    [
      'with a chunk that is too long',
      `${chunks}1\r\nab\r\n`,
      { state: 'wrong', problem: 'a chunk of it is longer than it said' },
    ],
    [
      'with two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      { state: 'wrong', problem: 'its content-length is 2' },
    ],
  ])('%s', (_what, text, result) => {
    const bytes = Buffer.from(text, 'latin1');
    const read = (parts: readonly Buffer[]): readonly Reading[] => {
      const reader = responseReader('GET');
      return parts.map((part) => reader.take(part)).filter(({ state }) => state !== 'more');
    };
    expect(read([bytes])[0]).toEqual(result);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])[0], `cut at ${cut}`).toEqual(result);
    }
    expect(read(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))[0]).toEqual(result);
  });

  it('that has no end but the connection’s is whole only then, and any other is not', () => {
    const endless = responseReader('GET');
    expect(endless.take(Buffer.from('HTTP/1.1 200 OK\r\n\r\nmore'))).toEqual({ state: 'more' });
    expect(endless.end()).toEqual(whole(200, 0));
    for (const torn of [
      '',
      'HTTP/1.1 200',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
      `${chunks}4\r\nbody\r\n`,
    ]) {
      const reader = responseReader('GET');
      reader.take(Buffer.from(torn));
      expect(reader.end()).toEqual({ state: 'wrong', problem: 'it broke off' });
    }
  });

  it('to HEAD has no body, whatever it says of one', () => {
    expect(responseReader('HEAD').take(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'))).toEqual(
      whole(200),
    );
  });
});

async function listen(server: Server): Promise<string> {
  open.servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function poolOf(origin: string, kept: Parameters<typeof wiresTo>[2]): Wires {
  const made = wiresTo(origin, systemClock, kept);
  open.pools.push(made);
  return made;
}

const socketsThat = (does: (socket: Socket) => void): Promise<string> =>
  listen(
    createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', () => does(socket));
    }),
  );

describe('a wire', () => {
  const ask = (to: Wires, request = get, timeoutMs = 300) => sendPlain(to, request, timeoutMs, systemClock);

  it('carries one request after the other, and a body as it is', async () => {
    let connections = 0;
    const heard: string[] = [];
    const answer: RequestListener = (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        heard.push(`${request.method} ${request.url} ${request.headers['x-run']} ${text}`);
        // Without a length: in chunks.
        response.writeHead(201);
        response.write('one');
        response.end('two');
      });
    };
    const server = createHttp(answer).on('connection', () => (connections += 1));
    const pool = poolOf(await listen(server), { least: 1 });
    const request: FilledRequest = {
      method: 'POST',
      path: '/items?a=1',
      headers: { 'x-run': 'r' },
      body: '{"é":"☃"}',
    };
    for (let round = 0; round < 3; round += 1) {
      expect(await ask(pool, request, 5000)).toMatchObject({ kind: 'answer', status: 201 });
    }
    expect(heard).toEqual(Array.from({ length: 3 }, () => 'POST /items?a=1 r {"é":"☃"}'));
    expect(connections).toBe(1);
  });

  it('is left out before its server closes it, and once it has', async () => {
    let connections = 0;
    const server = createHttp((_, response) => response.end('well')).on(
      'connection',
      () => (connections += 1),
    );
    server.keepAliveTimeout = 1000;
    const soon = poolOf(await listen(server), { least: 1 });
    await ask(soon, get, 5000);
    await ask(soon, get, 5000);
    expect(connections, 'it says that it keeps it for one second').toBe(2);
    const closing = poolOf(
      await socketsThat((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
      { least: 1 },
    );
    for (let round = 0; round < 3; round += 1) {
      expect(await ask(closing, get, 5000)).toMatchObject({ kind: 'answer', status: 200 });
      await systemClock.sleep(50);
    }
  });

  it('takes nothing for an answer that came unasked', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    let count = 0;
    const pool = poolOf(
      await socketsThat((socket) => {
        count += 1;
        socket.write(count === 1 ? ok : 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n');
        if (count === 1) setTimeout(() => socket.write(ok), 20);
      }),
      { least: 1 },
    );
    expect(await ask(pool, get, 5000)).toMatchObject({ status: 200 });
    await systemClock.sleep(200);
    expect(await ask(pool, get, 5000)).toMatchObject({ status: 500 });
  });

  it('whose answer breaks off, is reset, never comes, is no HTTP or is refused, says so', async () => {
    const head = 'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nhalf';
    const to = async (does: (socket: Socket) => void) => ask(poolOf(await socketsThat(does), 'fresh'));
    expect(await to((socket) => socket.end(head))).toMatchObject({ error: 'reset', neverSent: false });
    expect(await to((socket) => socket.resetAndDestroy())).toMatchObject({
      error: 'reset',
      neverSent: false,
    });
    expect(await to((socket) => socket.write(head))).toMatchObject({ error: 'timeout', neverSent: false });
    expect(await to((socket) => socket.write('SSH-2.0-x\r\n\r\n'))).toMatchObject({ error: 'protocol' });
    const origin = await socketsThat(() => undefined);
    await Promise.all(open.servers.splice(0).map((server) => once(server.close(), 'close')));
    expect(await ask(poolOf(origin, 'fresh'))).toMatchObject({ error: 'refused', neverSent: true });
  });

  it('says of an empty body that it is empty, where one is expected: there are servers that refuse it else', async () => {
    const heard: (string | undefined)[] = [];
    const server = createHttp((request, response) => {
      heard.push(request.headers['content-length']);
      response.end();
    });
    const pool = poolOf(await listen(server), 'fresh');
    for (const method of ['POST', 'PUT', 'GET', 'DELETE'] as const) await ask(pool, { ...get, method }, 5000);
    expect(heard).toEqual(['0', '0', undefined, undefined]);
  });

  it('sends nothing with a line of its own in it', async () => {
    let heard = 0;
    const pool = poolOf(await socketsThat(() => (heard += 1)), 'fresh');
    const smuggling: FilledRequest = { ...get, headers: { 'x-run': 'a\r\nx-admin: 1' } };
    expect(await ask(pool, smuggling)).toMatchObject({ kind: 'none', error: 'protocol' });
    expect(heard).toBe(0);
  });
});
