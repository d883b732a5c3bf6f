import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PostgresNode } from '../../src/drivers/postgres/config.ts';
import { fence } from '../../src/drivers/postgres/fence.ts';
import { serverIn } from '../../src/drivers/postgres/server.ts';
import { testContext } from './two-servers.ts';

let dir: string;
let frozen: Server;
let sockets: Socket[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-fence-'));
  mkdirSync(join(dir, 'data'));
  sockets = [];
  // As a server that was stopped by SIGSTOP: the kernel goes on taking its connections.
  frozen = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await thawAndEnd();
  rmSync(dir, { recursive: true, force: true });
});

async function thawAndEnd(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => frozen.close(resolve));
}

/** Its stop command leaves a mark, and stops nothing. */
function nodeWith(stop: readonly string[] = ['touch', join(dir, 'stop-was-called')]): PostgresNode {
  const url = `postgresql://postgres@127.0.0.1:${(frozen.address() as AddressInfo).port}/postgres`;
  return {
    name: 'a',
    region: 'a',
    url,
    dataDir: join(dir, 'data'),
    binDir: '/usr/bin',
    upstreamUrl: url,
    slot: 'standby_a',
    service: { start: ['false'], stop },
  };
}

// The first process of a container is another one here, or nobody.
it.each([
  ["a stranger's process id", '1'],
  ["nobody's process id", '4194305'],
  ['no process id at all', ''],
])('does not take a server for stopped whose pid file has %s', async (_, named) => {
  writeFileSync(join(dir, 'data', 'postmaster.pid'), `${named}\n`);
  const node = nodeWith(['sh', '-c', `touch ${join(dir, 'stop-was-called')}; exit 3`]);
  await expect(fence(node, testContext())).rejects.toThrow(
    /whether the server of node a still runs cannot be told .*: stop its container or its machine by hand/,
  );
  expect(existsSync(join(dir, 'stop-was-called')), 'it was told to stop').toBe(true);
  await thawAndEnd();
  await fence(node, testContext());
});

it('does not kill a stranger who has the process id of a killed server', () => {
  writeFileSync(join(dir, 'data', 'postmaster.pid'), `${pid}\n`);
  expect(serverIn(join(dir, 'data'))).toEqual({ is: 'unknown', named: String(pid) });
  rmSync(join(dir, 'data', 'postmaster.pid'));
  expect(serverIn(join(dir, 'data'))).toEqual({ is: 'none' });
});
