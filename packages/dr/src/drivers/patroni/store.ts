import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { WriteCheck } from '../../split-brain/answer.ts';
import { postgresQuestions } from '../../split-brain/ask-postgres.ts';
import type { ChangingRoles } from '../changing-roles.ts';
import type { FenceProof } from '../fence-proof.ts';
import type { Leased } from '../leased.ts';
import type { SelfRecovery } from '../self-recovery.ts';
import { nodeNamed } from '../node-named.ts';
import { boundsOf } from './bounds.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';
import { fence, whyNoProof } from './fence.ts';
import { observe } from './observe.ts';
import { demote, promote } from './promote.ts';
import { rejoin } from './rejoin.ts';
import { settingsOf, storeStatus } from './status.ts';
import { underWay } from './under-way.ts';

/**
 * PostgreSQL under Patroni, moved by its REST API: Patroni's leader lock decides who is primary, and is never gone
 * past. See `parsePatroniStore` for its configuration.
 */
export function createPatroniStore(
  config: PatroniStoreConfig,
): StoreDriver & SelfRecovery & WriteCheck & Leased & FenceProof & ChangingRoles {
  const find = (name: string): PatroniNode => nodeNamed(config.nodes, name);
  return {
    kind: 'patroni',
    status: async (context) => await storeStatus(config, context),
    promote: async (node, context) => await promote(config, find(node), context),
    fence: async (node, context) => await fence(config, find(node), context),
    demote: async (node, heir, context) => await demote(config, find(node), find(heir), context),
    rejoin: async (node, primary, context) => await rejoin(config, find(node), find(primary), context),
    leaseSeconds: async (context) => (await settingsOf(config, context)).ttl,
    bounds: async (context) => boundsOf(await settingsOf(config, context)),
    observe: async (lost, context) => await observe(config, find(lost), context),
    underWay: async (context) => await underWay(config, context),
    // It looks at what was asked for once in each of its loops.
    begunWithinSeconds: async (context) => (await settingsOf(config, context)).loop_wait + 1,
    openQuestions: () => postgresQuestions(find),
    whyNoProof: async (node) => whyNoProof(find(node)),
  };
}
