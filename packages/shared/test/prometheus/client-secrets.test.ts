import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { PrometheusSettings } from '../../src/platform/platform.ts';
import { createPrometheus } from '../../src/prometheus/client.ts';
import { createRedactor } from '../../src/prometheus/secrets.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { hastyClock } from './hasty-clock.ts';
import { deadHost, serve } from './scripted-server.ts';

const dir = mkdtempSync(join(tmpdir(), 'ordeal-token-'));
const tokenFile = join(dir, 'token');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Signs that each way of writing treats in its own way, and long enough to be cut in the middle. */
const SECRET = `Zq7/pL+9 &<"x'>=%41${'vK3m'.repeat(20)}`;
/** No form of the secret may leave this much of itself, and nothing else holds it. */
const TRACES = ['Zq7', 'pL+9', 'pL%2B9', 'vK3m', Buffer.from(SECRET).toString('base64').slice(0, 12)];
const encoded = encodeURIComponent(SECRET);
const basic = Buffer.from(`someone:${SECRET}`).toString('base64');

type Place = (host: string) => Pick<PrometheusSettings, 'url'> & Partial<PrometheusSettings>;

const places: readonly (readonly [string, Place])[] = [
  ['a bearer token', (host) => ({ url: `http://${host}`, auth: { bearer: SECRET } })],
  ['the file of a bearer token', (host) => ({ url: `http://${host}`, auth: { bearerFile: tokenFile } })],
  ['a password', (host) => ({ url: `http://${host}`, auth: { user: 'someone', password: SECRET } })],
  ['the address', (host) => ({ url: `http://someone:${encoded}@${host}` })],
  ["the address's query", (host) => ({ url: `http://${host}/?key=${encoded}` })],
  ['a header', (host) => ({ url: `http://${host}`, headers: { 'x-api-key': SECRET } })],
  [
    'an Authorization header',
    (host) => ({ url: `http://${host}`, headers: { Authorization: `Key ${SECRET}` } }),
  ],
  ['the tenant', (host) => ({ url: `http://${host}`, tenant: SECRET })],
  ['a parameter', (host) => ({ url: `http://${host}`, parameters: { extra_label: SECRET } })],
];

/** Everything that was sent, as it was sent and taken apart, and the secret in whatever form one can write it in. */
async function echo(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += String(part);
  const html = SECRET.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    request.url,
    JSON.stringify(request.headers),
    body,
    SECRET,
    encoded,
    encoded.toLowerCase(),
    encodeURIComponent(encoded),
    encodeURI(SECRET),
    new URLSearchParams({ a: SECRET }).toString(),
    html,
    html.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
    JSON.stringify(SECRET),
    basic,
    ...[SECRET, basic, encodeURIComponent(basic)].map((text) => Buffer.from(text).toString('base64')),
  ].join(' | ');
}

const echoing =
  (status: number, write: (text: string) => string): RequestListener =>
  async (request, response) => {
    const text = await echo(request);
    response
      .writeHead(status, { location: `http://login.example/?back=${encodeURIComponent(text)}` })
      .end(write(text));
  };

const redirecting =
  (location: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(307, { location }).end();

const plain = (text: string): string => text;
const vectorOf = (value: unknown): unknown => ({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [1, value] }] },
});
/** So that the secret lies where a long text is cut. */
const shifted = (text: string): string => `${'. '.repeat(95)}${text.slice(text.indexOf(SECRET))}`;

const failures: readonly (readonly [string, RequestListener | 'dead' | 'no HTTP'])[] = [
  ['dead', 'dead'],
  ['speaking no HTTP', 'no HTTP'],
  ['hung', () => undefined],
  [
    'hung in the middle',
    async (request, response) => void response.writeHead(200).write(await echo(request)),
  ],
  ['breaking off', (request) => void request.socket.destroy()],
  ['echoing with 401', echoing(401, plain)],
  ['echoing with 500', echoing(500, plain)],
  ['echoing with 502', echoing(502, plain)],
  ['echoing where it is cut', echoing(500, shifted)],
  ['echoing in a redirect', echoing(302, plain)],
  ['redirecting to the secret itself', redirecting(`https://${SECRET}.example/`)],
  ['redirecting to its base64', redirecting(`https://${basic}.example/`)],
  ['redirecting to the secret as a password', redirecting(`https://user:${encoded}@a.example/`)],
  [
    'echoing in a failure of the API',
    echoing(400, (text) => JSON.stringify({ status: 'error', errorType: text, error: text })),
  ],
  [
    "echoing in Go's JSON",
    echoing(500, (text) => JSON.stringify({ text }).replaceAll('&', '\\u0026').replaceAll('<', '\\u003c')),
  ],
  ['echoing text that is no JSON', echoing(200, plain)],
  ['echoing HTML', echoing(200, (text) => `<html>${text}</html>`)],
  ['echoing in a value', echoing(200, (text) => JSON.stringify(vectorOf(text)))],
  [
    'echoing in a key',
    echoing(200, (text) => JSON.stringify({ status: 'success', data: { resultType: text } })),
  ],
  [
    "echoing in a label's name",
    echoing(200, (text) =>
      JSON.stringify({
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: { [text]: 1 }, value: [1, '1'] }] },
      }),
    ),
  ],
  [
    'echoing in warnings',
    echoing(200, (text) =>
      JSON.stringify({ ...(vectorOf('1') as object), warnings: [text], infos: [shifted(text)] }),
    ),
  ],
];

