import { systemClock } from '@ordeal/shared/time/system-clock';
import { Client } from 'pg';
import type { PatroniCluster } from './cluster.ts';

/** A client that goes to one node, past Patroni. */
export interface NodeClient {
  prepare(node: string): Promise<void>;
  write(node: string, id: number): Promise<void>;
  read(node: string): Promise<readonly number[]>;
  /** Waits until the node answers at all. */
  answers(node: string): Promise<void>;
}

export function clientOf(cluster: () => PatroniCluster): NodeClient {
  const run = async <Row>(node: string, text: string, values: unknown[] = []): Promise<Row[]> => {
    const client = new Client({
      connectionString: cluster().nodes[node]?.url ?? '',
      connectionTimeoutMillis: 2000,
      query_timeout: 3000,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text, values)).rows as Row[];
    } finally {
      await client.end();
    }
  };
  return {
    prepare: async (node) => void (await run(node, 'CREATE TABLE writes (id int PRIMARY KEY)')),
    write: async (node, id) => void (await run(node, 'INSERT INTO writes VALUES ($1)', [id])),
    read: async (node) => (await run<{ id: number }>(node, 'SELECT id FROM writes')).map((row) => row.id),
    answers: async (node) => {
      const deadline = systemClock.now() + 30_000;
      for (;;) {
        const good = await run(node, 'SELECT 1').then(
          () => true,
          () => false,
        );
        if (good) return;
        if (systemClock.now() > deadline) throw new Error(`node ${node} does not answer`);
        await systemClock.sleep(50);
      }
    },
  };
}
