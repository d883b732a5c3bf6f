import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createPrometheus } from '../../src/prometheus/client.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { hastyClock } from './hasty-clock.ts';
import { answering, deadHost, failure, serve, vector } from './scripted-server.ts';

const TIMEOUT_MS = 20_000;
const WALL = Date.UTC(2026, 0, 1, 12, 0, 0);

/** A client whose pauses take no time, and are written down. */
function hasty(host: string, mostBytes?: number) {
  const { clock, pauses } = hastyClock(TIMEOUT_MS, WALL);
  const client = createPrometheus({ url: `http://${host}`, scrapeIntervalSeconds: 1, targets: [] }, clock, {
    timeoutMs: TIMEOUT_MS,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
  return { client, pauses };
}

/** Fails as often as it is told to, then answers. Counts what it was asked. */
function failing(times: number, how: RequestListener): { readonly listener: RequestListener; asked: number } {
  const server = {
    asked: 0,
    listener: ((request, response) => {
      server.asked += 1;
      if (server.asked <= times) how(request, response);
      else response.end(vector(['1']));
    }) satisfies RequestListener,
  };
  return server;
}

const passing: readonly (readonly [string, RequestListener])[] = [
  ['a connection that broke', (request) => void request.socket.destroy()],
  [
    'a connection that broke within the answer',
    (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"status":', () => {
        request.socket.destroy();
      });
    },
  ],
  ['429', answering(429, failure('too_many_requests', 'slow down'))],
  ['502', answering(502, '<html>bad gateway</html>')],
  ['503', answering(503, failure('unavailable', 'not ready'))],
  ['504', answering(504, '')],
];

describe.each(passing)('%s', (_name, how) => {
  test('is asked again until it answers', async () => {
    const server = failing(2, how);
    const { client, pauses } = hasty(await serve(server.listener));
    expect((await client.instant('x')).ok).toBe(true);
    expect(pauses).toEqual([150, 300]);
  });

  test('is given up after the third time', async () => {
    const server = failing(9, how);
    const { client } = hasty(await serve(server.listener));
    const answer = await client.instant('x');
    expect(answer.ok).toBe(false);
    expect(server.asked).toBe(3);
  });
});

test.each([
  ['400', answering(400, failure('bad_data', 'parse error'))],
  ['401', answering(401, 'who are you?')],
  ['404', answering(404, '404 page not found')],
  ['422', answering(422, failure('execution', 'too many samples'))],
  ['500', answering(500, 'oops')],
  ['a query that timed out over there', answering(503, failure('timeout', 'query timed out'))],
  ['a query that failed over there', answering(503, failure('execution', 'expanding series'))],
  ['a redirect', answering(302, '', { location: 'http://127.0.0.1:9/' })],
  ['an answer that is malformed', answering(200, '{"status":"success"}')],
])('%s is never asked again', async (_name, how) => {
  const server = failing(9, how);
  const { client } = hasty(await serve(server.listener));
  expect((await client.instant('x')).ok).toBe(false);
  expect(server.asked).toBe(1);
});

describe('a server that says for how long to wait', () => {
  test.each([
    ['in seconds', '7', 7000],
    ['as a date', new Date(WALL + 9000).toUTCString(), 9000],
    ['in words that mean nothing', 'soon', 150],
    ['as a date that is past', new Date(WALL - 9000).toUTCString(), 150],
  ])('%s is given that time', async (_name, value, expected) => {
    const server = failing(1, answering(503, '', { 'retry-after': value }));
    const { client, pauses } = hasty(await serve(server.listener));
    expect((await client.instant('x')).ok).toBe(true);
    expect(pauses).toEqual([expected]);
  });

  test('is not asked again when that is longer than there is time', async () => {
    const server = failing(1, answering(503, '', { 'retry-after': '60' }));
    const { client, pauses } = hasty(await serve(server.listener));
    expect(await client.instant('x')).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(pauses).toEqual([]);
    expect(server.asked).toBe(1);
  });
});

test('a server that nobody runs is tried again', async () => {
  const { client, pauses } = hasty(await deadHost());
  const answer = await client.instant('x');
  expect(!answer.ok && answer.error.message).toContain('cannot be reached (ECONNREFUSED)');
  expect(pauses).toHaveLength(2);
});

describe('an answer that is too long', () => {
  const MOST = 100_000;
  const endless: RequestListener = (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  const bomb = gzipSync('x'.repeat(10_000_000));

  test.each([
    ['endless', endless],
    ['long', answering(200, vector(['1']) + ' '.repeat(MOST))],
    ['long once it is unpacked', answering(200, bomb, { 'content-encoding': 'gzip' })],
    ['an endless failure', (request, response) => endless(request, response.writeHead(500))],
  ] satisfies readonly (readonly [string, RequestListener])[])(
    '%s is not read to its end',
    async (_name, how) => {
      const { client } = hasty(await serve(how), MOST);
      const answer = await client.instant('x');
      expect(answer).toMatchObject({ ok: false, error: { kind: 'refused-query' } });
      expect(!answer.ok && answer.error.message).toContain('longer than 0.1 MB');
    },
  );

  test('one that just fits is read', async () => {
    const body = vector(['1']);
    const { client } = hasty(await serve(answering(200, body)), body.length);
    expect((await client.instant('x')).ok).toBe(true);
  });
});

describe('a packed answer', () => {
  const packed = (body: Buffer, coding: string): RequestListener =>
    answering(200, body, { 'content-encoding': coding });

  test('is unpacked', async () => {
    const { client } = hasty(await serve(packed(gzipSync(vector(['1'])), 'gzip')));
    expect((await client.instant('x')).ok).toBe(true);
  });

  test.each([
    ['broken', packed(Buffer.from('no gzip at all'), 'gzip')],
    ['cut off', packed(gzipSync(vector(['1'])).subarray(0, 30), 'gzip')],
    ['packed in another way', packed(Buffer.from(vector(['1'])), 'br')],
    ['not in UTF-8', answering(200, Buffer.from(vector(['1']).replace('place', 'pl\u00e4ce'), 'latin1'))],
  ])('that is %s is malformed', async (_name, how) => {
    const { client } = hasty(await serve(how));
    expect(await client.instant('x')).toMatchObject({ ok: false, error: { kind: 'malformed' } });
  });
});

test('the clock is read between the two instants of the attempt that was answered', async () => {
  const body = JSON.stringify({
    status: 'success',
    data: { resultType: 'scalar', result: [1_700_000_000.123, '1700000000.123'] },
  });
  const server = failing(1, (request) => void request.socket.destroy());
  let broken = 0;
  const host = await serve((request, response) => {
    if (server.asked === 0) {
      broken = systemClock.now();
      server.listener(request, response);
    } else response.end(body);
  });
  const answer = await hasty(host).client.clock();
  if (!answer.ok) throw new Error(answer.error.message);
  const { serverWallMs, sentMonotonic, receivedMonotonic } = answer.value;
  expect(serverWallMs).toBe(1_700_000_000_123);
  expect(sentMonotonic).toBeGreaterThan(broken);
  expect(receivedMonotonic).toBeGreaterThan(sentMonotonic);
});
