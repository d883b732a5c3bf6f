import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Balancers } from '../src/deploy/balancers.ts';
import type { DeployLayout, Place } from '../src/deploy/layout.ts';
import { eventually } from './support.ts';

/** A deployment on a lab whose regions have a load balancer each: both have to be told, and to see it. */
const dir = mkdtempSync(join(tmpdir(), 'ordeal-balancers-'));
const servers: Server[] = [];
const haproxies: ChildProcess[] = [];
let balancers: Balancers;
let spare: Place;

async function replica(): Promise<string> {
  const server = createServer((_, response) => void response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const [usual, other] = [await replica(), await replica()];
  const sockets = ['a', 'b'].map((region) => join(dir, `${region}.sock`));
  for (const [index, socket] of sockets.entries()) {
    const file = join(dir, `${index}.cfg`);
    writeFileSync(
      file,
      `global\n  stats socket ${socket} mode 600 level admin\ndefaults\n  mode http\n  timeout connect 1s\n` +
        '  timeout server 1s\n  timeout client 1s\nbackend platform\n  option httpchk\n' +
        `  server a1 ${usual} weight 10 check inter 100ms\n`,
    );
    haproxies.push(spawn(testTools().haproxy, ['-db', '-f', file], { stdio: 'ignore' }));
  }
  balancers = new Balancers({ haproxy: { sockets, backend: 'platform' } } as unknown as DeployLayout, clock);
  const serverOptions = 'weight 10 check inter 100ms';
  spare = { name: 'a3', address: other, serverOptions } as unknown as Place;
  await eventually('both answer', async () => (await balancers.servers()).length === 1);
});

afterAll(async () => {
  for (const haproxy of haproxies) {
    if (haproxy.exitCode !== null || haproxy.signalCode !== null) continue;
    const gone = once(haproxy, 'exit');
    haproxy.kill('SIGKILL');
    await gone;
  }
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true });
});

it('adds a server to each, gives it its share in each, and takes it away from each', async () => {
  await balancers.add(spare);
  expect(await balancers.servers()).toMatchObject([
    { name: 'a1', status: 'UP' },
    { name: 'a3', status: 'UP', weight: 0 },
  ]);
  await balancers.share(new Map([['a3', 50]]));
  expect(await balancers.servers()).toMatchObject([{ name: 'a1' }, { name: 'a3', weight: 5 }]);
  await balancers.remove('a3');
  expect(await balancers.servers()).toMatchObject([{ name: 'a1' }]);
});

it('has what one of them lacks, and as down what one of them does not see', async () => {
  const [first] = haproxies;
  if (first === undefined) throw new Error('there are two');
  await balancers.add(spare);
  servers[1]?.close();
  servers[1]?.closeAllConnections();
  await eventually('it is seen to be down', async () => {
    const found = (await balancers.servers()).find(({ name }) => name === 'a3');
    return found?.status === 'DOWN';
  });
  first.kill('SIGKILL');
  await once(first, 'exit');
  await expect(balancers.servers(), 'nobody knows what that one sends where').rejects.toThrow('ECONNREFUSED');
});
