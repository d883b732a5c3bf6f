import type { DriverContext } from '@ordeal/shared/drivers/fault';

/** Ability of a route driver: it can tell beforehand whether a switch would be taken. */
export interface SwitchProof {
  /**
   * Why a switch could not be made, each with what to do; empty when nothing speaks against it. `lost` is the region
   * that will be gone by then, where one will. Changes nothing.
   */
  whyNoSwitch(lost: string | undefined, context: DriverContext): Promise<readonly string[]>;
}
