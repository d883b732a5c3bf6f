import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Ability of a store driver: whoever is primary holds a lease, and has to renew it. */
export interface Leased {
  /** Seconds that it lasts from one renewal on, as the store is configured now. */
  leaseSeconds(context: DriverContext): Promise<number>;
}
