import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPrometheus } from '../../src/prometheus/client.ts';
import type { Answer, Reading } from '../../src/prometheus/reading.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { answering, serve, vector } from './scripted-server.ts';

const dir = mkdtempSync(join(tmpdir(), 'ordeal-tls-'));
const at = (name: string): string => join(dir, name);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function openssl(...parameters: readonly string[]): void {
  execFileSync('openssl', parameters, { cwd: dir, stdio: 'ignore' });
}

function authority(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-days', '2'];
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    ...subject,
  );
}

/** A server's certificate, for the name that it says it has. */
function certificate(name: string, alternative: string): ServerOptions {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  openssl('req', ...key, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  writeFileSync(at(`${name}.ext`), `subjectAltName=${alternative}\n`);
  const signer = ['-CA', 'ours.pem', '-CAkey', 'ours.key', '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  return { key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) };
}

let right: ServerOptions;
let misnamed: ServerOptions;

beforeAll(() => {
  authority('ours');
  authority('theirs');
  right = certificate('right', 'IP:127.0.0.1');
  misnamed = certificate('misnamed', 'DNS:elsewhere.example');
  writeFileSync(at('empty.pem'), '');
});

async function ask(tls: ServerOptions, caFile?: string): Promise<Answer<Reading>> {
  const host = await serve(answering(200, vector(['1'])), tls);
  const trust = caFile === undefined ? {} : { tls: { caFile: at(caFile) } };
  return createPrometheus(
    { url: `https://${host}`, scrapeIntervalSeconds: 1, targets: [], ...trust },
    systemClock,
  ).instant('x');
}

test('a server whose authority is named is trusted', async () => {
  expect(await ask(right, 'ours.pem')).toMatchObject({ ok: true });
});

test('without that authority it is refused, and the message says where to name it', async () => {
  const answer = await ask(right);
  expect(answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  expect(!answer.ok && answer.error.message).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED.*/);
  expect(!answer.ok && answer.error.message).toContain('tls.caFile');
});

test('another authority does not do', async () => {
  expect(await ask(right, 'theirs.pem')).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
});

test('a certificate for another name is refused', async () => {
  const answer = await ask(misnamed, 'ours.pem');
  expect(!answer.ok && answer.error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
});

test.each([
  ['is not there', 'absent.pem', 'ENOENT'],
  ['is empty', 'empty.pem', 'no PEM certificate'],
])('an authority whose file %s trusts nobody', async (_name, file, words) => {
  const answer = await ask(right, file);
  expect(answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  expect(!answer.ok && answer.error.message).toContain(words);
});

test('an authority that is replaced counts from the next question on', async () => {
  const host = await serve(answering(200, vector(['1']), { connection: 'close' }), right);
  writeFileSync(at('changing.pem'), readFileSync(at('theirs.pem')));
  const client = createPrometheus(
    { url: `https://${host}`, scrapeIntervalSeconds: 1, targets: [], tls: { caFile: at('changing.pem') } },
    systemClock,
  );
  expect(await client.instant('x')).toMatchObject({ ok: false });
  writeFileSync(at('changing.pem'), readFileSync(at('ours.pem')));
  expect(await client.instant('x')).toMatchObject({ ok: true });
});

test('http asked of an https port says what it may be', async () => {
  const host = await serve(answering(200, vector(['1'])));
  const client = createPrometheus(
    { url: `https://${host}`, scrapeIntervalSeconds: 1, targets: [] },
    systemClock,
  );
  const answer = await client.instant('x');
  expect(!answer.ok && answer.error.message).toContain('Is it http or https');
});
