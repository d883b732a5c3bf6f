import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode, PostgresStoreConfig } from './config.ts';
import { liftFence } from './files.ts';
import { withSession } from './query.ts';
import { startServer } from './server.ts';
import { reportOf } from './status.ts';
import { waitForStandbys } from './synchronous.ts';

const promoteSeconds = 60;

/**
 * Makes the node the primary. A stopped node is started first: it was fenced, so it comes up as a standby.
 * Resolves when it has left recovery on a new timeline and a write was committed on it (on its own disk: whether
 * commits wait for a standby is `synchronous`'s matter). Refuses while any other node answers as primary.
 */
export async function promote(
  config: PostgresStoreConfig,
  node: PostgresNode,
  context: DriverContext,
): Promise<void> {
  const others = config.nodes.filter((one) => one !== node);
  const [own, ...rest] = await Promise.all([node, ...others].map((one) => reportOf(one, context)));
  const rival = rest.find((one) => one.node.reachable && one.node.role === 'primary');
  if (rival !== undefined) {
    throw new Error(
      `node ${rival.node.name} accepts writes, so promoting ${node.name} would make two writers: ` +
        `fence ${rival.node.name} first`,
    );
  }
  let state = own?.node;
  if (state?.reachable !== true) {
    await startServer(node, context);
    state = (await reportOf(node, context)).node;
  }
  if (!state.reachable) {
    throw new Error(`node ${node.name} does not answer (${state.reason}): start it, then promote it again`);
  }
  if (state.role === 'standby') await leaveRecovery(config, node, state.timeline, context);
  // A primary whose demotion was cut short has the files of a fence.
  liftFence(node.dataDir);
  await mustAcceptWrites(node, context);
}

async function leaveRecovery(
  config: PostgresStoreConfig,
  node: PostgresNode,
  timeline: number,
  context: DriverContext,
): Promise<void> {
  // Before it can take a write: later, the first commit would wait for a standby that is not there.
  if (config.synchronous) await waitForStandbys(node, [], context);
  const limits = { connectMs: 2000, queryMs: (promoteSeconds + 5) * 1000 };
  await withSession(
    node,
    context,
    async (session) => {
      const [row] = await session.rows<{ done: boolean }>('SELECT pg_promote(true, $1) AS done', [
        promoteSeconds,
      ]);
      if (row?.done !== true) {
        throw new Error(
          `node ${node.name} did not leave recovery within ${promoteSeconds} s of pg_promote: look into its log`,
        );
      }
    },
    limits,
  );
  const { node: now } = await reportOf(node, context);
  if (!now.reachable || now.role !== 'primary' || now.timeline <= timeline) {
    const found = now.reachable ? `${now.role} on timeline ${now.timeline}` : now.reason;
    throw new Error(
      `expected node ${node.name} as primary on a timeline above ${timeline} after pg_promote, found ${found}`,
    );
  }
}

/** Commits a record that needs no table: it is written and flushed like any other. */
async function mustAcceptWrites(node: PostgresNode, context: DriverContext): Promise<void> {
  await withSession(node, context, async (session) => {
    await session.rows('BEGIN');
    // Not waiting for a standby: where commits must, none can stream before there is a primary to rejoin.
    await session.rows('SET LOCAL synchronous_commit = local');
    await session.rows("SELECT pg_logical_emit_message(true, 'ordeal', 'promoted')");
    await session.rows('COMMIT');
    const [row] = await session.rows<{ names: string; standbys: number }>(
      `SELECT current_setting('synchronous_standby_names') AS names,
        (SELECT count(*)::int FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS standbys`,
    );
    if (row !== undefined && row.names !== '' && row.standbys === 0) {
      context.say(
        `node ${node.name} is primary, but its commits wait until a standby of synchronous_standby_names = ` +
          `'${row.names}' streams`,
      );
    }
  });
}
