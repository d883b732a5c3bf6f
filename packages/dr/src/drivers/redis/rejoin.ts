import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { mustRun } from '../postgres/program.ts';
import type { RedisNode, RedisStoreConfig } from './config.ts';
import { withRedis } from './connection.ts';
import { rewriteConfig } from './persist.ts';
import { replicaAddress } from './replica-address.ts';
import { askNode, type RedisReport, type RedisTold } from './status.ts';

const startWithinMs = 60_000;
const pauseMs = 50;

/**
 * Makes the node a replica of `primary`, and resolves when it has what the primary had when it began to. Whatever the
 * node has that the primary does not have is thrown away. Both come up after a restart as what they are now.
 */
export async function rejoin(
  config: RedisStoreConfig,
  node: RedisNode,
  primary: RedisNode,
  context: DriverContext,
): Promise<void> {
  const [own, upstream] = await Promise.all([askNode(node, context), askNode(primary, context)]);
  if (upstream.report?.role !== 'primary') {
    throw new Error(
      `expected node ${primary.name} to be the primary, found ${found(upstream)}: promote it first`,
    );
  }
  if (upstream.report.handOver !== 'no-failover') {
    throw new Error(
      `node ${primary.name} is handing over to another node (${upstream.report.handOver}): wait until it has, or has not`,
    );
  }
  if (own.report?.role === 'primary') {
    throw new Error(
      `node ${node.name} accepts writes as well as ${primary.name}: fence it before it can rejoin`,
    );
  }
  if (own.report === undefined) await startNode(node, context);
  const { host, port, user, password } = replicaAddress(primary);
  if (!(own.report?.linked === true && own.report.upstream === `${host}:${port}`)) {
    await withRedis(node, context, async (session) => {
      if (password !== '') {
        await session.command('CONFIG', 'SET', 'masteruser', user);
        await session.command('CONFIG', 'SET', 'masterauth', password);
      }
      await session.command('REPLICAOF', host, String(port));
    });
  }
  await mustFollow(node, upstream.report, config.catchUpWithinSeconds, context);
  // Of a hand-over whose runner died neither has noted what came of it: its file makes the new primary a replica again.
  for (const one of [node, primary]) await rewriteConfig(one, context);
}

async function startNode(node: RedisNode, context: DriverContext): Promise<void> {
  if (node.service === undefined) {
    throw new Error(
      `node ${node.name} does not answer: start it, or give the node a service whose start does`,
    );
  }
  await mustRun(node.service.start, context, { timeoutMs: startWithinMs });
  const deadline = context.clock.now() + startWithinMs;
  for (;;) {
    const { report } = await askNode(node, context);
    if (report?.role === 'standby') return;
    if (report?.role === 'primary') {
      throw new Error(`node ${node.name} came up as a second primary: fence it before it can rejoin`);
    }
    if (context.clock.now() > deadline) {
      throw new Error(`node ${node.name} was started, and does not answer within ${startWithinMs / 1000} s`);
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
}

async function mustFollow(
  node: RedisNode,
  goal: RedisReport,
  seconds: number,
  context: DriverContext,
): Promise<void> {
  const deadline = context.clock.now() + seconds * 1000;
  for (;;) {
    const told = await askNode(node, context);
    const { report } = told;
    if (report?.role === 'standby' && report.linked && report.history === goal.history) {
      if (report.offset >= goal.offset) return;
    }
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} has not caught up within ${seconds} s (${found(told)}): look into its log, and check its ` +
          'way to the primary and the password of replication',
      );
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
}

function found({ report, ...told }: RedisTold): string {
  if (report === undefined) return 'reason' in told ? told.reason : 'no answer';
  return report.role === 'primary'
    ? 'a primary'
    : `a replica of ${report.upstream} whose link is ${report.linked ? 'up' : 'down'}`;
}
