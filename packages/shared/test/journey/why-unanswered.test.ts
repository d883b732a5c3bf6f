import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createNodeClient } from '../../src/journey/node-client.ts';
import { whyUnanswered } from '../../src/journey/why-unanswered.ts';

/** A certificate that nobody but itself has signed. */
function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-tls-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  execFileSync('openssl', ['req', '-x509', '-subj', '/CN=localhost', '-days', '2', ...made], {
    stdio: 'ignore',
  });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(dir, { recursive: true, force: true });
  return pair;
}

async function askedOverTls(server: Server): Promise<string | undefined> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createNodeClient({
    entry: `https://127.0.0.1:${port}`,
    headers: {},
    timeoutMs: 20_000,
    now: () => performance.now(),
  });
  const { error } = await client.request({ path: '/' });
  server.close();
  return error;
}

it('a certificate that nobody who is trusted has signed is told of with what to do', async () => {
  expect(await askedOverTls(createTlsServer(selfSigned(), (_, response) => response.end()))).toBe(
    'nobody who is trusted here has signed its certificate (DEPTH_ZERO_SELF_SIGNED_CERT): ' +
      'NODE_EXTRA_CA_CERTS=ca.pem names the certificate of whoever has',
  );
});

it('a port that speaks plain HTTP is told of with what to do', async () => {
  expect(await askedOverTls(createServer((_, response) => response.end()))).toBe(
    'no TLS is spoken there (wrong version number): does the address begin with http://?',
  );
});

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

it.each([
  [
    coded('CERT_HAS_EXPIRED', 'certificate has expired'),
    'its certificate does not hold (CERT_HAS_EXPIRED: certificate has expired)',
  ],
  [
    coded(
      'ERR_TLS_CERT_ALTNAME_INVALID',
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.7 is not in the cert's list: ",
    ),
    "its certificate is for another name (IP: 10.0.0.7 is not in the cert's list)",
  ],
  [
    coded(
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      '40A:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../x.c:918:SSL alert number 116\n',
    ),
    'TLS was not agreed on (tlsv13 alert certificate required)',
  ],
  [coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'ECONNREFUSED'],
  [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'timed out'],
  [new Error('interrupted by SIGTERM'), 'interrupted by SIGTERM'],
  ['a string', 'a string'],
])('%s is told in words', (error, words) => {
  expect(whyUnanswered(error)).toBe(words);
});
