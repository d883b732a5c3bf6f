import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Ability of a store driver: whether a fence could be proven can be told before it is needed. */
export interface FenceProof {
  /**
   * Why it could not be seen of the node that it is fenced, as things are now, each with what to do; empty when it
   * could. Changes nothing.
   */
  whyNoProof(node: string, context: DriverContext): Promise<readonly string[]>;
}
