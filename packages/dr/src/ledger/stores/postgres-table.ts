import type { PostgresLedger } from '@ordeal/shared/platform/ledger-spec';
import { Client } from 'pg';

/** By this comment a table is known that was made here, and that may be dropped again. */
const mark = 'made by ordeal';

export function tableOf(spec: PostgresLedger): string {
  return spec.table ?? 'ordeal_ledger';
}

/** With its schema, if it has one. The names have been looked at when the platform's file was. */
export function quoted(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}

/**
 * Makes the table, unless it is there. It has no key: an index that is damaged would hide what the table holds twice,
 * or does not hold.
 */
export async function withTable(spec: PostgresLedger, timeoutMs: number): Promise<void> {
  const table = quoted(tableOf(spec));
  await onConnection(spec, timeoutMs, async (client) => {
    const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
    if ((rows[0] as { readonly there: boolean }).there) return;
    // Two runs may come here at once: one of them makes it, and both find it.
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtext('ordeal ledger'))");
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${table} (collection text NOT NULL, worker int NOT NULL, sequence int NOT NULL, payload text NOT NULL)`,
    );
    await client.query(`COMMENT ON TABLE ${table} IS '${mark}'`);
    await client.query('COMMIT');
  });
}

/** Deletes a collection, and drops the table when nothing else is in it and it was made here. */
export async function clearTable(
  spec: PostgresLedger,
  collection: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const table = quoted(tableOf(spec));
  await onConnection(spec, timeoutMs, async (client) => {
    signal.throwIfAborted();
    const { rows } = await client.query(
      "SELECT obj_description(to_regclass($1), 'pg_class') AS mark, to_regclass($1) IS NOT NULL AS there",
      [table],
    );
    const [found] = rows as { readonly mark: string | null; readonly there: boolean }[];
    if (found?.there !== true) return;
    await client.query('BEGIN');
    if (found.mark === mark) await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const others = await client.query(`SELECT 1 FROM ${table} WHERE collection <> $1 LIMIT 1`, [collection]);
    if (found.mark === mark && others.rowCount === 0) await client.query(`DROP TABLE ${table}`);
    else await client.query(`DELETE FROM ${table} WHERE collection = $1`, [collection]);
    // Without it the server takes everything back.
    signal.throwIfAborted();
    await client.query('COMMIT');
  });
}

async function onConnection(
  spec: PostgresLedger,
  timeoutMs: number,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({
    connectionString: spec.url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'ordeal-ledger',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await use(client);
  } finally {
    client.end().catch(() => undefined);
  }
}
