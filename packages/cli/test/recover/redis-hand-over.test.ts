import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisStore } from '@ordeal/dr/drivers/redis/store';
import { withRedis } from '@ordeal/dr/drivers/redis/connection';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { twoRedis, type TwoRedis } from '../../../dr/test/drivers/redis/two-redis.ts';
import { testContext } from '../../../dr/test/drivers/two-servers.ts';
import { recoverRuns, runsIn } from '../../src/recover/recover-runs.ts';

let runs: string;
let servers: TwoRedis;
beforeEach(async () => {
  runs = mkdtempSync(join(tmpdir(), 'ordeal-recover-'));
  servers = await twoRedis();
});
afterEach(async () => {
  await servers.dispose();
  rmSync(runs, { recursive: true, force: true });
});

/** A run whose runner died right after it had asked a to hand over to b. */
async function dieInHandOver(): Promise<void> {
  const dir = join(runs, '1');
  mkdirSync(dir);
  const led = { regions: { a: 'active', b: 'active' } };
  const route = { regions: ['a', 'b'], status: ['echo', JSON.stringify(led)], switch: ['false'] };
  const file = {
    run: '1',
    runner: '1@gone',
    platform: 'shop',
    startedAt: '',
    stores: { main: { driver: 'redis', config: servers.config } },
    routes: { global: { driver: 'command', config: route, usual: ['a', 'b'] } },
  };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(file));
  createFileUndoLedger(dir, systemClock).markPromotion({
    drill: 'switchover',
    store: 'main',
    requestedAt: '2026-01-01T00:00:00.000Z',
    writer: 'a',
    heir: 'b',
    fenced: [],
    nextStep: 'If b accepts writes, rejoin a as its standby.',
    unmoved: { route: 'global' },
    final: { route: 'global' },
  });
  const port = new URL(servers.b.url).port;
  await withRedis(servers.a, testContext(), (session) =>
    session.command('FAILOVER', 'TO', '127.0.0.1', port, 'TIMEOUT', '10000'),
  );
  for (;;) {
    const { nodes } = await createRedisStore(servers.config).status(testContext());
    const [a, b] = nodes.map((node) => (node.reachable ? node : undefined));
    if (b?.role === 'primary' && a?.role === 'standby' && a.lagSeconds !== undefined) return;
    await systemClock.sleep(20);
  }
}

it('leaves both nodes of a hand-over as what they are now, also after their next restart', async () => {
  await dieInHandOver();
  await servers.write('b', 1);
  expect(readFileSync(servers.b.configFile ?? '', 'utf8'), 'nobody has noted it').toContain('replicaof');
  const known = { isUnderWay: () => false, isDead: () => true, atWorkOn: () => [] };
  const outcomes = await recoverRuns(runsIn(runs, 'shop'), known);
  expect(outcomes.flatMap(({ healed }) => healed)).toEqual([
    expect.stringContaining('the drill switchover has come to its end: node b is the only writer'),
  ]);
  for (const node of [servers.b, servers.a]) {
    await servers.kill(node);
    await servers.start(node);
  }
  await servers.write('b', 2);
  await expect(servers.write('a', 3)).rejects.toThrow('READONLY');
});
