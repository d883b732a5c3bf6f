import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode, PostgresStoreConfig } from './config.ts';
import { hasFiles } from './files.ts';
import { queryRows } from './query.ts';

const durability = ['synchronous_commit', 'synchronous_standby_names', 'fsync', 'full_page_writes'] as const;

interface StatusRow {
  standby: boolean;
  timeline: number;
  position: string;
  received: string | null;
  replayed: string | null;
  receiver: string | null;
  lag: number | null;
  age: number | null;
  system: string;
  settings: Record<string, string>;
}

// The control file's timeline lags until the next checkpoint, so the primary's comes from the name of the WAL
// file it writes, and the standby's from its receiver where there is one.
// A standby's position is what it would have after a promotion: all that it received, replayed or not. What it
// received is unknown to a server that was restarted without an upstream; then only the replayed counts.
const statusSql = `
  SELECT recovery.standby,
    CASE WHEN recovery.standby
      THEN greatest((SELECT received_tli FROM pg_stat_wal_receiver), control.timeline_id)
      ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
    END AS timeline,
    (CASE WHEN recovery.standby
      THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0'::pg_lsn)
      ELSE pg_current_wal_lsn()
    END - '0/0'::pg_lsn)::text AS position,
    pg_last_wal_receive_lsn()::text AS received,
    pg_last_wal_replay_lsn()::text AS replayed,
    (SELECT status FROM pg_stat_wal_receiver) AS receiver,
    CASE
      WHEN (SELECT status FROM pg_stat_wal_receiver) IS DISTINCT FROM 'streaming' THEN NULL
      WHEN pg_last_wal_replay_lsn() >= (SELECT latest_end_lsn FROM pg_stat_wal_receiver) THEN 0
      ELSE greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))
    END::float8 AS lag,
    greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::float8 AS age,
    (SELECT system_identifier::text FROM pg_control_system()) AS system,
    (SELECT json_object_agg(name, setting) FROM pg_settings WHERE name = ANY($1)) AS settings
  FROM (SELECT CASE WHEN pg_is_in_recovery() THEN true ELSE false END AS standby) AS recovery,
    pg_control_checkpoint() AS control`;

/** A node's own account, with the durability settings that it runs with. */
export interface NodeReport {
  readonly node: StoreNode;
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds since the transaction that a standby replayed last was committed; null when it has replayed none. */
  readonly replayedAgo: number | null;
}

/** Asks one node. A node that does not answer is reported as unreachable, with the reason. */
export async function reportOf(
  node: Pick<PostgresNode, 'name' | 'region' | 'url'>,
  context: DriverContext,
): Promise<NodeReport> {
  try {
    const [row] = await queryRows<StatusRow>(node, context, statusSql, [durability]);
    if (row === undefined) throw new Error('the status query returned no row');
    return {
      node: {
        name: node.name,
        reachable: true,
        role: row.standby ? 'standby' : 'primary',
        timeline: row.timeline,
        position: Number(row.position),
        ...(row.lag === null ? {} : { lagSeconds: row.lag }),
        detail: {
          region: node.region,
          system_identifier: row.system,
          ...(row.standby
            ? {
                receiver: row.receiver ?? 'none',
                received: row.received ?? 'nothing since its start',
                replayed: row.replayed ?? 'nothing',
              }
            : {}),
        },
      },
      settings: row.settings,
      replayedAgo: row.age,
    };
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      node: { name: node.name, reachable: false, reason: reasonOf(error) },
      settings: {},
      replayedAgo: null,
    };
  }
}

/**
 * The nodes, each standby set against the primary. Over a link that has gone silent and is not cut, a standby takes
 * itself for one that streams and lacks nothing, for a minute (`wal_receiver_timeout`): it cannot know of what never
 * came. One that lacks something is as far behind as what it replayed last is old; infinitely, when that was nothing.
 */
export function nodesOf(reports: readonly NodeReport[]): readonly StoreNode[] {
  const written = Math.max(
    ...reports.map(({ node }) => (node.reachable && node.role === 'primary' ? node.position : -Infinity)),
  );
  return reports.map(({ node, replayedAgo }) => {
    if (!node.reachable || node.lagSeconds === undefined || node.position >= written) return node;
    return { ...node, lagSeconds: Math.max(node.lagSeconds, replayedAgo ?? Infinity) };
  });
}

/** A server that answers, and could not be fenced: its files are not where the platform says. */
function mustHaveFiles({ nodes }: PostgresStoreConfig, reports: readonly NodeReport[]): void {
  const elsewhere = nodes.find(
    ({ dataDir }, index) => reports[index]?.node.reachable === true && !hasFiles(dataDir),
  );
  if (elsewhere === undefined) return;
  throw new Error(
    `node ${elsewhere.name} answers, and its files are not at ${elsewhere.dataDir} on this machine, so it could not be ` +
      'fenced: correct dataDir, or use a driver for servers elsewhere (patroni, cloudnative-pg, command)',
  );
}

/** All nodes at once. The settings are the primary's, or those of any node that answers when there is none. */
export async function storeStatus(config: PostgresStoreConfig, context: DriverContext): Promise<StoreStatus> {
  const reports = await Promise.all(config.nodes.map((node) => reportOf(node, context)));
  mustHaveFiles(config, reports);
  const answering = reports.filter((report) => report.node.reachable);
  const primary = answering.find((report) => report.node.reachable && report.node.role === 'primary');
  return {
    nodes: nodesOf(reports),
    settings: (primary ?? answering[0])?.settings ?? {},
  };
}
