import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Ability of a route driver: it can tell whether traffic that is led away comes back as it was. */
export interface RouteWayBack {
  /**
   * Why a switch away and back would leave traffic led otherwise than now, each with what to do; empty when it would
   * not. Changes nothing.
   */
  whyNotBack(context: DriverContext): Promise<readonly string[]>;
}