describe.each(failures)('a server that is %s', (name, how) => {
  test.each(places)('tells nobody what is in %s', async (_place, place) => {
    writeFileSync(tokenFile, `${SECRET}\n`);
    const host = await hostOf(how);
    const timeoutMs = name.startsWith('hung') ? 100 : 20_000;
    const { clock } = hastyClock(timeoutMs);
    const client = createPrometheus({ scrapeIntervalSeconds: 1, targets: [], ...place(host) }, clock, {
      timeoutMs,
    });
    const said: unknown[] = [];
    for (const asked of [client.instant('up'), client.alertRules(), client.rawSamples('up', 1000, 2000)]) {
      said.push(await asked);
    }
    const printed = inspect(said, { depth: Infinity, showHidden: true, maxStringLength: Infinity });
    expect(printed.includes("'timed-out'")).toBe(name.startsWith('hung'));
    for (const text of [printed, JSON.stringify(said)]) {
      for (const trace of [...TRACES, basic.slice(12, 24)]) {
        expect(text.toLowerCase()).not.toContain(trace.toLowerCase());
      }
    }
  });
});

async function hostOf(how: RequestListener | 'dead' | 'no HTTP'): Promise<string> {
  if (how === 'dead') return deadHost();
  if (how !== 'no HTTP') return serve(how);
  const host = await deadHost();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.end(`${SECRET}${String(data)}`));
  });
  server.listen(Number(host.split(':')[1]), '127.0.0.1').unref();
  return host;
}

describe('settings that cannot be used are refused without being repeated', () => {
  const newline = `${SECRET}\nvK3m`;
  test.each([
    ['a header', { headers: { 'x-api-key': newline } }],
    ["a header's name", { headers: { [`x ${SECRET}`]: 'x' } }],
    ['a tenant', { tenant: newline }],
    ['a bearer token', { auth: { bearer: newline } }],
  ])('%s', (_name, settings) => {
    let thrown: unknown;
    try {
      createPrometheus({ url: 'http://x', scrapeIntervalSeconds: 1, targets: [], ...settings }, systemClock);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect((thrown as Error).message).toContain('a character that no header may have');
    expect(inspect(thrown, { showHidden: true })).not.toContain('vK3m');
  });

  test('a token file with several lines', async () => {
    writeFileSync(tokenFile, newline);
    const settings = { url: 'http://127.0.0.1:9', auth: { bearerFile: tokenFile } };
    const client = createPrometheus({ scrapeIntervalSeconds: 1, targets: [], ...settings }, systemClock);
    const answer = await client.instant('up');
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(JSON.stringify(answer)).not.toContain('vK3m');
  });
});

describe('a redactor', () => {
  const redactorOf = (...secrets: readonly string[]) => {
    const redactor = createRedactor();
    redactor.learn(secrets);
    return redactor.redact;
  };

  test('blanks secrets that overlap, and one that holds another, as a whole', () => {
    expect(redactorOf('abcd', 'cdef')('x abcdef y')).toBe('x [hidden] y');
    expect(redactorOf('secret', 'secret-word')('a secret-word')).toBe('a [hidden]');
  });

  test('leaves words whole that hold a short secret', () => {
    expect(redactorOf('in')('in line: in, login=in')).toBe('[hidden] line: [hidden], login=[hidden]');
  });

  test('knows a secret that the end of the text cuts off, but not from its first few signs', () => {
    const redact = redactorOf('secret-word');
    expect(redact('a secret-w')).toBe('a [hidden]');
    expect(redact('a secret%2')).toBe('a [hidden]');
    expect(redact('a sec')).toBe('a sec');
    expect(redact('a secret-window')).toBe('a secret-window');
  });

  test('has nothing to hide in an empty one', () => {
    expect(redactorOf('')('abc')).toBe('abc');
  });
});
