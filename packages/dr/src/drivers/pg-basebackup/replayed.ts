import type { Replayed, RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { outputOf } from '../../restore/programs.ts';
import { queryRows } from '../postgres/query.ts';
import { logReader, type StagedLog } from './log.ts';
import { positionOf } from './segments.ts';
import type { UnpackedData } from './unpack.ts';

/** The end of a transaction, as the log holds it. Wall-clock milliseconds of the source. */
export interface EndedTransaction {
  readonly position: number;
  readonly at: number;
}

/** How far a server says that it has replayed. */
export interface Progress {
  /** When the last transaction that was replayed had ended: wall-clock milliseconds of the source. */
  readonly last: number | null;
  /** Position in the log. */
  readonly end: string | null;
}

export async function progressOf(url: string, context: DriverContext): Promise<Progress> {
  const [row] = await queryRows<Progress>(
    { name: 'restored', url },
    context,
    // Multiplied before it is rounded: a moment that is whole milliseconds is exactly that.
    `SELECT (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000)::float8 AS last,
       pg_last_wal_replay_lsn()::text AS "end"`,
  );
  return row ?? { last: null, end: null };
}

/**
 * How far a server that was asked for a moment has come, by what it says that it replayed, and by what the log holds on
 * both sides of the moment. Neither knows what the server was told.
 */
export async function replayedOf(
  { last, end }: Progress,
  at: number,
  log: StagedLog,
  data: UnpackedData,
  into: RestoreTarget,
  context: DriverContext,
): Promise<Replayed> {
  const reader = logReader(log, data, into, ['--rmgr=Transaction']);
  if (reader === undefined || end === null) return { last };
  const ended = transactionsIn(linesOf(outputOf(reader, context)));
  return { last, log: await around(at, positionOf(end), ended) };
}

/**
 * What a log holds around a moment when it was replayed up to a position. Recovery ends before the first transaction
 * that is later than the moment, whatever the clock was set back to behind it.
 */
export async function around(
  at: number,
  replayedTo: number,
  transactions: AsyncIterable<EndedTransaction>,
): Promise<NonNullable<Replayed['log']>> {
  let number = 0;
  let first = 0;
  const missing = (): { number: number; first: number } | null => (number === 0 ? null : { number, first });
  for await (const one of transactions) {
    const replayed = one.position < replayedTo;
    if (one.at > at) return { missing: missing(), later: { at: one.at, replayed } };
    if (replayed) continue;
    if (number === 0) first = one.at;
    number += 1;
  }
  return { missing: missing(), later: null };
}

const ended =
  /lsn: ([0-9A-F]+\/[0-9A-F]+),.*desc: (?:COMMIT|ABORT)(?:_PREPARED)? (?:\d+: )?(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+) UTC/;

/** Ends of transactions in what `pg_waldump` prints of them in UTC. */
export async function* transactionsIn(lines: AsyncIterable<string>): AsyncGenerator<EndedTransaction> {
  for await (const line of lines) {
    const [, lsn = '', day = '', time = '', fraction = ''] = ended.exec(line) ?? [];
    if (lsn === '') continue;
    // Commits are told apart by microseconds.
    yield { position: positionOf(lsn), at: Date.parse(`${day}T${time}Z`) + Number(`0${fraction}`) * 1000 };
  }
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
