import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { pid } from 'node:process';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSite } from '@ordeal/lab/read-site';
import { writeObserverPlatform } from './observer-platform.ts';
import { makeWorkplace, type Finished, type Workplace } from './ordeal.ts';

/** Secrets of a platform file are planted, and looked for in everything that is printed or kept. */

const LAB = `e2e-secrets-${pid}`;

/** Signs that addresses, forms and JSON write in other ways are in each. */
const planted = {
  bearer: 'bearer-Zk3/9+q=TOKEN',
  password: 'pass-Zk3&"w<RD',
  header: 'header-Zk3+va/lue',
  address: 'address-Zk3/p:ss',
  tenant: 'tenant-Zk3-acme/1',
  parameter: 'parameter-Zk3&x=1',
  entry: 'entry-Zk3/he+ader',
} as const;

/** Every form in which a secret may be written down. */
const forms = Object.entries(planted).flatMap(([name, secret]) =>
  [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(`me:${secret}`).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ].map((form) => [name, form] as const),
);

const inAddress = `me:${encodeURIComponent(planted.address)}@`;
const quoted = (text: string): string => JSON.stringify(text);
const common =
  `tenant: ${quoted(planted.tenant)}, headers: { 'x-own': ${quoted(planted.header)} }, ` +
  `parameters: { extra: ${quoted(planted.parameter)} }, timeoutSeconds: 2`;
const bearer = `auth: { bearer: ${quoted(planted.bearer)} }`;
const basic = `auth: { user: 'me', password: ${quoted(planted.password)} }`;

/** Variables that make programs and libraries say more. */
const talkative = {
  DEBUG: '*',
  NODE_DEBUG: 'undici,fetch,module',
  K6_VERBOSE: 'true',
  LOG_LEVEL: 'trace',
};

type Behaviour = 'as it is' | 'echo 401' | 'echo 500' | 'redirect' | 'garbage' | 'query error';

/** Passes on to the lab's Prometheus, or fails in a way that repeats all that it was told. */
let behaviour: Behaviour = 'as it is';
let lab: Workplace;
let workplace: Workplace;
let host: string;
let close: () => void;

