import { clientOf } from '../../../packages/dr/test/drivers/patroni/client.ts';
import { patroniCluster } from '../../../packages/dr/test/drivers/patroni/cluster.ts';
import { sql } from '../../../packages/dr/test/observers/fixtures/databases.ts';
import type { OtherStore } from './platform-folder.ts';
import { primaryEdge } from './primary-edge.ts';

const portOf = (url: string): number => Number(new URL(url).port);

/** Two members of a real Patroni, behind an HAProxy that asks Patroni who is the primary. */
export async function withPatroni(use: (platform: OtherStore) => Promise<boolean>): Promise<boolean> {
  const cluster = await patroniCluster({ ttl: 10, loopWait: 3, retryTimeout: 3 }, ['a', 'b']);
  const members = Object.values(cluster.nodes);
  const edge = await primaryEdge(
    {
      lines: ['option httpchk GET /primary', 'http-check expect status 200'],
      servers: members.map(({ name, url, api }) => ({
        name,
        port: portOf(url),
        check: `port ${portOf(api)}`,
      })),
    },
    false,
  );
  try {
    await clientOf(() => cluster).answers('a');
    const answer = await fetch(`${cluster.nodes['a']?.api}/cluster`);
    const { members: seen } = (await answer.json()) as { members: { name: string; role: string }[] };
    const from = seen.find(({ role }) => role === 'leader')?.name ?? 'a';
    const to = from === 'a' ? 'b' : 'a';
    const leader = cluster.nodes[from];
    await sql(leader?.url ?? '', 'CREATE TABLE seen (id text)');
    const url = `postgresql://postgres@127.0.0.1:${edge.port}/postgres`;
    const alive = `curl -s -o /dev/null --max-time 2 ${leader?.api}/liveness`;
    const start = (leader?.service?.start ?? []).join(' ');
    return await use({
      name: 'on-patroni',
      store: {
        driver: 'patroni',
        config: { scope: 'ordeal', nodes: members, promoteWithinSeconds: 60 },
      },
      faults: {
        'leader-stopped': {
          title: 'The leader is stopped',
          driver: 'command',
          revives: 'nothing',
          config: {
            what: 'stops a member of Patroni, with its server',
            targets: [from],
            loses: 'stopped',
            inject: { argv: leader?.service?.stop ?? [], withinSeconds: 60 },
            status: { argv: ['sh', '-c', `${alive} && exit 0; exit 1`] },
            heal: {
              argv: [
                'sh',
                '-c',
                `${alive} || ${start}; for i in $(seq 100); do ${alive} && exit 0; sleep 0.3; done; exit 1`,
              ],
              withinSeconds: 60,
            },
          },
        },
      },
      probes: [
        {
          kind: 'postgres',
          name: 'write',
          connection: 'pooled',
          url,
          sql: 'INSERT INTO seen (id) VALUES ({{id}})',
        },
        { kind: 'postgres', name: 'fresh', connection: 'fresh', url, sql: 'SELECT 1' },
      ],
      ledger: { kind: 'postgres', url },
      drills: [
        { name: 'switchover', drill: { kind: 'switchover', from, to } },
        { name: 'switchover-back', drill: { kind: 'switchover', from: to, to: from } },
        { name: 'leader-stopped', drill: { kind: 'observe', lose: 'leader-stopped', from } },
      ],
    });
  } finally {
    await edge.end();
    await cluster.dispose();
  }
}
