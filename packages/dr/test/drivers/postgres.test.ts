import { readdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { kill } from 'node:process';
import { pidOf } from '@ordeal/shared/process/identity';
import type { StoreDriver, StoreNode } from '@ordeal/shared/drivers/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAncestor } from '../../src/drivers/postgres/ancestor.ts';
import { runningServer } from '../../src/drivers/postgres/server.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { sql, testContext, twoServers, type TwoServers } from './two-servers.ts';

let servers: TwoServers;
let store: StoreDriver;
// For all of them together, on a machine that has much else to do.
const context = testContext(AbortSignal.timeout(600_000));

async function node(name: 'a' | 'b'): Promise<StoreNode> {
  const found = (await store.status(context)).nodes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

async function roles(): Promise<Record<string, string>> {
  const { nodes } = await store.status(context);
  return Object.fromEntries(nodes.map((one) => [one.name, one.reachable ? one.role : 'unreachable']));
}

async function synchronousNames(): Promise<string | undefined> {
  return (await store.status(context)).settings['synchronous_standby_names'];
}

// One story on one pair of servers: each test begins where the one before has left it.
beforeAll(async () => {
  servers = await twoServers({ synchronous: true });
  store = createPostgresStore(servers.config);
});
afterAll(() => servers.dispose());

it('tells roles, timeline, positions, lag and durability', async () => {
  await sql(servers.a, 'INSERT INTO writes VALUES (1)');
  const status = await store.status(context);
  const [a, b] = status.nodes;
  expect(a).toMatchObject({ name: 'a', role: 'primary', timeline: 1 });
  expect(b).toMatchObject({ role: 'standby', timeline: 1, detail: { receiver: 'streaming' } });
  expect(status.settings).toMatchObject({
    synchronous_commit: 'on',
    synchronous_standby_names: '"b"',
    fsync: 'off',
  });
  if (!a?.reachable || !b?.reachable) throw new Error('both answer');
  expect(a.position - b.position).toBeLessThan(10_000);
  expect(b.lagSeconds).toBeLessThan(5);
});

it('does not believe a standby that it has everything, when nothing reaches it any more', async () => {
  const [receiver] = await sql<{ pid: number }>(servers.b, 'SELECT pid FROM pg_stat_wal_receiver');
  if (receiver === undefined) throw new Error('it streams');
  // As when what comes over the link is dropped on the way: nobody tells either side.
  kill(receiver.pid, 'SIGSTOP');
  try {
    await sql(servers.a, 'SET synchronous_commit = local; INSERT INTO writes VALUES (100)');
    const deadline = performance.now() + 30_000;
    let b = await node('b');
    // On a busy machine a look may come to nothing.
    while (!(b.reachable && (b.lagSeconds ?? 0) >= 2) && performance.now() < deadline) {
      await context.clock.sleep(100);
      b = await node('b');
    }
    expect(b).toMatchObject({ role: 'standby', detail: { receiver: 'streaming' } });
    expect(b.reachable && b.lagSeconds).toBeGreaterThanOrEqual(2);
  } finally {
    kill(receiver.pid, 'SIGCONT');
  }
  await store.rejoin('b', 'a', context);
  await sql(servers.a, 'DELETE FROM writes WHERE id = 100');
});

it('does not take a server for fenced whose files are not where the platform says', async () => {
  const nowhere = { ...servers.a, dataDir: `${servers.a.dataDir}-misspelt` };
  const wrong = createPostgresStore({ ...servers.config, nodes: [nowhere, servers.b] });
  await expect(wrong.fence('a', context)).rejects.toThrow('is not proven to be fenced');
  await expect(wrong.status(context), 'and says so before anything is lost').rejects.toThrow(
    `node a answers, and its files are not at ${nowhere.dataDir}`,
  );
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
});

it('refuses to make two writers, or to stop a primary whose standby does not follow', async () => {
  await expect(store.promote('b', context)).rejects.toThrow('node a accepts writes');
  await expect(store.rejoin('a', 'b', context)).rejects.toThrow('expected node b to be the primary');
  servers.stop(servers.b);
  expect(await node('b')).toMatchObject({
    reachable: false,
    reason: expect.stringContaining('ECONNREFUSED'),
  });
  await expect(store.demote('a', 'b', context)).rejects.toThrow('rejoin b first; a was left as it is');
  servers.start(servers.b);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  await store.rejoin('b', 'a', context);
});

it('fails over from a dead primary, which stays read-only through restarts', async () => {
  servers.kill(servers.a);
  await store.fence('a', context);
  await store.fence('a', context);
  expect(await node('b'), 'it follows nobody any more').not.toHaveProperty('lagSeconds');
  await store.promote('b', context);
  await store.promote('b', context);
  expect(await node('b')).toMatchObject({ role: 'primary', timeline: 2 });
  expect(await synchronousNames(), 'no commit waits for a standby that is not there').toBe('');
  await sql(servers.b, 'INSERT INTO writes VALUES (2)');
  for (const restart of [1, 2]) {
    servers.start(servers.a);
    expect(await node('a'), `restart ${restart}`).toMatchObject({ role: 'standby', timeline: 1 });
    await expect(sql(servers.a, 'INSERT INTO writes VALUES (3)')).rejects.toThrow('read-only');
    servers.kill(servers.a);
  }
  expect(await isAncestor(servers.a, servers.b, context), 'it crashed: who knows what it has').toBe(false);
});

it('takes back the slot on the only writer and the copy when a rejoin is stopped', async () => {
  const stop = new AbortController();
  const say = (text: string): void => {
    if (text.startsWith('copying the data')) stop.abort(new Error('told to'));
  };
  const stopped = store.rejoin('a', 'b', { ...testContext(stop.signal), say });
  await expect(stopped).rejects.toThrow('told to');
  expect(await sql(servers.b, 'SELECT slot_name FROM pg_replication_slots')).toEqual([]);
  expect(readdirSync(dirname(servers.a.dataDir)).sort()).toEqual(['a', 'a.log', 'b', 'b.log']);
});

it('rejoins with a fresh copy, also where an earlier rejoin was cut short', async () => {
  renameSync(servers.a.dataDir, `${servers.a.dataDir}.old`);
  await store.fence('a', context);
  await store.rejoin('a', 'b', context);
  expect(await node('a')).toMatchObject({
    role: 'standby',
    timeline: 2,
    detail: { receiver: 'streaming' },
  });
  expect(await sql(servers.a, 'SELECT id FROM writes ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
  expect(await synchronousNames()).toBe('"a"');
  const { ino } = statSync(servers.a.dataDir);
  await store.rejoin('a', 'b', context);
  expect(statSync(servers.a.dataDir).ino, 'a node that streams is left alone').toBe(ino);
  expect(readdirSync(dirname(servers.a.dataDir)).sort()).toEqual(['a', 'a.log', 'b', 'b.log']);
});

it('switches over as planned, under writes, without a loss; the old primary follows with its own data', async () => {
  let last = 10;
  const writing = (async () => {
    for (;;) {
      await sql(servers.b, `INSERT INTO writes VALUES (${last + 1})`);
      last += 1;
    }
  })().catch(() => undefined);
  await store.demote('b', 'a', context);
  await writing;
  await store.demote('b', 'a', context);
  await store.promote('a', context);
  const { ino } = statSync(servers.b.dataDir);
  await store.rejoin('b', 'a', context);
  expect(statSync(servers.b.dataDir).ino).toBe(ino);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  expect(last).toBeGreaterThan(10);
  const rows = await sql<{ id: number }>(servers.b, 'SELECT id FROM writes WHERE id > 10');
  expect(rows.length).toBeGreaterThanOrEqual(last - 10);
  expect(await sql(servers.a, 'SELECT slot_name, active FROM pg_replication_slots')).toEqual([
    { slot_name: 'standby_b', active: true },
  ]);
  const left = await sql(servers.b, 'SELECT slot_name FROM pg_replication_slots');
  expect(left, 'by which a followed b: it would keep all that b receives').toEqual([]);
});

/** The same store, with another word in the commands that stop node a. */
function storeThatStops(word: string, instead: string): StoreDriver {
  const { a, b } = servers;
  const stop = a.service.stop.map((one) => (one === word ? instead : one));
  return createPostgresStore({
    ...servers.config,
    nodes: [{ ...a, service: { ...a.service, stop } }, b],
  });
}

it('tells a stop that was not clean, and fences the node all the same', async () => {
  await expect(storeThatStops('fast', 'immediate').demote('a', 'b', context)).rejects.toThrow(
    'saying "in production"',
  );
  await expect(store.demote('a', 'b', context), 'asked again, it says so again').rejects.toThrow(
    'in production',
  );
  await store.promote('a', context);
  expect(await node('a')).toMatchObject({ role: 'primary', timeline: 4 });
  await store.rejoin('b', 'a', context);
  expect(await node('b'), 'its standby follows onto the new timeline').toMatchObject({ timeline: 4 });
});

it('fences a primary that is frozen', async () => {
  const server = runningServer(servers.a.dataDir);
  if (server === undefined) throw new Error('it runs');
  kill(pidOf(server), 'SIGSTOP');
  // pg_ctl gives up after a second instead of twenty.
  await storeThatStops('20', '1').fence('a', context);
  expect(runningServer(servers.a.dataDir)).toBeUndefined();
  servers.start(servers.a);
  await expect(sql(servers.a, 'INSERT INTO writes VALUES (0)')).rejects.toThrow('read-only');
});
