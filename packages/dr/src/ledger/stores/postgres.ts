import { Socket } from 'node:net';
import type { PostgresLedger } from '@ordeal/shared/platform/ledger-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { Client } from 'pg';
import { failureOf, timedOut } from '../../observers/failure.ts';
import { firstWord } from '../../observers/first-word.ts';
import type { LedgerConfig } from '../ledger-protocol.ts';
import { payloadOf } from '../payload.ts';
import { idOf, type WriteKey, type Written } from '../writes.ts';
import { rejects } from './postgres-outcome.ts';
import { readRows } from './postgres-read.ts';
import { quoted, tableOf, withTable } from './postgres-table.ts';
import type { LedgerStore } from './store.ts';

/** A connection of one worker's. */
interface Line {
  readonly client: Client;
  readonly socket: Socket;
  connected: boolean;
}

/** Straight into PostgreSQL, each request one statement and one transaction. */
export function postgresStore(config: LedgerConfig, spec: PostgresLedger, clock: Clock): LedgerStore {
  const lines = new Map<number, Line>();
  const table = quoted(tableOf(spec));
  const text =
    `INSERT INTO ${table} (collection, worker, sequence, payload) ` +
    'SELECT $1, $2, s, p FROM unnest($3::int[], $4::text[]) AS w (s, p)';

  const lineOf = (worker: number): Line => {
    const kept = lines.get(worker);
    if (kept !== undefined) return kept;
    // A socket of one's own can be closed at once; the client itself would say goodbye, and wait.
    const socket = new Socket();
    const client = new Client({
      connectionString: spec.url,
      stream: () => socket,
      application_name: 'ordeal-ledger',
    });
    const line: Line = { client, socket, connected: false };
    const drop = (): void => {
      if (lines.get(worker) === line) lines.delete(worker);
    };
    client.on('error', drop).on('end', drop);
    lines.set(worker, line);
    return line;
  };

  /** Rejects with the reason; `stated` is called when the statement goes out, not before. */
  const insert = async (line: Line, keys: readonly WriteKey[], stated: () => void): Promise<void> => {
    if (!line.connected) {
      await line.client.connect();
      line.connected = true;
    }
    const payloads = keys.map((key) => payloadOf(idOf(config.collection, key)));
    stated();
    await line.client.query(text, [
      config.collection,
      keys[0]?.worker ?? 0,
      keys.map((key) => key.sequence),
      payloads,
    ]);
  };

  const write = async (keys: readonly WriteKey[]): Promise<Written> => {
    const worker = keys[0]?.worker ?? 0;
    const line = lineOf(worker);
    const sent = clock.now();
    let wasStated = false;
    const written = await firstWord<Omit<Written, 'sent'>>(
      config.writeTimeoutMs,
      () => ({
        completed: clock.now(),
        // A connection that never came about carried nothing, and is closed now.
        outcome: wasStated ? 'info' : 'fail',
        detail: timedOut(config.writeTimeoutMs).error,
      }),
      (say) =>
        void insert(line, keys, () => (wasStated = true)).then(
          () => say({ completed: clock.now(), outcome: 'ok', detail: 'committed' }),
          (error: unknown) => {
            const completed = clock.now();
            const { error: kind, detail } = failureOf(error);
            const trouble = kind === 'observer' ? { trouble: detail } : {};
            const rejected = rejects(error);
            const outcome = rejected !== undefined || !wasStated ? 'fail' : 'info';
            say({ completed, outcome, detail: rejected ?? kind, ...trouble });
          },
        ),
    );
    if (written.outcome !== 'ok') {
      lines.delete(worker);
      line.socket.destroy();
    }
    return { sent, ...written };
  };

  return {
    writesPerRequest: spec.writesPerCommit ?? 1,
    prepare: () => withTable(spec, config.writeTimeoutMs),
    write,
    read: (deadline, take) => readRows(config, spec, deadline - clock.now(), take),
    closeAll: () => {
      for (const { socket } of lines.values()) socket.destroy();
      lines.clear();
    },
  };
}
