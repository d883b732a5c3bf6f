import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeWorkplace } from './e2e/ordeal.ts';

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-init-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ordeal = (...args: string[]) => spawnSync(execPath, [bin, ...args], { cwd: dir, encoding: 'utf8' });

it('says all that is wrong at once, and writes nothing', { timeout: 120_000 }, () => {
  const ended = ordeal('init', 'Shop', '--entry', 'shop.example', '--health', 'ready');
  expect(ended.status).toBe(64);
  for (const part of ['lower-case letters', '--entry', '--health']) expect(ended.stderr).toContain(part);
  expect(existsSync(join(dir, 'platforms'))).toBe(false);
});

it('writes a profile that can be planned, and never over another one', { timeout: 120_000 }, () => {
  expect(ordeal('init', 'shop', '--entry', 'https://shop.example').status).toBe(0);
  const planned = ordeal('plan', '--platform', 'shop');
  expect(planned.status, planned.stderr).toBe(0);
  expect(planned.stdout).toContain('send 5 iterations/s to https://shop.example');
  const again = ordeal('init', 'shop', '--entry', 'https://shop.example');
  expect(again.status).toBe(64);
  expect(again.stderr).toContain('exists already');
});

it('writes what runs in a folder that npm init made', { timeout: 120_000 }, () => {
  writeFileSync(join(dir, 'package.json'), '{ "name": "mine", "version": "1.0.0", "type": "commonjs" }');
  expect(ordeal('init', 'shop', '--entry', 'https://shop.example').status).toBe(0);
  const planned = ordeal('plan', '--platform', 'shop');
  expect(planned.status, planned.stderr).toBe(0);
});

it('takes no address with a password, which no file should hold', { timeout: 120_000 }, () => {
  const ended = ordeal(
    'init',
    'shop',
    '--entry',
    'https://me:s3cret@shop.example',
    '--prometheus',
    'http://me:s3cret@p.example',
  );
  expect(ended.status).toBe(64);
  expect(ended.stderr).toContain('headers of platform.ts');
  expect(ended.stderr).toContain('prometheus.auth of platform.ts');
  expect(ended.stderr).not.toContain('s3cret');
  expect(existsSync(join(dir, 'platforms'))).toBe(false);
});

it.each([
  [
    'an address',
    ['--openapi', 'https://shop.example/openapi.json'],
    'curl -o openapi.json https://shop.example/',
  ],
  ['a folder', ['--openapi', '.'], 'expected a file, found the folder'],
  ['a path to another host', ['--health', '//other.example/health'], 'begins with one /'],
  ['the same, as browsers read it', ['--health', '/\\other.example/health'], 'begins with one /'],
  ['a file that is not there', ['--prometheus-bearer-file', 'token'], 'there is no file'],
  [
    'an authority where nothing is encrypted',
    ['--prometheus', 'http://p.example', '--prometheus-ca-file', 'api.yaml'],
    'expected an address with https://',
  ],
])('refuses %s, and says what to do', { timeout: 120_000 }, (_what, flags, message) => {
  writeFileSync(join(dir, 'api.yaml'), 'openapi: 3.1.0\npaths: {}\n');
  const ended = ordeal('init', 'shop', '--entry', 'https://shop.example', ...flags);
  expect(ended.status, ended.stdout).toBe(64);
  expect(ended.stderr).toContain(message);
  expect(existsSync(join(dir, 'platforms'))).toBe(false);
});

it('takes no entry of which a part would be lost', { timeout: 120_000 }, () => {
  const ended = ordeal('init', 'shop', '--entry', 'https://shop.example/base?x=1');
  expect(ended.status).toBe(64);
  expect(ended.stderr).toContain('"?x=1" behind its path');
});

it('names a variable that a shell can set', { timeout: 120_000 }, () => {
  expect(ordeal('init', '1', '--entry', 'https://shop.example').status).toBe(0);
  expect(readFileSync(join(dir, 'platforms', '1', 'platform.ts'), 'utf8')).toContain(
    "context.env('PLATFORM_1_URL', 'https://shop.example')",
  );
});

