import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { askRedis } from '../../split-brain/ask-redis.ts';
import { mustRun } from '../postgres/program.ts';
import type { RedisNode } from './config.ts';
import { withRedis } from './connection.ts';
import { nobody, rewriteConfig, writeFence } from './persist.ts';
import { askNode } from './status.ts';

const stopWithinMs = 60_000;

/**
 * Makes sure that the node cannot accept writes, now and after any restart. One that answers becomes a replica of
 * nobody, and writes that into its configuration. One that does not is fenced in its file, and stopped.
 *
 * The file comes before the stop: a supervisor that starts the server in between finds it.
 */
export async function fence(node: RedisNode, context: DriverContext): Promise<void> {
  const { report } = await askNode(node, context);
  if (report !== undefined && (await fenceLive(node, context))) return;
  if (node.configFile === undefined && node.service === undefined) {
    throw new Error(
      `node ${node.name} ${report === undefined ? 'does not answer' : 'cannot keep a fence through a restart'}, and ` +
        'is not proven to be fenced: stop its server and keep it off, or give the node a configFile or a service',
    );
  }
  if (node.configFile !== undefined) writeFence(node.configFile);
  if (node.service !== undefined) await mustRun(node.service.stop, context, { timeoutMs: stopWithinMs });
  const answer = await askRedis(node, context);
  if (answer.takes === 'no') return;
  // A server that hangs may wake up. One whose machine is gone has been vouched for by the stop.
  if (answer.takes === 'unknown' && node.service !== undefined) {
    context.say(`node ${node.name} was stopped, and does not answer at all (${answer.detail})`);
    return;
  }
  throw new Error(
    `node ${node.name} is fenced for its next start, but is not seen to refuse writes now (${answer.detail}): stop ` +
      'its server',
  );
}

/** Whether it holds now, and after a restart as well. */
async function fenceLive(node: RedisNode, context: DriverContext): Promise<boolean> {
  try {
    await withRedis(node, context, async (session) => {
      await session.command('CONFIG', 'SET', 'replica-read-only', 'yes');
      await session.command('REPLICAOF', nobody.host, String(nobody.port));
    });
  } catch (error) {
    context.signal.throwIfAborted();
    context.say(`node ${node.name} answers, but could not be fenced (${reasonOf(error)})`);
    return false;
  }
  if (!(await rewriteConfig(node, context))) return false;
  const answer = await askRedis(node, context);
  return answer.takes === 'no';
}
