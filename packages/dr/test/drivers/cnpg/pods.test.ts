import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askPod } from '../../../src/drivers/cloudnative-pg/pods.ts';
import { testContext } from '../two-servers.ts';

const dir = mkdtempSync(join(tmpdir(), 'ordeal-pods-'));
let server: Server;

beforeAll(async () => {
  const openssl = (...parameters: readonly string[]): void => {
    execFileSync('openssl', parameters, { cwd: dir, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca');
  openssl('req', ...key.slice(0, 5), '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=own');
  writeFileSync(join(dir, 'own.ext'), 'subjectAltName=DNS:main-rw.shop.svc\n');
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', 'own.csr', ...signer, '-extfile', 'own.ext', '-out', 'own.pem');
  const identity = { key: readFileSync(join(dir, 'own.key')), cert: readFileSync(join(dir, 'own.pem')) };
  // As far as PostgreSQL goes: it takes up TLS, and says to whoever comes that it is starting.
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('S');
      const secure = new TLSSocket(socket, { isServer: true, ...identity });
      secure.on('error', () => undefined);
      secure.once('data', () => secure.end(starting()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server?.close();
  rmSync(dir, { recursive: true, force: true });
});

function starting(): Buffer {
  const fields = ['SFATAL', 'C57P03', 'Mthe database system is starting up'];
  const body = Buffer.from(`${fields.map((one) => `${one}\0`).join('')}\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from('E'), length, body]);
}

const pod = (status: object): object => ({ metadata: { name: 'main-1' }, status });
const ask = async (host: string, status: object) =>
  await askPod(
    `postgresql://drill@${host}/app?sslmode=verify-full&sslrootcert=${join(dir, 'ca.pem')}`,
    pod(status),
    testContext(),
    (server.address() as AddressInfo).port,
  );

it('asks at the address of the pod, and verifies the name in the url', async () => {
  const running = { phase: 'Running', podIP: '127.0.0.1' };
  expect(await ask('main-rw.shop.svc:6432', running)).toEqual({
    takes: 'no',
    detail: 'pod main-1: the database system is starting up',
  });
  // Whoever else has that address by now is nobody whose word counts.
  expect(await ask('other-rw.shop.svc', running)).toMatchObject({
    takes: 'unknown',
    detail: expect.stringContaining("does not match certificate's altnames"),
  });
});

it('asks no pod that has ended or was not started, since its address is not its own', async () => {
  for (const phase of ['Failed', 'Succeeded'])
    expect(await ask('other-rw.shop.svc', { phase, podIP: '127.0.0.1' })).toEqual({
      takes: 'no',
      detail: 'pod main-1 has ended',
    });
  expect(await ask('main-rw.shop.svc', { phase: 'Pending' })).toMatchObject({ takes: 'no' });
  expect(await ask('main-rw.shop.svc', { phase: 'Unknown' })).toMatchObject({ takes: 'unknown' });
});
