import { Socket } from 'node:net';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { Client } from 'pg';
import type { WriteAnswer, WriteQuestions } from './answer.ts';

/** A PostgreSQL server that can be asked. */
export interface AskedServer {
  readonly name: string;
  readonly url: string;
  /** Where it is reached, whatever `url` says of that. It is still the name there that TLS verifies. */
  readonly address?: { readonly host: string; readonly port: number };
  /**
   * What stands at the address. A service refuses for servers that it does not lead to, and that may well take writes:
   * only a server's own refusal says something. Where it leads to this one server or nowhere, it refuses for that once
   * when the server has just ended our session at its shutdown. Default: the server itself.
   */
  readonly at?: 'server' | 'service' | 'service to one';
}

const connectMs = 1000;
const answerMs = 1000;

// A record that needs no table is written and committed like any other write.
// A server goes to the next timeline whenever it leaves recovery, and does not go back without a restart.
// A commit that waits for a standby would hang, and its session would stay behind on the server; so where the user
// may see the standbys, they are looked at first.
const writeSql = `
  WITH refusal AS (
    SELECT CASE
        WHEN pg_is_in_recovery() THEN 'it is a standby'
        WHEN current_setting('transaction_read_only') = 'on' THEN 'it is read-only'
        WHEN current_setting('synchronous_standby_names') <> ''
          AND current_setting('synchronous_commit') NOT IN ('off', 'local')
          AND pg_has_role('pg_read_all_stats', 'USAGE')
          AND NOT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))
          THEN 'its commits wait for a standby that is not there'
        ELSE ''
      END AS text
  )
  SELECT text AS refusal,
    CASE WHEN text <> '' THEN ''
      ELSE 'timeline ' || ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text
        || ', up since ' || to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'HH24:MI:SS.MS')
        || CASE WHEN pg_logical_emit_message(true, 'ordeal', 'does it take writes?') IS NULL THEN '' ELSE '' END
    END AS incarnation
  FROM refusal`;

interface Session {
  readonly client: Client;
  /** The server's last words on it, when it has ended. */
  ended: string | undefined;
}

/**
 * Asks PostgreSQL servers, each on a session that is kept. The session shows that a server ended its sessions: one
 * that says it is shutting down may still serve those that it has, unless it has ended ours.
 */
export function postgresQuestions(find: (name: string) => AskedServer): WriteQuestions {
  const sessions = new Map<string, Session>();
  /** Servers that have ended our session at their shutdown, and were not reached since. */
  const shut = new Set<string>();
  const drop = (name: string): void => {
    sessions
      .get(name)
      ?.client.end()
      .catch(() => undefined);
    sessions.delete(name);
  };
  return {
    ask: async (name, context) => {
      const { clock, signal } = context;
      const node = find(name);
      const asked = clock.now();
      const base = (): Pick<WriteAnswer, 'node' | 'asked' | 'answered'> => ({
        node: name,
        asked,
        answered: clock.now(),
      });
      const end = (): void => drop(name);
      signal.addEventListener('abort', end, { once: true });
      try {
        signal.throwIfAborted();
        const kept = sessions.get(name);
        if (kept?.ended !== undefined) {
          if (isShutdown(kept.ended)) shut.add(name);
          drop(name);
        }
        const session = sessions.get(name) ?? (await open(node));
        sessions.set(name, session);
        shut.delete(name);
        const [row] = (await session.client.query<{ refusal: string; incarnation: string }>(writeSql)).rows;
        if (row === undefined) return { ...base(), takes: 'unknown', detail: 'the question had no answer' };
        return row.refusal === ''
          ? { ...base(), takes: 'yes', incarnation: row.incarnation, detail: 'it committed a write' }
          : { ...base(), takes: 'no', detail: row.refusal };
      } catch (error) {
        // On a session that broke, this question may have been answered or not; the next one will tell.
        if (isShutdown(codeOf(error))) shut.add(name);
        drop(name);
        const no = refuses(error, shut.has(name), node);
        // It may be back by the next time, and the service not lead to it.
        if (codeOf(error) === 'ECONNREFUSED') shut.delete(name);
        return { ...base(), takes: no ? 'no' : 'unknown', detail: reasonOf(error) };
      } finally {
        signal.removeEventListener('abort', end);
      }
    },
    close: () => [...sessions.keys()].forEach(drop),
  };
}

/** Asks one server once. Never rejects. */
export async function askPostgres(node: AskedServer, context: DriverContext): Promise<WriteAnswer> {
  const questions = postgresQuestions(() => node);
  try {
    return await questions.ask(node.name, context);
  } finally {
    questions.close();
  }
}

/** pg verifies the name that it was given to connect to, so that it goes on having that one. */
function socketTo(address: { readonly host: string; readonly port: number }): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  socket.connect = () => connect(address);
  return socket;
}

async function open(node: AskedServer): Promise<Session> {
  const { address } = node;
  const client = new Client({
    connectionString: node.url,
    connectionTimeoutMillis: connectMs,
    statement_timeout: answerMs,
    query_timeout: answerMs + 500,
    application_name: 'ordeal',
    ...(address === undefined ? {} : { stream: () => socketTo(address) }),
  });
  const session: Session = { client, ended: undefined };
  client.on('error', (error) => (session.ended ??= codeOf(error)));
  client.on('end', () => (session.ended ??= 'closed'));
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
  return session;
}

/** `admin_shutdown`: the server ends all its sessions, and serves nobody until it is started again. */
function isShutdown(code: string): boolean {
  return code === '57P01';
}

/**
 * Whether this is the answer of something that takes no writes: nobody listens, or the server says that it is
 * starting or read-only, or that it is shutting down and has ended its sessions.
 */
function refuses(error: unknown, shut: boolean, { at = 'server' }: AskedServer): boolean {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return at === 'server' || (at === 'service to one' && shut);
  if (code === '25006') return true;
  if (code !== '57P03') return false;
  return shut || /starting up|not yet accepting|in recovery mode/.test(reasonOf(error));
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}
