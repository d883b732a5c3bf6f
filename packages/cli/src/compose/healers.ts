import { hostDriver } from '@ordeal/chaos/drivers/host';
import { proxyDriver } from '@ordeal/chaos/drivers/proxy';
import { createProcessHealer, PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import type { Healers } from '@ordeal/shared/undo/healer';

/** Everything that can heal an undo entry, by the entry's driver: for the run, the guardian and `recover`. */
export const healers: Healers = {
  [hostDriver.kind]: hostDriver,
  [proxyDriver.kind]: proxyDriver,
  // What is left of a dead run has nobody to report to: it gets little time to end in order.
  [PROCESS_DRIVER]: createProcessHealer(300),
};
