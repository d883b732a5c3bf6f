import { Socket } from 'node:net';
import type { PostgresLedger } from '@ordeal/shared/platform/ledger-spec';
import { Client } from 'pg';
import type { LedgerConfig } from '../ledger-protocol.ts';
import { payloadOf } from '../payload.ts';
import { idOf, type Found } from '../writes.ts';
import { quoted, tableOf } from './postgres-table.ts';

const rowsAPage = 10_000;

/** Goes over the table once, by a cursor: one snapshot, and a page of it in memory at a time. */
export async function readRows(
  { collection }: LedgerConfig,
  spec: PostgresLedger,
  withinMs: number,
  take: (page: readonly Found[]) => Promise<void>,
): Promise<void> {
  const socket = new Socket();
  const client = new Client({
    connectionString: spec.url,
    stream: () => socket,
    application_name: 'ordeal-ledger',
  });
  client.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), Math.max(0, withinMs));
  try {
    await client.connect();
    await client.query('BEGIN READ ONLY');
    await client.query(
      `DECLARE everything NO SCROLL CURSOR FOR SELECT worker, sequence, payload FROM ${quoted(tableOf(spec))} WHERE collection = $1`,
      [collection],
    );
    for (;;) {
      const { rows } = await client.query<[number, number, string]>({
        text: `FETCH ${rowsAPage} FROM everything`,
        rowMode: 'array',
      });
      if (rows.length === 0) break;
      await take(
        rows.map(([worker, sequence, payload]) => {
          const key = { worker, sequence };
          return { key, corrupt: payload !== payloadOf(idOf(collection, key)) };
        }),
      );
    }
    await client.query('COMMIT');
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
