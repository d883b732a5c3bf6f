import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sumIntervals } from '@ordeal/shared/load/window';
import { startWorkload } from '../src/start-workload.ts';
import { k6Programs } from './support/k6-programs.ts';
import { testRun, until, workloadOf } from './support/run.ts';

const programs = Object.entries(k6Programs());

it.each(programs)('%s trusts the certificates that it is given, and no other', async (_, k6) => {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-tls-'));
  const [key, certificates] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
      '-subj',
      '/CN=ours',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificates,
    ]),
    { stdio: 'ignore' },
  );
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificates) }, (__, response) =>
    response.end('{}'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const entry = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const errorsWith = async (trusted: { readonly certificates?: string }) => {
    const run = testRun();
    const load = await startWorkload(
      workloadOf('one-step', entry),
      { ...run.settings, k6, ...trusted },
      run.context,
    );
    const all = () => sumIntervals(load.stream.between(-Infinity, Infinity));
    await until('20 requests are in', () => all().requests >= 20);
    const { requests } = await load.stop();
    run.clear();
    return { requests, errors: all().errors };
  };
  expect((await errorsWith({ certificates })).errors).toEqual({});
  const { requests, errors } = await errorsWith({});
  expect(errors).toEqual({ tls: requests });
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});