beforeAll(async () => {
  lab = makeWorkplace();
  const ended = await lab.run('lab', 'up', '--lab-name', LAB);
  if (ended.code !== 0) throw new Error(`the lab is not up: ${ended.stderr}`);
  const target = readSite(LAB)?.prometheus ?? '';
  const server = createServer((asked, response) => void answer(target, asked, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterAll(async () => {
  close?.();
  await lab.run('lab', 'down', '--lab-name', LAB);
  lab.remove();
});
beforeEach(() => {
  behaviour = 'as it is';
  workplace = makeWorkplace();
});
afterEach(() => {
  vi.unstubAllEnvs();
  workplace.remove();
});

async function answer(target: string, asked: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { authorization, 'x-own': own, 'x-scope-orgid': tenant } = asked.headers;
  // Messages quote the beginning of an answer: what is secret comes first.
  const everything = JSON.stringify([authorization, own, tenant, planted.parameter, asked.url, String(body)]);
  if (behaviour === 'as it is') {
    const { method = 'GET', headers } = asked;
    const onwards = request(new URL(asked.url ?? '/', target), { method, headers }, (given) => {
      response.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(response);
    });
    onwards.on('error', () => response.writeHead(502).end());
    onwards.end(body);
    return;
  }
  const status = { 'echo 401': 401, 'echo 500': 500, redirect: 302, garbage: 200, 'query error': 400 }[
    behaviour
  ];
  const error = JSON.stringify({ status: 'error', errorType: 'bad_data', error: everything });
  const location = `http://127.0.0.1:9/?${new URLSearchParams({ all: everything })}`;
  response.writeHead(status, behaviour === 'redirect' ? { location } : {});
  response.end(behaviour === 'query error' ? error : everything);
}

/** With the platform's own header, which every request of journeys, probes and k6 carries. */
function platformWith(prometheus: string): string {
  return writeObserverPlatform(
    workplace.dir,
    prometheus,
    `{ authorization: ${quoted(`Bearer ${planted.entry}`)} }`,
  );
}

async function ordeal(...args: string[]): Promise<Finished> {
  const finished = await workplace.run(...args);
  expectNothingIn(`what ${args[0]} prints`, finished.stdout + finished.stderr);
  return finished;
}

function expectNothingIn(where: string, text: string): void {
  const found = forms.filter(([, form]) => text.includes(form)).map(([name, form]) => `${name} as ${form}`);
  expect(found, where).toEqual([]);
}

/** Looks through everything below `.ordeal`, but for the one file that holds stores, which its owner alone reads. */
function expectNothingKept(): number {
  const files = readdirSync(workplace.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => relative(workplace.dir, file).startsWith('.ordeal'));
  const open = files.filter(
    (file) => /\/(run\.json|undo\/.*\.json)$/.test(file) && (statSync(file).mode & 0o077) !== 0,
  );
  expect(open, 'for their owner alone').toEqual([]);
  for (const file of files.filter((one) => !one.endsWith('/run.json'))) {
    const bytes = readFileSync(file);
    expectNothingIn(file, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1'));
  }
  return files.length;
}

const scenario = (folder: string): readonly string[] => [
  '--platform',
  folder,
  '--scenario',
  'observed',
  '--pace',
  'short',
  '--lab-name',
  LAB,
];

describe('secrets of a platform file', () => {
  it.each([
    ['a bearer token and credentials in the address', `${common}, ${bearer}`, inAddress, 'chaos'],
    ['a password, where everything is to be logged', `${common}, ${basic}`, '', 'load'],
  ])('%s: in nothing that a run prints or keeps', async (_name, settings, credentials, kind) => {
    for (const [name, value] of Object.entries(kind === 'load' ? talkative : {})) vi.stubEnv(name, value);
    const folder = platformWith(`{ url: ${quoted(`http://${credentials}${host}`)}, ${settings} }`);
    expect((await ordeal('plan', ...scenario(folder))).code).toBe(0);
    expect((await ordeal('smoke', ...scenario(folder))).code).toBe(0);
    const json = kind === 'load' ? ['--json'] : [];
    const finished = await ordeal(kind, ...json, ...scenario(folder));
    expect(finished.code, `${finished.stdout}\n${finished.stderr}`).toBe(0);
    const judged = await ordeal('judge');
    expect(judged.stdout).toContain('the same findings');
    expect((await ordeal('report')).code).toBe(0);
    expect((await ordeal('recover')).code).toBe(0);
    expect(expectNothingKept()).toBeGreaterThan(10);
  });

  it.each([
    ['a wrong port', 'as it is', 'http', '127.0.0.1:1'],
    ['a name that leads nowhere', 'as it is', 'http', 'nowhere.invalid:9090'],
    ['401 that repeats everything', 'echo 401', 'http', undefined],
    ['500 that repeats everything', 'echo 500', 'http', undefined],
    ['a redirect that repeats everything', 'redirect', 'http', undefined],
    ['garbage that repeats everything', 'garbage', 'http', undefined],
    ['a query error that repeats everything', 'query error', 'http', undefined],
    ['TLS where there is none', 'as it is', 'https', undefined],
  ] as const)('%s: in no message', async (_name, how, protocol, elsewhere) => {
    behaviour = how;
    const address = (credentials: string): string => `${protocol}://${credentials}${elsewhere ?? host}/base`;
    for (const settings of [
      `{ url: ${quoted(address(inAddress))}, ${common}, ${bearer} }`,
      `{ url: ${quoted(address(''))}, ${common}, ${basic} }`,
    ]) {
      const ended = await ordeal('load', ...scenario(platformWith(settings)));
      expect(ended.code, ended.stdout + ended.stderr).toBe(2);
      expect(ended.stdout).toContain('Prometheus');
    }
    await ordeal('judge');
    await ordeal('report');
    expectNothingKept();
  });

  it('in no complaint about the file itself', async () => {
    for (const settings of [
      `{ url: ${quoted(`htp://${inAddress}${host}`)} }`,
      `{ url: ${quoted(`http://${inAddress}${host} x`)} }`,
      `{ auth: { bearer: ${quoted(planted.bearer)}, password: ${quoted(planted.password)} } }`,
      `{ auth: { token: ${quoted(planted.bearer)} } }`,
      `{ auth: ${quoted(planted.bearer)} }`,
      `{ tenant: [${quoted(planted.tenant)}] }`,
      `{ headers: ${quoted(planted.header)} }`,
      `{ headers: { 'x-own': [${quoted(planted.header)}] } }`,
      `{ parameters: { extra: { value: ${quoted(planted.parameter)} } } }`,
      `{ headers: { 'x own': ${quoted(planted.header)} } }`,
      `{ headers: { 'x-own': ${quoted(`${planted.header}\n`)} } }`,
      `{ tenant: ${quoted(`${planted.tenant}\n`)} }`,
      `{ auth: { bearer: ${quoted(`${planted.bearer} x`)} } }`,
    ]) {
      const ended = await ordeal('load', ...scenario(platformWith(settings)));
      expect(ended.code, `${settings}\n${ended.stdout}${ended.stderr}`).toBe(64);
    }
  });
});