it('says what of a document it leaves out, and that nothing was found', { timeout: 120_000 }, () => {
  const paths = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`/list-${index}`, { get: { responses: { 200: {} } } }]),
  );
  const init = (name: string, document: object) => {
    writeFileSync(join(dir, 'api.json'), JSON.stringify({ openapi: '3.1.0', ...document }));
    const ended = ordeal('init', name, '--entry', 'https://shop.example', '--openapi', 'api.json');
    expect(ended.status, ended.stderr).toBe(0);
    return ended.stdout;
  };
  expect(init('many', { paths })).toMatch(
    /left out: GET \/list-10, .*, GET \/list-19 and 980 more: no more than the first 10 of 1000 journeys/,
  );
  const nothing = init('none', { paths: {} });
  expect(nothing).toContain('no journey could be proposed from api.json');
  expect(nothing).toContain('no health check could be proposed from api.json');
});

it.each([
  ['swagger: "2.0"\npaths: {}', 'swagger2openapi -o openapi.yaml api.yaml'],
  ['swagger: "2.0"\npaths: {}', 'expected an OpenAPI 3 document in'],
  ['openapi: 3.1.0\npaths: []\n}', 'is neither JSON nor YAML'],
  ['openapi: 3.1.0', 'with "paths"'],
  ['openapi: 3.1.0\npaths: &paths { /x: *paths }', 'circular structure'],
])('says what is wrong with a document: %j', { timeout: 120_000 }, (text, message) => {
  writeFileSync(join(dir, 'api.yaml'), text);
  const ended = ordeal('init', 'shop', '--entry', 'https://shop.example', '--openapi', 'api.yaml');
  expect(ended.status, ended.stderr).toBe(64);
  expect(ended.stderr).toContain(message);
  expect(existsSync(join(dir, 'platforms'))).toBe(false);
});

it('writes a smoke gate from an OpenAPI document, which runs', { timeout: 120_000 }, async () => {
  const workplace = makeWorkplace();
  const carts = new Set<string>();
  const server: Server = createServer((request, response) => {
    const id = /^\/carts\/(\w+)$/.exec(request.url ?? '')?.[1];
    const answer = (status: number, body = ''): void => void response.writeHead(status).end(body);
    if (request.url === '/ready') answer(200);
    else if (request.url === '/carts' && request.method === 'POST') {
      carts.add('c1');
      answer(201, JSON.stringify({ id: 'c1' }));
    } else if (id !== undefined && carts.has(id)) {
      if (request.method === 'DELETE') carts.delete(id);
      answer(request.method === 'DELETE' ? 204 : 200);
    } else answer(404);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    writeFileSync(
      join(workplace.dir, 'api.yaml'),
      `openapi: 3.1.0
paths:
  /ready: { get: { responses: { '200': { description: ready } } } }
  /carts: { post: { responses: { '201': { description: made, content: { application/json: { schema: { properties: { id: {} } } } } } } } }
  /carts/{id}:
    get: { responses: { '200': { description: a cart } } }
    delete: { responses: { '204': { description: gone } } }
  /files: { servers: [{ url: https://files.example }], get: { responses: { '200': { description: all } } } }
  /jobs: { post: { responses: { '201': { description: its address is in Location } } } }
  /jobs/{id}: { delete: { responses: { '204': { description: gone } } } }
`,
    );
    const entry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const written = await workplace.run('init', 'carts', '--entry', entry, '--openapi', 'api.yaml');
    expect(written.code, written.stderr).toBe(0);
    expect(written.stdout).toContain('journeys/make-carts.ts');
    expect(written.stdout).not.toContain('journeys/make-jobs.ts');
    expect(written.stdout).toMatch(/left out: POST \/jobs: .* would stay behind\n/);
    expect(written.stdout).toMatch(/left out: GET \/files \(files.example\): another host .*\n/);
    const smoke = await workplace.run('smoke', '--platform', 'carts');
    expect(smoke.code, smoke.stdout + smoke.stderr).toBe(0);
    expect(carts).toEqual(new Set());
  } finally {
    server.close();
    workplace.remove();
  }
});
