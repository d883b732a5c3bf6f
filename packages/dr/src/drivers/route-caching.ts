import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Ability of a route driver: clients keep what it told them, so a switch reaches them later. */
export interface RouteCaching {
  /** Seconds that a client may go on using what it was told, by the route's own word, right now. */
  keptForSeconds(context: DriverContext): Promise<number>;
}
