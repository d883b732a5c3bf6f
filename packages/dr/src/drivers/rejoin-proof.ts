import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Ability of a store driver: whether a node could be made a standby again can be told before it is anything else. */
export interface RejoinProof {
  /** Why the node could not rejoin, as things are now, each with what to do; empty when it could. Changes nothing. */
  whyNoRejoin(node: string, context: DriverContext): Promise<readonly string[]>;
}
