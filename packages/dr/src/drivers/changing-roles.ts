import type { DriverContext } from '@ordeal/shared/drivers/fault';

/**
 * Ability of a store whose primary somebody else moves (Patroni, an operator): what it was asked for may still come
 * about when nobody waits for it any more, so that one look at its nodes may be one into the middle of a change.
 */
export interface ChangingRoles {
  /** What is under way now, in words; undefined when the roles are those that are wanted. Rejects when that cannot be told. */
  underWay(context: DriverContext): Promise<string | undefined>;
  /** Seconds in which a change that was asked for is begun. */
  begunWithinSeconds(context: DriverContext): Promise<number>;
}
