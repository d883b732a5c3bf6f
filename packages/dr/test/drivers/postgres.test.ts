import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreNode } from '@ordeal/shared/drivers/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { sql, testContext, twoServers, type TwoServers } from './two-servers.ts';

let servers: TwoServers;
const context = testContext();

async function node(name: 'a' | 'b'): Promise<StoreNode> {
  const { nodes } = await createPostgresStore(servers.config).status(context);
  const found = nodes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

async function roles(): Promise<Record<string, string>> {
  const { nodes } = await createPostgresStore(servers.config).status(context);
  return Object.fromEntries(nodes.map((one) => [one.name, one.reachable ? one.role : 'unreachable']));
}

describe('a PostgreSQL store of two servers', () => {
  beforeEach(async () => {
    servers = await twoServers();
  });
  afterEach(() => servers.dispose());

  it('tells roles, timeline, positions, lag and durability', async () => {
    await sql(servers.a, 'INSERT INTO writes VALUES (1)');
    const status = await createPostgresStore(servers.config).status(context);
    expect(status.nodes[0]).toMatchObject({ name: 'a', role: 'primary', timeline: 1 });
    expect(status.nodes[1]).toMatchObject({
      name: 'b',
      role: 'standby',
      timeline: 1,
      detail: { receiver: 'streaming' },
    });
    expect(status.settings).toMatchObject({
      synchronous_commit: 'on',
      synchronous_standby_names: '',
      fsync: 'off',
    });
    const [a, b] = status.nodes;
    if (!a?.reachable || !b?.reachable) throw new Error('both answer');
    expect(a.position - b.position).toBeLessThan(10_000);
    expect(b.lagSeconds).toBeLessThan(5);
    servers.stop(servers.a);
    expect(await node('a')).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await node('b')).not.toHaveProperty('lagSeconds');
  });

  it('refuses to make two writers', async () => {
    const store = createPostgresStore(servers.config);
    await expect(store.promote('b', context)).rejects.toThrow('node a accepts writes');
    await expect(store.rejoin('a', 'b', context)).rejects.toThrow('expected node b to be the primary');
    expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  });

  it('fails over from a dead primary, which stays read-only through restarts, and rejoins both ways', async () => {
    const store = createPostgresStore(servers.config);
    await sql(servers.a, 'INSERT INTO writes VALUES (1)');
    servers.kill(servers.a);
    await store.fence('a', context);
    await store.fence('a', context);
    await store.promote('b', context);
    await store.promote('b', context);
    expect(await node('b')).toMatchObject({ role: 'primary', timeline: 2 });
    await sql(servers.b, 'INSERT INTO writes VALUES (2)');

    for (const restart of [1, 2]) {
      servers.start(servers.a);
      expect(await node('a'), `restart ${restart}`).toMatchObject({ role: 'standby', timeline: 1 });
      await expect(sql(servers.a, 'INSERT INTO writes VALUES (3)')).rejects.toThrow('read-only');
      if (restart === 1) servers.kill(servers.a);
    }

    await store.rejoin('a', 'b', context);
    expect(await node('a')).toMatchObject({
      role: 'standby',
      timeline: 2,
      detail: { receiver: 'streaming' },
    });
    expect(await sql(servers.a, 'SELECT id FROM writes ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
    const inode = statSync(servers.a.dataDir).ino;
    await store.rejoin('a', 'b', context);
    expect(statSync(servers.a.dataDir).ino, 'a node that streams is left alone').toBe(inode);
    expect(readdirSync(dirname(servers.a.dataDir)).sort()).toEqual(['a', 'a.log', 'b', 'b.log']);

    // And back, planned: nothing may be lost under writes that go on until the primary stops.
    let last = 10;
    const writing = (async () => {
      for (;;) {
        await sql(servers.b, `INSERT INTO writes VALUES (${last + 1})`);
        last += 1;
      }
    })().catch(() => undefined);
    await store.demote('b', context);
    await writing;
    await store.demote('b', context);
    await store.promote('a', context);
    await store.rejoin('b', 'a', context);
    expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
    expect(last).toBeGreaterThan(10);
    const rows = await sql<{ id: number }>(servers.b, `SELECT id FROM writes WHERE id > 10 ORDER BY id`);
    expect(rows.length).toBeGreaterThanOrEqual(last - 10);
    expect(await sql(servers.a, 'SELECT slot_name, active FROM pg_replication_slots')).toEqual([
      { slot_name: 'standby_b', active: true },
    ]);
  });
});
