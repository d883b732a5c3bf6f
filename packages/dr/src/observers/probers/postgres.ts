import { Socket } from 'node:net';
import type { PostgresProbe } from '@ordeal/shared/platform/probe-spec';
import { fillText } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import { Client, DatabaseError } from 'pg';
import type { ProbeConfig } from '../probe-protocol.ts';
import { lineProber, type Line } from './lines.ts';
import type { Prober } from './prober.ts';
import { variablesOf } from './variables.ts';

/** Statements straight to PostgreSQL, each in a transaction of its own. */
export function postgresProber(config: ProbeConfig, spec: PostgresProbe, clock: Clock): Prober {
  return lineProber(
    {
      connection: spec.connection,
      timeoutMs: config.timeoutMs,
      clock,
      refusal: (error) => (error instanceof DatabaseError ? (error.code ?? 'error') : undefined),
    },
    () => openLine(config, spec),
  );
}

function openLine(config: ProbeConfig, spec: PostgresProbe): Line {
  // A socket of one's own can be closed at once; the client itself would say goodbye, and wait.
  const socket = new Socket();
  const client = new Client({
    connectionString: spec.url,
    stream: () => socket,
    application_name: 'ordeal-probe',
  });
  let closed = false;
  client.on('error', () => undefined).on('end', () => (closed = true));
  let connected: Promise<unknown> | undefined;
  return {
    ask: async (count) => {
      connected ??= client.connect().catch((error: unknown) => {
        closed = true;
        throw error;
      });
      await connected;
      const values: string[] = [];
      const text = fillText(spec.sql, variablesOf(config, spec, count), 'the sql of a probe', (value) => {
        values.push(value);
        return `$${values.length}`;
      });
      await client.query(text, values);
    },
    close: () => void socket.destroy(),
    isClosed: () => closed,
  };
}
