import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { WriteCheck } from '../../split-brain/answer.ts';
import { postgresQuestions } from '../../split-brain/ask-postgres.ts';
import type { FenceProof } from '../fence-proof.ts';
import { nodeNamed } from '../node-named.ts';
import type { RejoinProof } from '../rejoin-proof.ts';
import type { PostgresNode, PostgresStoreConfig } from './config.ts';
import { demote } from './demote.ts';
import { fence } from './fence.ts';
import { promote } from './promote.ts';
import { rejoin } from './rejoin.ts';
import { storeStatus } from './status.ts';
import { whyNoProof } from './why-no-proof.ts';
import { whyNoRejoin } from './why-no-rejoin.ts';

/**
 * PostgreSQL with plain streaming replication: one primary, one standby, both with their files on this machine.
 * See `parsePostgresStore` for its configuration.
 */
export function createPostgresStore(
  config: PostgresStoreConfig,
): StoreDriver & WriteCheck & FenceProof & RejoinProof {
  const find = (name: string): PostgresNode => nodeNamed(config.nodes, name);
  return {
    kind: 'postgres',
    status: async (context) => await storeStatus(config, context),
    promote: async (node, context) => await promote(config, find(node), context),
    fence: async (node, context) => await fence(find(node), context),
    demote: async (node, heir, context) => await demote(find(node), find(heir), context),
    rejoin: async (node, primary, context, ledger) =>
      await rejoin(config, find(node), find(primary), context, ledger),
    openQuestions: () => postgresQuestions(find),
    whyNoRejoin: async (node, context) => await whyNoRejoin(config, find(node), context),
    whyNoProof: async (node) => whyNoProof(find(node)),
  };
}
