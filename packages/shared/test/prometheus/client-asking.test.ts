import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { PrometheusSettings } from '../../src/platform/platform.ts';
import { createPrometheus, type Prometheus } from '../../src/prometheus/client.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { answering, failure, formOf, serve, vector } from './scripted-server.ts';

const dir = mkdtempSync(join(tmpdir(), 'ordeal-asking-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Settings = Partial<PrometheusSettings>;

const clientOf = (host: string, settings: Settings = {}): Prometheus =>
  createPrometheus(
    { url: `http://${host}`, scrapeIntervalSeconds: 1, targets: [], ...settings },
    systemClock,
  );

async function messageOf(listener: RequestListener, ask = (client: Prometheus) => client.instant('x')) {
  const answer = await ask(clientOf(await serve(listener)));
  return answer.ok ? 'it was answered' : answer.error.message;
}

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly form: Readonly<Record<string, string>>;
}

/** A server that writes down what it was asked. */
async function listening() {
  const asked: Asked[] = [];
  const host = await serve(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, headers, form: await formOf(request) });
    response.end(vector(['1']));
  });
  return { asked, host };
}

describe('who asks', () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  const own = { headers: { Authorization: 'Own it' } };

  test.each<readonly [string, string, Settings, string | undefined]>([
    ['nobody', '', {}, undefined],
    ['a token', '', { auth: { bearer: 'abc\n' } }, 'Bearer abc'],
    ['a user', '', { auth: { user: 'me', password: 'p:w' } }, basic('me:p:w')],
    ['a user of the address', 'me:p%3Aw@', {}, basic('me:p:w')],
    ['a header of its own', '', own, 'Own it'],
    ['a header before the address', 'me:pw@', own, 'Own it'],
    ['a token before a header and the address', 'me:pw@', { ...own, auth: { bearer: 'abc' } }, 'Bearer abc'],
  ])('is said for %s', async (_name, credentials, settings, expected) => {
    const { asked, host } = await listening();
    await clientOf(host, { url: `http://${credentials}${host}`, ...settings }).instant('x');
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([expected]);
  });

  test('a token in a file is read anew for each request', async () => {
    const { asked, host } = await listening();
    const bearerFile = join(dir, 'token');
    const client = clientOf(host, { auth: { bearerFile } });
    for (const token of ['first', 'second\n']) {
      writeFileSync(bearerFile, token);
      await client.instant('x');
    }
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  test.each([
    ['is not there', 'absent', 'cannot be read (ENOENT)'],
    ['is empty', 'empty', 'is empty'],
  ])('nothing is sent when the file %s', async (_name, file, words) => {
    const { asked, host } = await listening();
    writeFileSync(join(dir, 'empty'), ' \n');
    const answer = await clientOf(host, { auth: { bearerFile: join(dir, file) } }).instant('x');
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(!answer.ok && answer.error.message).toContain(words);
    expect(asked).toEqual([]);
  });

  test('the tenant and own headers are sent, the form is what it is', async () => {
    const { asked, host } = await listening();
    const headers = { 'X-Own': 'yes', 'Content-Type': 'text/plain', 'X-Scope-OrgID': 'other' };
    await clientOf(host, { tenant: 'ours', headers }).instant('x');
    expect(asked[0]?.headers).toMatchObject({
      'x-own': 'yes',
      'x-scope-orgid': 'ours',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(asked[0]?.form['query']).toBe('x');
  });
});

describe('what is asked', () => {
  test('own parameters come before the usual ones, and never before the question', async () => {
    const { asked, host } = await listening();
    const parameters = { partial_response: 'true', dedup: 'true', query: 'other', timeout: '1h' };
    await clientOf(host, { parameters, timeoutSeconds: 2.5 }).instant('x', 1500);
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/v1/query' });
    expect(asked[0]?.form).toEqual({
      query: 'x',
      time: '1.500',
      timeout: '2500ms',
      partial_response: 'true',
      dedup: 'true',
      max_source_resolution: '0s',
      nocache: '1',
      latency_offset: '1ms',
    });
  });

  test('methods without a query are a GET below the base path, with the query of the address', async () => {
    const { asked, host } = await listening();
    const client = clientOf(host, {
      url: `http://${host}/mimir/prometheus/?key=1`,
      parameters: { dedup: 'true' },
    });
    await client.alertRules();
    await client.startedAt();
    await client.range('x', 0, 1000, 250);
    const [rules, started, range] = asked;
    const url = new URL(rules?.url ?? '', 'http://x');
    expect([rules?.method, url.pathname]).toEqual(['GET', '/mimir/prometheus/api/v1/rules']);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      key: '1',
      type: 'alert',
      dedup: 'true',
      partial_response: 'false',
    });
    expect(started?.url).toBe('/mimir/prometheus/api/v1/status/runtimeinfo?key=1');
    expect(range).toMatchObject({
      method: 'POST',
      url: '/mimir/prometheus/api/v1/query_range?key=1',
      form: { start: '0.000', end: '1.000', step: '0.250' },
    });
  });
});

test.each([
  ['an empty body', answering(200, ''), 'answered nothing: the body is empty'],
  ['a login page', answering(200, '<!doctype html><title>Sign in</title>'), 'a page of HTML, as a login'],
  [
    'a redirect',
    answering(302, '', { location: 'https://a.example/b?c' }),
    'a redirect to https://a.example and is not followed',
  ],
  [
    'a redirect to a path',
    answering(301, '', { location: '/graph' }),
    'which is a redirect and is not followed',
  ],
  ['a wrong path', answering(404, '404 page not found'), 'HTTP 404, check the path of its address: 404 page'],
  ['no permission', answering(403, 'no'), 'HTTP 403, check the credentials and the tenant: no'],
  ['escape codes of a terminal', answering(500, 'a\u001B[31m\r\n\u0000b'), 'HTTP 500: a [31m b'],
  ['a wrong query', answering(400, failure('bad_data', 'no')), 'refused the query (bad_data): no'],
])('%s is said in words', async (_name, listener, words) => {
  expect(await messageOf(listener)).toContain(words);
});

test('what a server without an account of its start says is an ordinary error', async () => {
  const listener = answering(400, 'unsupported path requested: "/api/v1/status/runtimeinfo"');
  expect(await messageOf(listener, (client) => client.startedAt() as never)).toContain('unsupported path');
});

describe('VictoriaMetrics', () => {
  const matrix = (values: readonly (readonly [number, string])[]) => ({
    metric: { i: `${values.length}` },
    values,
  });
  const body = JSON.stringify({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [
        matrix([
          [1, '5'],
          [2, 'NaN'],
        ]),
        matrix([[1, 'NaN']]),
      ],
    },
  });

  test('its marks of an end are left out of raw samples, and nothing else is', async () => {
    const host = await serve(
      answering(200, body, { 'content-type': 'application/stream+json; charset=utf-8' }),
    );
    const raw = await clientOf(host).rawSamples('x', 0, 1000);
    expect(raw).toMatchObject({ value: { series: [{ labels: { i: '2' }, samples: [[1000, 5]] }] } });
    const range = await clientOf(host).range('x', 0, 1000, 1000);
    expect(range.ok && range.value.series).toHaveLength(2);
  });

  test("another server's NaN stays", async () => {
    const host = await serve(answering(200, body, { 'content-type': 'application/json' }));
    const raw = await clientOf(host).rawSamples('x', 0, 1000);
    expect(raw.ok && raw.value.series).toHaveLength(2);
  });

  test('its clock is asked for in its own words, as its time() is cut to whole seconds', async () => {
    const host = await serve(async (request, response) => {
      const { query } = await formOf(request);
      const value = query === 'now()' ? '1700000000.9876' : '1700000000';
      const result = [{ metric: {}, value: [1_700_000_000, value] }];
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
    expect(await clientOf(host).clock()).toMatchObject({ value: { serverWallMs: 1_700_000_000_987 } });
  });
});
