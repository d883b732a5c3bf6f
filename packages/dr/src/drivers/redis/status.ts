import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RedisNode, RedisStoreConfig } from './config.ts';
import { withRedis, type RedisSession } from './connection.ts';

/** A replica as its primary sees it. */
export interface Follower {
  readonly host: string;
  readonly port: number;
  readonly offset: number;
  /** Seconds since it last said how far it is; it does so every second. */
  readonly silentSeconds: number;
}

/** A server's own account. */
export interface RedisReport {
  readonly role: 'primary' | 'standby';
  /** Identity of the history of writes: a promotion makes a new one. 40 hexadecimal digits. */
  readonly history: string;
  /** Position in it, in bytes. */
  readonly offset: number;
  /** Of a replica: whether it has a connection to its primary, over which everything since comes. */
  readonly linked: boolean;
  readonly upstream: string;
  /** Of a replica: seconds since it last heard of its primary. */
  readonly heardSeconds: number;
  readonly followers: readonly Follower[];
  /** How far a hand-over to one of its replicas has come (`master_failover_state`). */
  readonly handOver: string;
  /** Another one after each start of the process. */
  readonly process: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
}

export type RedisTold =
  | { readonly node: RedisNode; readonly report: RedisReport }
  | { readonly node: RedisNode; readonly report: undefined; readonly reason: string };

/** So often a replica that lacks something is asked whether it has it. */
const lookMs = 20;

const durability = ['appendonly', 'appendfsync', 'save', 'min-replicas-to-write', 'min-replicas-max-lag'];

/** All nodes at once. */
export async function askAll(
  config: RedisStoreConfig,
  context: DriverContext,
): Promise<readonly RedisTold[]> {
  return await Promise.all(config.nodes.map((node) => askNode(node, context)));
}

export async function askNode(node: RedisNode, context: DriverContext): Promise<RedisTold> {
  try {
    return { node, report: await withRedis(node, context, reportOf) };
  } catch (error) {
    context.signal.throwIfAborted();
    return { node, report: undefined, reason: reasonOf(error) };
  }
}

export async function reportOf(session: RedisSession): Promise<RedisReport> {
  const [replication, server, pairs] = await Promise.all([
    session.text('INFO', 'replication'),
    session.text('INFO', 'server'),
    // One at a time: a list of names is known from Redis 7 on.
    Promise.all(durability.map((name) => session.command('CONFIG', 'GET', name))),
  ]);
  const fields = fieldsOf(replication);
  const own = fieldsOf(server);
  const need = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined)
      throw new Error(`expected ${name} in the answer to INFO replication, found none`);
    return value;
  };
  const standby = need('role') === 'slave';
  return {
    role: standby ? 'standby' : 'primary',
    history: need('master_replid'),
    offset: Number(standby ? need('slave_repl_offset') : need('master_repl_offset')),
    linked: fields.get('master_link_status') === 'up' && fields.get('master_sync_in_progress') !== '1',
    upstream: standby ? `${need('master_host')}:${need('master_port')}` : '',
    heardSeconds: Number(fields.get('master_last_io_seconds_ago') ?? -1),
    followers: [...fields].filter(([name]) => /^slave\d+$/.test(name)).map(([, value]) => followerOf(value)),
    handOver: fields.get('master_failover_state') ?? 'no-failover',
    process: own.get('run_id') ?? '',
    version: own.get('redis_version') ?? '',
    settings: Object.fromEntries(
      pairs.flatMap((pair) =>
        Array.isArray(pair) && pair.length === 2 ? [[String(pair[0]), String(pair[1])]] : [],
      ),
    ),
  };
}

/** All nodes. A replica that lacks something is watched until it has it, for so many seconds at most. */
export async function storeStatus(
  config: RedisStoreConfig,
  context: DriverContext,
  lagUpTo: number,
): Promise<StoreStatus> {
  // A node that does not answer holds all of them up: what a replica lacks is lacking since they were asked.
  const since = context.clock.now();
  const told = await askAll(config, context);
  const primary = told.find(({ report }) => report?.role === 'primary')?.report;
  const any = told.find(({ report }) => report !== undefined)?.report;
  return {
    nodes: await Promise.all(
      told.map(async (one) => nodeOf(one, await lagOf(one, primary, since, lagUpTo, context))),
    ),
    settings: (primary ?? any)?.settings ?? {},
  };
}

function nodeOf(told: RedisTold, lag: number | undefined): StoreNode {
  const { node, report } = told;
  if (report === undefined) return { name: node.name, reachable: false, reason: told.reason };
  return {
    name: node.name,
    reachable: true,
    role: report.role,
    timeline: timelineOf(report.history),
    position: report.offset,
    ...(lag === undefined ? {} : { lagSeconds: lag }),
    detail: {
      region: node.region,
      history: report.history,
      version: report.version,
      ...(report.role === 'standby'
        ? { follows: report.upstream, link: report.linked ? 'up' : 'down' }
        : { followers: String(report.followers.length) }),
      ...(report.handOver === 'no-failover' ? {} : { 'hands over': report.handOver }),
    },
  };
}

/**
 * Redis numbers no timelines. The first 52 bits of the identity of its history stand for one: they are the same on
 * two nodes that share a history, and others after each promotion.
 */
export function timelineOf(history: string): number {
  return Number.parseInt(history.slice(0, 13), 16);
}

/**
 * Seconds until the replica has what its primary had at `since`; Infinity when that takes longer than `upTo`, undefined
 * when it does not replicate. Redis itself tells only when something came last, which says nothing of how much is still
 * to come: a replica that is gigabytes behind and receives was never silent. Without a primary, how long it heard nothing.
 */
async function lagOf(
  { node, report }: RedisTold,
  primary: RedisReport | undefined,
  since: number,
  upTo: number,
  context: DriverContext,
): Promise<number | undefined> {
  if (report?.role !== 'standby' || !report.linked) return undefined;
  if (primary === undefined) return report.heardSeconds < 0 ? Infinity : report.heardSeconds;
  if (report.offset >= primary.offset) return 0;
  for (;;) {
    const now = (await askNode(node, context)).report;
    const seconds = (context.clock.now() - since) / 1000;
    if (now !== undefined && (now.role !== 'standby' || !now.linked)) return undefined;
    if (now !== undefined && now.offset >= primary.offset) return seconds;
    if (seconds > upTo) return Infinity;
    await context.clock.sleep(lookMs, context.signal);
  }
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

function followerOf(value: string): Follower {
  const parts = new Map(value.split(',').map((part) => part.split('=') as [string, string]));
  return {
    host: parts.get('ip') ?? '',
    port: Number(parts.get('port')),
    offset: Number(parts.get('offset')),
    silentSeconds: Number(parts.get('lag')),
  };
}
