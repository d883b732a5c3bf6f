import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Servers of each region: how many there are, and how many of them take traffic. */
export type RegionHealth = Readonly<Record<string, { readonly up: number; readonly total: number }>>;

/** Ability of a route driver: it checks the health of what it leads to, so that it sees a region die. */
export interface RouteHealth {
  health(context: DriverContext): Promise<RegionHealth>;
}
