import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import { queryRows } from '../postgres/query.ts';
import { readCluster, readReport, readSettings, type ClusterSettings, type MemberReport } from './answers.ts';
import { ask } from './api.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';

/** A member's account, or why there is none. */
export type Told =
  | { readonly node: PatroniNode; readonly report: MemberReport }
  | { readonly node: PatroniNode; readonly report: undefined; readonly reason: string };

/** The cluster as its members tell it. */
export interface Overview {
  readonly told: readonly Told[];
  /** The node that holds the leader lock, by what the members read in the cluster's store; undefined when none does. */
  readonly leader: PatroniNode | undefined;
  /** Some member could read the cluster's store. Without, nothing is known of the lock. */
  readonly storeAnswers: boolean;
  readonly paused: boolean;
}

/** Asks all members at once. Rejects when one of them is of another cluster or another database system. */
export async function overviewOf(config: PatroniStoreConfig, context: DriverContext): Promise<Overview> {
  const told = await Promise.all(config.nodes.map((node) => tell(config, node, context)));
  mustBeOurs(config, told);
  const answering = told.filter((one) => one.report !== undefined);
  for (const { node } of answering) {
    try {
      const cluster = readCluster(await ask(config, node, { method: 'GET', path: '/cluster' }, context));
      const leads = cluster.members.find((one) => one.role === 'leader' || one.role === 'standby_leader');
      return {
        told,
        leader: config.nodes.find((one) => one.member === leads?.name),
        storeAnswers: true,
        paused: cluster.pause,
      };
    } catch {
      context.signal.throwIfAborted();
    }
  }
  return { told, leader: undefined, storeAnswers: false, paused: false };
}

async function tell(config: PatroniStoreConfig, node: PatroniNode, context: DriverContext): Promise<Told> {
  try {
    return {
      node,
      report: readReport(await ask(config, node, { method: 'GET', path: '/patroni' }, context)),
    };
  } catch (error) {
    context.signal.throwIfAborted();
    return { node, report: undefined, reason: reasonOf(error) };
  }
}

function mustBeOurs(config: PatroniStoreConfig, told: readonly Told[]): void {
  const systems = new Set<string>();
  for (const { node, report } of told) {
    if (report === undefined) continue;
    const { scope } = report.patroni;
    if (scope !== config.scope) {
      throw new Error(
        `expected a member of the Patroni cluster ${config.scope} at ${node.api}, found one of ${scope}: nothing ` +
          'was touched; correct the address of node ' +
          node.name,
      );
    }
    const system = report.database_system_identifier;
    if (system !== undefined && system !== '') systems.add(system);
    if (config.systemIdentifier !== undefined && system !== undefined && system !== config.systemIdentifier) {
      throw new Error(
        `expected the database system ${config.systemIdentifier} at ${node.api}, found ${system}: this is another ` +
          'database, and nothing was touched',
      );
    }
  }
  if (systems.size > 1) {
    throw new Error(
      `the nodes belong to different database systems (${[...systems].join(', ')}): nothing was touched`,
    );
  }
}

/** All nodes, and the settings that decide what can be lost and how long it takes. */
export async function storeStatus(config: PatroniStoreConfig, context: DriverContext): Promise<StoreStatus> {
  const overview = await overviewOf(config, context);
  const streaming = new Set(
    overview.told
      .flatMap(({ report }) => report?.replication ?? [])
      .filter((one) => one.state === 'streaming')
      .map((one) => one.application_name),
  );
  const primaryAt = Math.max(...overview.told.map(({ report }) => report?.xlog?.location ?? 0));
  return {
    nodes: overview.told.map((told) => nodeOf(told, overview, streaming, primaryAt, context)),
    settings: {
      ...(await settingsOf(config, context).then(textOf, (error: unknown) => unread(error, context))),
      ...(await durability(overview, context)),
    },
  };
}

function nodeOf(
  told: Told,
  overview: Overview,
  streaming: ReadonlySet<string>,
  primaryAt: number,
  context: DriverContext,
): StoreNode {
  const { node, report } = told;
  if (report === undefined) return { name: node.name, reachable: false, reason: told.reason };
  const { xlog, timeline } = report;
  if (xlog === undefined || timeline === undefined) {
    return {
      name: node.name,
      reachable: false,
      reason: `Patroni answers, its PostgreSQL is ${report.state}`,
    };
  }
  const primary = xlog.location !== undefined;
  const position = xlog.location ?? Math.max(xlog.received_location ?? 0, xlog.replayed_location ?? 0);
  const lag = primary || !streaming.has(node.member) ? undefined : lagOf(report, primaryAt, context);
  return {
    name: node.name,
    reachable: true,
    role: primary ? 'primary' : 'standby',
    timeline,
    position,
    ...(lag === undefined ? {} : { lagSeconds: lag }),
    detail: {
      region: node.region,
      state: report.state,
      lock: overview.leader === node ? 'holds the leader lock' : 'does not hold the leader lock',
      system_identifier: report.database_system_identifier ?? 'unknown',
      patroni: report.patroni.version,
      ...(report.cluster_unlocked ? { cluster: 'nobody holds the leader lock' } : {}),
      ...(overview.paused ? { paused: 'Patroni is paused: it fails over by itself no more' } : {}),
    },
  };
}

/** Zero when it has replayed what the primary had; else the age of what it replayed last. */
function lagOf({ xlog }: MemberReport, primaryAt: number, context: DriverContext): number {
  const replayed = xlog?.replayed_location ?? 0;
  if (replayed >= Math.max(primaryAt, xlog?.received_location ?? 0)) return 0;
  const stamp = Date.parse(xlog?.replayed_timestamp ?? '');
  // Patroni tells only when the last transaction was replayed. A standby that replayed none may be any time behind.
  return Number.isNaN(stamp) ? Infinity : Math.max(0, (context.clock.wall() - stamp) / 1000);
}

/** Settings of the cluster, from the first member that tells them. */
export async function settingsOf(
  config: PatroniStoreConfig,
  context: DriverContext,
): Promise<ClusterSettings> {
  try {
    return await Promise.any(
      config.nodes.map(async (node) =>
        readSettings(await ask(config, node, { method: 'GET', path: '/config' }, context)),
      ),
    );
  } catch (error) {
    context.signal.throwIfAborted();
    const reasons = error instanceof AggregateError ? error.errors.map(reasonOf) : [reasonOf(error)];
    throw new Error(`no member tells the cluster's settings: ${reasons.join('; ')}`, { cause: error });
  }
}

function textOf(settings: ClusterSettings): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

function unread(error: unknown, context: DriverContext): Readonly<Record<string, string>> {
  context.signal.throwIfAborted();
  return { patroni: `not read: ${reasonOf(error)}` };
}

async function durability(
  overview: Overview,
  context: DriverContext,
): Promise<Readonly<Record<string, string>>> {
  const primary = overview.told.find(({ report }) => report?.xlog?.location !== undefined)?.node;
  if (primary === undefined) return {};
  try {
    const rows = await queryRows<{ name: string; setting: string }>(
      primary,
      context,
      `SELECT name, setting FROM pg_settings
        WHERE name IN ('synchronous_commit', 'synchronous_standby_names', 'fsync', 'full_page_writes')`,
    );
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  } catch (error) {
    context.signal.throwIfAborted();
    return { postgresql: `not read: ${reasonOf(error)}` };
  }
}
