import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  ['swagger: "2.0"\npaths: {}', 'expected an OpenAPI 3 document in'],
  ['openapi: 3.1.0\npaths: []\n}', 'is neither JSON nor YAML'],
  ['openapi: 3.1.0', 'with "paths"'],
  ['openapi: 3.1.0\npaths: &paths { /x: *paths }', 'circular structure'],
])('says what is wrong with a document: %j', { timeout: 120_000 }, (text, message) => {
  writeFileSync(join(dir, 'api.yaml'), text);
  const ended = ordeal('init', 'shop', '--entry', 'https://shop.example', '--openapi', 'api.yaml');
  expect(ended.status, ended.stderr).toBe(64);
  expect(ended.stderr).toContain(message);
  expect(ordeal('init', 'shop', '--entry', 'https://shop.example', '--openapi', '.').stderr).toContain(
    'cannot be read',
  );
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
    expect(written.stdout).toMatch(/left out, as api.yaml .* would stay behind: POST \/jobs\n/);
    expect(written.stdout).toMatch(
      /left out, as api.yaml .* another host .*: GET \/files \(files.example\)\n/,
    );
    const smoke = await workplace.run('smoke', '--platform', 'carts');
    expect(smoke.code, smoke.stdout + smoke.stderr).toBe(0);
    expect(carts).toEqual(new Set());
  } finally {
    server.close();
    workplace.remove();
  }
});
