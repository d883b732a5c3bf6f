import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askRedis } from '../../split-brain/ask-redis.ts';
import type { RedisNode, RedisStoreConfig } from './config.ts';
import { withRedis } from './connection.ts';
import { rewriteConfig } from './persist.ts';
import { askAll } from './status.ts';

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
