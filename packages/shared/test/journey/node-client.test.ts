import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCookieJar } from '../../src/journey/cookie-jar.ts';
import { createNodeClient, type NodeClientSettings } from '../../src/journey/node-client.ts';
import type { HttpRequest, HttpResponse } from '../../src/journey/http.ts';

let server: Server;
let answer: RequestListener;

beforeEach(async () => {
  answer = (_request, response) => response.end('{}');
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  // However long a test is held up, a connection is kept.
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function ask(request: HttpRequest, settings: Partial<NodeClientSettings> = {}): Promise<HttpResponse> {
  const { port } = server.address() as AddressInfo;
  return createNodeClient({
    entry: `http://127.0.0.1:${port}`,
    headers: {},
    timeoutMs: 20_000,
    now: () => performance.now(),
    ...settings,
  }).request(request);
}

/** What the server was asked, answered with an empty object. */
async function seen(
  request: HttpRequest,
  settings?: Partial<NodeClientSettings>,
): Promise<{ readonly incoming: IncomingMessage; readonly body: string }> {
  const asked = Promise.withResolvers<{ incoming: IncomingMessage; body: string }>();
  answer = (incoming, response) => {
    text(incoming).then((body) => {
      asked.resolve({ incoming, body });
      response.end('{}');
    }, asked.reject);
  };
  await ask(request, settings);
  return asked.promise;
}

describe('what is sent', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('a %s with its whole content', async (method) => {
    const { incoming, body } = await seen({ method, path: '/things?a=1', json: { name: 'grün' } });
    expect(incoming.method).toBe(method);
    expect(incoming.url).toBe('/things?a=1');
    expect(incoming.headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({ name: 'grün' });
  });

  it('a POST without content, and says so', async () => {
    const { incoming, body } = await seen({ method: 'POST', path: '/' });
    expect(incoming.headers['content-length']).toBe('0');
    expect(body).toBe('');
  });

  it("the request's headers before those of the platform, whatever their case", async () => {
    const { incoming } = await seen(
      { path: '/', headers: { 'X-Tenant': 'b' } },
      { headers: { 'x-tenant': 'a', authorization: 'Bearer 1' } },
    );
    expect(incoming.headers['x-tenant']).toBe('b');
    expect(incoming.headers['authorization']).toBe('Bearer 1');
  });

  it('the cookies that an earlier answer set', async () => {
    const jar = createCookieJar(() => 0);
    answer = (_request, response) => response.setHeader('set-cookie', ['a=1', 'b=2; Path=/']).end('{}');
    await ask({ path: '/login' }, { jar });
    const { incoming } = await seen({ path: '/' }, { jar });
    expect(incoming.headers['cookie']).toBe('a=1; b=2');
  });
});

describe('what is answered', () => {
  it('comes with status, headers in lower case and text', async () => {
    answer = (_request, response) => response.writeHead(201, { 'X-Made': 'yes' }).end('{"id":7}');
    const { status, headers, text: said, json } = await ask({ path: '/' });
    expect(status).toBe(201);
    expect(headers['x-made']).toBe('yes');
    expect(said).toBe('{"id":7}');
    expect(json<unknown>()).toEqual({ id: 7 });
  });

  it('is a redirect as it is: it is not followed', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    const { status, headers } = await ask({ path: '/' });
    expect(status).toBe(302);
    expect(headers['location']).toBe('/elsewhere');
  });

  it('is unpacked where a server packs without being asked', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"packed":true}'));
    expect((await ask({ path: '/' })).json<unknown>()).toEqual({ packed: true });
  });

  it.each<[string, string, Buffer, string]>([
    ['packed by zstd', 'zstd', zstdCompressSync('text'), 'text'],
    ['packed by br, in capitals', 'BR', brotliCompressSync('text'), 'text'],
    ['nothing, although it is called packed', 'gzip', Buffer.alloc(0), ''],
    ['in a coding that nobody knows', 'aws-chunked', Buffer.from('text'), 'text'],
  ])('is read when it is %s', async (_, encoding, content, meant) => {
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(content);
    expect(await ask({ path: '/' })).toMatchObject({ status: 200, text: meant });
  });

  it('has no text when the connection changes its protocol', async () => {
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    expect(await ask({ path: '/', headers })).toMatchObject({ status: 101, text: '' });
  });

  it('is no JSON when it is none', async () => {
    answer = (_request, response) => response.end('<html>');
    expect((await ask({ path: '/' })).json<unknown>()).toBeUndefined();
  });
});

describe('no whole answer is status 0, with the reason', () => {
  it('nobody listens', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    other.close();
    await once(other, 'close');
    const { status, error } = await ask({ path: '/' }, { entry: `http://127.0.0.1:${port}` });
    expect([status, error]).toEqual([0, 'ECONNREFUSED']);
  });

  it('nothing comes in time', async () => {
    answer = () => undefined;
    const { status, error } = await ask({ path: '/', timeoutMs: 50 });
    expect([status, error]).toEqual([0, 'timed out']);
  });

  it('its body does not come in time', async () => {
    answer = (_request, response) => void response.writeHead(200).write('{');
    const { status, error } = await ask({ path: '/', timeoutMs: 50 });
    expect([status, error]).toEqual([0, 'timed out']);
  });

  it('the run is ended meanwhile', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('SIGINT'));
    const { status, error } = await ask({ path: '/' }, { signal: controller.signal });
    expect([status, error]).toEqual([0, 'SIGINT']);
  });

  it('its body breaks off', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      setTimeout(() => request.socket.destroy(), 20);
    };
    const { status, error } = await ask({ path: '/' });
    expect([status, error]).toEqual([0, 'ECONNRESET']);
  });

  it('its connection, whose end alone would end the body, is reset', async () => {
    answer = (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"half":');
      setTimeout(() => request.socket.resetAndDestroy(), 50);
    };
    const { status, error } = await ask({ path: '/' });
    expect([status, error]).toEqual([0, 'ECONNRESET']);
  });

  it('what is packed breaks off', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}').subarray(0, 10));
    expect((await ask({ path: '/' })).status).toBe(0);
  });
});

describe('an answer is read up to 16 MiB', () => {
  const MIB = 2 ** 20;
  const TOO_LONG = 'more than 16 MiB came, and no more is read';

  it('and one of that length is whole', async () => {
    answer = (_request, response) => response.end(Buffer.alloc(16 * MIB, 'x'));
    const { status, text: said } = await ask({ path: '/' });
    expect([status, said.length]).toEqual([200, 16 * MIB]);
  });

  it('and no further, however long it goes on', async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.once('close', closed.resolve);
      const more = (): void => {
        sent += 1;
        if (!response.destroyed) response.write(Buffer.alloc(MIB, 'x'), more);
      };
      more();
    };
    const { status, error } = await ask({ path: '/' });
    expect([status, error]).toEqual([0, TOO_LONG]);
    await closed.promise;
    expect(sent).toBeLessThan(64);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('unpacked as well, of what comes packed by %s', async (encoding, pack) => {
    const packed = pack(Buffer.alloc(16 * MIB + 1, 'x'));
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(packed);
    const { status, error } = await ask({ path: '/' });
    expect([status, error]).toEqual([0, TOO_LONG]);
  });
});

it('a connection that was closed while it was kept is made again', async () => {
  await ask({ path: '/' });
  // Closed at the server without the client's having heard of it when it asks again.
  let resets = 0;
  answer = (request, response) => {
    if (resets === 0) {
      resets += 1;
      request.socket.resetAndDestroy();
    } else response.end('{}');
  };
  const { status } = await ask({ path: '/' });
  expect([resets, status]).toEqual([1, 200]);
});
