import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { observe } from './fixtures/observed.ts';
import { until } from './fixtures/until.ts';

let dir: string;
let server: Server;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-tls-'));
  const own = ['-subj', '/CN=ours', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', ...made, ...own, ...files], { stdio: 'ignore' });
  const [key, cert] = [readFileSync(join(dir, 'key.pem')), readFileSync(join(dir, 'cert.pem'))];
  server = createServer({ key, cert }, (_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

it.each([
  ['are trusted with the certificates that they are given', true],
  ['are not trusted without', false],
])('servers of an authority of its own %s', async (_, isGiven) => {
  const entry = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const request = { method: 'GET', path: '/' } as const;
  const observed = await observe(entry, {
    probes: [{ name: 'read', connection: 'pooled', request, expectStatus: 200 }],
    // The handshake of the first one may take its time.
    probeTimeoutMs: 5000,
    ...(isGiven ? { certificates: join(dir, 'cert.pem') } : {}),
  });
  const attempts = () => observed.observers.streams()[0]?.attempts ?? [];
  await until(() => attempts().length > 5, 'some attempts');
  expect(attempts().every(({ ok }) => ok === isGiven)).toBe(true);
  await observed.end();
});
