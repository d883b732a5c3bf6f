import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askRedis } from '../../split-brain/ask-redis.ts';
import type { RedisNode, RedisStoreConfig } from './config.ts';
import { withRedis } from './connection.ts';
import { RedisError } from './protocol.ts';
import { rewriteConfig } from './persist.ts';
import { addressFor, replicaAddress } from './replica-address.ts';
import { askAll, type RedisTold } from './status.ts';

const pauseMs = 50;

/**
 * Makes the node the primary, and resolves when it has taken a write. Refuses while any other node answers as
 * primary: after `demote` none does, and its replica has everything.
 */
export async function promote(
  config: RedisStoreConfig,
  node: RedisNode,
  context: DriverContext,
): Promise<void> {
  const told = await askAll(config, context);
  const own = told.find((one) => one.node === node);
  const rival = told.find((one) => one.node !== node && one.report?.role === 'primary');
  if (rival !== undefined) {
    throw new Error(
      `node ${rival.node.name} accepts writes, so promoting ${node.name} would make two writers: demote or fence ` +
        `${rival.node.name} first`,
    );
  }
  if (own?.report === undefined) {
    throw new Error(
      `node ${node.name} does not answer (${own?.reason ?? 'unknown node'}): start it, then promote it`,
    );
  }
  if (own.report.role === 'standby') {
    await withRedis(node, context, (session) => session.command('REPLICAOF', 'NO', 'ONE'));
  }
  await rewriteConfig(node, context);
  const answer = await askRedis(node, context);
  if (answer.takes === 'yes') return;
  throw new Error(
    `node ${node.name} is the primary, and takes no writes (${answer.detail})` +
      (/NOREPLICAS/.test(answer.detail)
        ? ': its min-replicas-to-write wants replicas that it does not have; rejoin one'
        : ''),
  );
}

/**
 * Planned: the primary holds its clients back, waits until its replica has everything, and changes roles with it
 * (`FAILOVER`, Redis 6.2 and later). Resolves when the node follows the other one. When the replica does not catch
 * up in time the primary goes on as before, and this rejects.
 */
export async function demote(
  config: RedisStoreConfig,
  node: RedisNode,
  context: DriverContext,
): Promise<void> {
  const told = await askAll(config, context);
  const own = told.find((one) => one.node === node);
  if (own?.report === undefined) {
    throw new Error(
      `expected node ${node.name} as a running primary, but it does not answer (${own?.reason ?? 'unknown node'}): a ` +
        'planned switchover is not possible; fence it, and promote a replica',
    );
  }
  if (own.report.role === 'standby') return;
  const heir = furthest(told, node);
  if (heir === undefined) {
    throw new Error(`node ${node.name} has no replica that follows it: rejoin one. It was left as it is`);
  }
  const address = addressFor(own.report.followers, heir.node) ?? replicaAddress(heir.node);
  const ms = Math.round(config.catchUpWithinSeconds * 1000);
  await askToHandOver(node, address, ms, context);
  const deadline = context.clock.now() + ms + 10_000;
  for (;;) {
    const now = await askAll(config, context);
    const old = now.find((one) => one.node === node)?.report;
    const next = now.find((one) => one.node === heir.node)?.report;
    if (old?.role === 'standby' && old.linked && next?.role === 'primary') break;
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} did not hand over to ${heir.node.name} within ${config.catchUpWithinSeconds} s; it is ` +
          `${old?.role ?? 'silent'} now, and ${heir.node.name} is ${next?.role ?? 'silent'}`,
      );
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
  for (const one of [node, heir.node]) await rewriteConfig(one, context);
}

/** A replica whose link has just come up is not yet taken; it is asked for again, as long as it may take to catch up. */
async function askToHandOver(
  node: RedisNode,
  { host, port }: { readonly host: string; readonly port: number },
  ms: number,
  context: DriverContext,
): Promise<void> {
  const deadline = context.clock.now() + ms;
  for (;;) {
    try {
      await withRedis(node, context, (session) =>
        session.command('FAILOVER', 'TO', host, String(port), 'TIMEOUT', String(ms)),
      );
      return;
    } catch (error) {
      const waits = error instanceof RedisError && error.message.includes('not online');
      if (!waits || context.clock.now() > deadline) throw error;
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
}

function furthest(told: readonly RedisTold[], primary: RedisNode): RedisTold | undefined {
  return told
    .filter((one) => one.node !== primary && one.report?.role === 'standby' && one.report.linked)
    .toSorted((a, b) => (b.report?.offset ?? 0) - (a.report?.offset ?? 0))[0];
}
