import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RedisNode, RedisStoreConfig } from './config.ts';
import { withRedis } from './connection.ts';
import { RedisError } from './protocol.ts';
import { rewriteConfig } from './persist.ts';
import { addressFor, replicaAddress } from './replica-address.ts';
import { askAll, askNode, type RedisReport, type RedisTold } from './status.ts';

const pauseMs = 50;
/** Giving up, and noting what came of it, have time of their own: they must not end with what ended the hand-over. */
const finishWithinMs = 15_000;

/**
 * Planned: the primary holds its clients back, waits until the heir has everything, and changes roles with it
 * (`FAILOVER`, Redis 6.2 and later). Resolves when the heir is the primary and the node follows it. When the heir does
 * not catch up in time, or this is aborted before it has, the primary goes on as before, and this rejects.
 */
export async function demote(
  config: RedisStoreConfig,
  node: RedisNode,
  heir: RedisNode,
  context: DriverContext,
): Promise<void> {
  const told = await askAll(config, context);
  const own = mustAnswer(told, node);
  if (own.role === 'primary') await handOver(config, node, heir, mustFollow(told, node, heir), context);
  else mustHaveTakenOver(told, node, heir);
  await keepRoles([node, heir], { ...context, signal: AbortSignal.timeout(finishWithinMs) });
}

/** After a restart they must come up as what they are now. */
async function keepRoles(nodes: readonly RedisNode[], context: DriverContext): Promise<void> {
  for (const one of nodes) await rewriteConfig(one, context);
}

function mustAnswer(told: readonly RedisTold[], node: RedisNode): RedisReport {
  const own = told.find((one) => one.node === node);
  if (own?.report !== undefined) return own.report;
  throw new Error(
    `expected node ${node.name} as a running primary, but it does not answer (${own?.reason ?? 'unknown node'}): a ` +
      'planned switchover is not possible; fence it, and promote a replica',
  );
}

/** Where the primary knows the heir. */
function mustFollow(
  told: readonly RedisTold[],
  node: RedisNode,
  heir: RedisNode,
): { readonly host: string; readonly port: number } {
  const next = told.find((one) => one.node === heir && one.node !== node);
  if (next?.report?.role === 'standby' && next.report.linked) {
    const followers = told.find((one) => one.node === node)?.report?.followers ?? [];
    return addressFor(followers, heir) ?? replicaAddress(heir);
  }
  throw new Error(
    `node ${heir.name} is no replica that follows ${node.name}: rejoin it. ${node.name} was left as it is`,
  );
}

/** Asked again after it was done. */
function mustHaveTakenOver(told: readonly RedisTold[], node: RedisNode, heir: RedisNode): void {
  if (told.find((one) => one.node === heir)?.report?.role === 'primary') return;
  const primary = told.find((one) => one.report?.role === 'primary');
  throw new Error(
    `expected node ${node.name} as the primary, found ${primary === undefined ? 'none' : `node ${primary.node.name}`}: a ` +
      `planned switchover from ${node.name} to ${heir.name} is not possible`,
  );
}

async function handOver(
  config: RedisStoreConfig,
  node: RedisNode,
  heir: RedisNode,
  address: { readonly host: string; readonly port: number },
  context: DriverContext,
): Promise<void> {
  const ms = Math.round(config.catchUpWithinSeconds * 1000);
  try {
    await askToHandOver(node, address, ms, context);
    await mustTakeOver(config, node, heir, ms + 10_000, context);
  } catch (error) {
    await giveUp(node, heir, context);
    throw error;
  }
}

async function mustTakeOver(
  config: RedisStoreConfig,
  node: RedisNode,
  heir: RedisNode,
  withinMs: number,
  context: DriverContext,
): Promise<void> {
  const deadline = context.clock.now() + withinMs;
  for (;;) {
    const now = await askAll(config, context);
    const old = now.find((one) => one.node === node)?.report;
    const next = now.find((one) => one.node === heir)?.report;
    if (old?.role === 'standby' && old.linked && next?.role === 'primary') return;
    if (old?.role === 'primary' && old.handOver === 'no-failover') {
      throw new Error(
        `node ${node.name} did not hand over to ${heir.name} within ${config.catchUpWithinSeconds} s, and goes on as ` +
          `the primary: find out why ${heir.name} does not catch up`,
      );
    }
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} did not hand over to ${heir.name} within ${config.catchUpWithinSeconds} s; it is ` +
          `${old?.role ?? 'silent'} now, and ${heir.name} is ${next?.role ?? 'silent'}`,
      );
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
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

/**
 * Ends a hand-over that nobody waits for any more: clients of a primary that waits for its heir are held back. One that
 * has come so far that the heir may be taking over is left to its end, since to abort it could make two primaries.
 */
async function giveUp(node: RedisNode, heir: RedisNode, context: DriverContext): Promise<void> {
  const own = { ...context, signal: AbortSignal.timeout(finishWithinMs) };
  try {
    for (;;) {
      const { report } = await askNode(node, own);
      if (report?.handOver === 'no-failover') break;
      if (report?.handOver === 'waiting-for-sync') {
        await withRedis(node, own, (session) => session.command('FAILOVER', 'ABORT')).catch(tolerate);
      }
      await own.clock.sleep(pauseMs, own.signal);
    }
    await keepRoles([node, heir], own);
  } catch (error) {
    context.say(
      `whether node ${node.name} still waits to hand over to ${heir.name} is not known: ${reasonOf(error)}`,
    );
  }
}

/** That there is none to abort any more is no trouble, and anything else is seen at the next look. */
function tolerate(error: unknown): void {
  if (!(error instanceof RedisError)) throw error;
}
