import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { WriteCheck } from '../../split-brain/answer.ts';
import { redisQuestions } from '../../split-brain/ask-redis.ts';
import type { FenceProof } from '../fence-proof.ts';
import type { HandOver } from '../hand-over.ts';
import { nodeNamed } from '../node-named.ts';
import type { RedisNode, RedisStoreConfig } from './config.ts';
import { demote } from './demote.ts';
import { fence } from './fence.ts';
import { promote } from './promote.ts';
import { rejoin } from './rejoin.ts';
import { storeStatus } from './status.ts';
import { whyNoProof } from './why-no-proof.ts';

/**
 * Redis with a primary and replicas, and nobody else who changes their roles (Sentinel would undo what is done here).
 * See `parseRedisStore` for its configuration.
 */
export function createRedisStore(config: RedisStoreConfig): StoreDriver & WriteCheck & HandOver & FenceProof {
  const find = (name: string): RedisNode => nodeNamed(config.nodes, name);
  return {
    kind: 'redis',
    handsOverBy: 'FAILOVER',
    status: async (context, lagUpTo = 1) => await storeStatus(config, context, lagUpTo),
    promote: async (node, context) => await promote(config, find(node), context),
    fence: async (node, context) => await fence(find(node), context),
    demote: async (node, heir, context) => await demote(config, find(node), find(heir), context),
    rejoin: async (node, primary, context) => await rejoin(config, find(node), find(primary), context),
    openQuestions: () => redisQuestions(find),
    whyNoProof: async (node) => whyNoProof(find(node)),
  };
}
