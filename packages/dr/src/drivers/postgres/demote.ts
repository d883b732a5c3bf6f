import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode } from './config.ts';
import { readControl } from './control-file.ts';
import { fence } from './fence.ts';
import { isFenced, writeFence } from './files.ts';
import { queryRows, withSession } from './query.ts';
import { serverIn, stopServer } from './server.ts';
import { reportOf } from './status.ts';

/** Bytes that a standby may be behind when the primary is asked to stop; it gets the rest while that stops. */
const mostBehind = 16 * 1024 * 1024;

/**
 * Stops the primary cleanly, so that its standby has everything, and leaves it fenced.
 *
 * A fast shutdown waits until all WAL was sent, the shutdown checkpoint included. That is not taken on trust:
 * the standby must have replayed past the checkpoint that the stopped node's control file names. Rejects when
 * it has not; the node is fenced then as well.
 */
export async function demote(
  node: PostgresNode,
  standby: PostgresNode,
  context: DriverContext,
): Promise<void> {
  if (standby === node) throw new Error(`node ${node.name} cannot hand over to itself: it was left as it is`);
  const { node: state } = await reportOf(node, context);
  if (state.reachable && state.role === 'standby') return await fence(node, context);
  if (!state.reachable) {
    if (serverIn(node.dataDir).is !== 'none' || !isFenced(node.dataDir)) {
      throw new Error(
        `expected node ${node.name} as a running primary, but it does not answer (${state.reason}): a planned ` +
          'switchover is not possible; fence it, and promote its standby',
      );
    }
    return await mustHaveEverything(node, standby, context);
  }
  await mustFollow(node, standby, context);
  // So that the one which the shutdown writes has little left to do, while nobody can write.
  await withSession(node, context, (session) => session.rows('CHECKPOINT'), {
    connectMs: 2000,
    queryMs: 60_000,
  });
  writeFence(node.dataDir, node.runAs);
  try {
    // Once asked for it is seen through: a server that is about to stop is neither a primary nor fenced.
    await stopServer(node, { ...context, signal: AbortSignal.timeout(90_000) });
  } catch (error) {
    await fence(node, context);
    throw new Error(
      `node ${node.name} did not stop by itself, so its last commits may not have reached node ${standby.name}; ` +
        `it is fenced (${reasonOf(error)})`,
      { cause: error },
    );
  }
  await mustHaveEverything(node, standby, context);
}

async function mustFollow(node: PostgresNode, standby: PostgresNode, context: DriverContext): Promise<void> {
  const [row] = await queryRows<{ state: string; behind: string }>(
    node,
    context,
    `SELECT state, (pg_current_wal_lsn() - coalesce(replay_lsn, '0/0'))::text AS behind
       FROM pg_stat_replication WHERE application_name = $1 ORDER BY replay_lsn DESC NULLS LAST LIMIT 1`,
    [standby.name],
  );
  if (row?.state === 'streaming' && Number(row.behind) <= mostBehind) return;
  throw new Error(
    `expected node ${standby.name} to stream from ${node.name} and to be less than ${mostBehind} bytes behind, found ` +
      `${row === undefined ? 'that it is not connected' : `it ${row.state} and ${row.behind} bytes behind`}: ` +
      `rejoin ${standby.name} first; ${node.name} was left as it is`,
  );
}

async function mustHaveEverything(
  node: PostgresNode,
  standby: PostgresNode,
  context: DriverContext,
): Promise<void> {
  const control = await readControl(node, context);
  if (!control.state.startsWith('shut down')) {
    throw new Error(
      `expected node ${node.name} to be shut down cleanly, found its control file saying "${control.state}": its ` +
        `last commits may not have reached node ${standby.name}; it is fenced`,
    );
  }
  const deadline = context.clock.now() + 10_000;
  for (;;) {
    const [row] = await queryRows<{ has: boolean; replayed: string }>(
      standby,
      context,
      `SELECT coalesce(pg_last_wal_replay_lsn() > $1::pg_lsn, false) AS has,
         coalesce(pg_last_wal_replay_lsn()::text, 'nothing') AS replayed`,
      [control.checkpoint],
    );
    if (row?.has === true) return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} ended with its checkpoint at ${control.checkpoint}, but node ${standby.name} has replayed ` +
          `only up to ${row?.replayed}: promoting ${standby.name} would lose what lies between`,
      );
    }
    await context.clock.sleep(20, context.signal);
  }
}
