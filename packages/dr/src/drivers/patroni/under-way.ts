import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PatroniStoreConfig } from './config.ts';
import { overviewOf } from './status.ts';

/**
 * What is under way: between two leaders nobody holds the lock, and who has just got it is not the primary yet. A
 * switchover that was asked for, and that the leader has not seen yet, does not show.
 */
export async function underWay(
  config: PatroniStoreConfig,
  context: DriverContext,
): Promise<string | undefined> {
  const { told, leader, storeAnswers } = await overviewOf(config, context);
  if (!storeAnswers) return "no member can read the cluster's store";
  if (leader === undefined) return 'none of the nodes holds the leader lock';
  const primaries = told.filter(({ report }) => report?.xlog?.location !== undefined);
  const names = primaries.map(({ node }) => node.name);
  if (names.length === 1 && names[0] === leader.name) return undefined;
  const found = names.length === 0 ? 'no node is the primary' : `${names.join(' and ')} is the primary`;
  return `node ${leader.name} holds the leader lock, and ${found}`;
}
