import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode } from './config.ts';
import { readControl } from './control-file.ts';
import { queryRows } from './query.ts';

/**
 * Whether the stopped node's data is a part of the primary's history, so that it can follow with what it has.
 *
 * It is after a clean switchover: the node shut down as the primary of its timeline, and the new primary left
 * that timeline at a later position than the node's shutdown checkpoint, which is the last thing that the node
 * wrote. After a crash nobody knows what else the node has written, and the answer is no.
 */
export async function isAncestor(
  node: PostgresNode,
  primary: PostgresNode,
  context: DriverContext,
): Promise<boolean> {
  const own = await readControl(node, context);
  if (own.state !== 'shut down') return false;
  const [row] = await queryRows<{ system: string; history: string | null }>(
    primary,
    context,
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
      pg_read_file('pg_wal/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '.history', 0, 1000000, true)
        AS history`,
  );
  if (row === undefined || row.system !== own.system) return false;
  const left = leftAt(row.history ?? '', own.timeline);
  if (left === undefined) return false;
  const [later] = await queryRows<{ holds: boolean }>(
    primary,
    context,
    // The WAL from there on must still be there: a new slot only keeps what comes after its creation.
    `SELECT $1::pg_lsn > $2::pg_lsn
      AND (pg_stat_file('pg_wal/' || pg_walfile_name($1::pg_lsn), true)).size IS NOT NULL AS holds`,
    [left, own.checkpoint],
  );
  return later?.holds === true;
}

/** Position at which the history (a `.history` file) left the timeline; undefined when it never was on it. */
export function leftAt(history: string, timeline: number): string | undefined {
  for (const line of history.split('\n')) {
    const [parent, position] = line.trim().split(/\s+/);
    if (Number(parent) === timeline && position !== undefined) return position;
  }
  return undefined;
}
