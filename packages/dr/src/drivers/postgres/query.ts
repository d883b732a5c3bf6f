import { Client } from 'pg';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode } from './config.ts';

/** Time limits of one connection, in milliseconds. */
export interface QueryLimits {
  readonly connectMs: number;
  readonly queryMs: number;
}

const usual: QueryLimits = { connectMs: 2000, queryMs: 5000 };

/** What a connection can be asked. */
export interface Session {
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * Connects to the node, hands the connection to `use`, and closes it. The context's signal ends it at once.
 * Rejects with the reason of the server or of the network.
 */
export async function withSession<T>(
  node: Pick<PostgresNode, 'name' | 'url'>,
  context: DriverContext,
  use: (session: Session) => Promise<T>,
  limits: QueryLimits = usual,
): Promise<T> {
  context.signal.throwIfAborted();
  const client = new Client({
    connectionString: node.url,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.queryMs,
    // The server's own limit answers first; this one is for a server that does not answer at all.
    query_timeout: limits.queryMs + 1000,
    application_name: 'ordeal',
  });
  // A connection that breaks between two queries would otherwise be an uncaught error; the next query tells it.
  client.on('error', () => undefined);
  const end = (): void => void client.end().catch(() => undefined);
  // A client that is ended while it connects does not say so.
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    end();
    aborted.reject(context.signal.reason);
  };
  context.signal.addEventListener('abort', abort, { once: true });
  const work = async (): Promise<T> => {
    await client.connect();
    return await use({
      rows: async <Row>(sql: string, values: readonly unknown[] = []) =>
        (await client.query(sql, [...values])).rows as Row[],
    });
  };
  try {
    return await Promise.race([work(), aborted.promise]);
  } catch (error) {
    context.signal.throwIfAborted();
    throw error;
  } finally {
    context.signal.removeEventListener('abort', abort);
    end();
  }
}

/** Runs one statement on a connection of its own. */
export async function queryRows<Row>(
  node: Pick<PostgresNode, 'name' | 'url'>,
  context: DriverContext,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return await withSession(node, context, (session) => session.rows<Row>(sql, values));
}
