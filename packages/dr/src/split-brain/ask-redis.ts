import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { withRedis } from '../drivers/redis/connection.ts';
import { RedisError } from '../drivers/redis/protocol.ts';
import { reportOf } from '../drivers/redis/status.ts';
import type { WriteAnswer, WriteQuestions } from './answer.ts';

const answerMs = 1000;
/** It goes by itself, a second after it was written. */
const key = 'ordeal:does-it-take-writes';

/** Asks Redis servers, each time on a connection of its own. */
export function redisQuestions(
  find: (name: string) => { readonly name: string; readonly url: string },
): WriteQuestions {
  return { ask: async (name, context) => await askRedis(find(name), context), close: () => undefined };
}

/** Asks a Redis server by a write on a connection of its own. Never rejects. */
export async function askRedis(
  node: { readonly name: string; readonly url: string },
  context: DriverContext,
): Promise<WriteAnswer> {
  const asked = context.clock.now();
  const base = (): { node: string; asked: number; answered: number } => ({
    node: node.name,
    asked,
    answered: context.clock.now(),
  });
  try {
    const incarnation = await withRedis(
      node,
      context,
      async (session) => {
        await session.command('SET', key, '1', 'PX', '1000');
        // Whoever is made a replica after the write, and primary again before this, has another history by then.
        const { history, process } = await reportOf(session);
        return `history ${history.slice(0, 8)}, process ${process.slice(0, 8)}`;
      },
      answerMs,
    );
    return { ...base(), takes: 'yes', incarnation, detail: 'it took a write' };
  } catch (error) {
    return { ...base(), takes: refuses(error) ? 'no' : 'unknown', detail: reasonOf(error) };
  }
}

/**
 * Whether this is the answer of something that takes no writes: nobody listens; a replica; one that has lost too many
 * of its replicas; one that still loads its data; one that hands over to another (a command it holds back times out).
 */
function refuses(error: unknown): boolean {
  if (error instanceof RedisError) return /^(READONLY|NOREPLICAS|LOADING|MISCONF)\b/.test(error.message);
  return (error as { code?: unknown } | null)?.code === 'ECONNREFUSED';
}
