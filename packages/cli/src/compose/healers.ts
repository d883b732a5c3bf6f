import { chaosMeshDriver } from '@ordeal/chaos/drivers/chaos-mesh';
import { commandDriver } from '@ordeal/chaos/drivers/command';
import { hostDriver } from '@ordeal/chaos/drivers/host';
import { kubernetesDriver } from '@ordeal/chaos/drivers/kubernetes';
import { proxyDriver } from '@ordeal/chaos/drivers/proxy';
import { K6_OPERATOR_DRIVER, testRunHealer } from '@ordeal/load/distributed/healer';
import { createProcessHealer, PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import { restoreMarkersHealer, RESTORE_MARKERS_DRIVER } from '@ordeal/dr/restore/markers';
import { restoreTargetHealer, RESTORE_TARGET_DRIVER } from '@ordeal/dr/restore/target';
import type { Healers } from '@ordeal/shared/undo/healer';

/** Everything that can heal an undo entry, by the entry's driver: for the run, the guardian and `recover`. */
export const healers: Healers = {
  [hostDriver.kind]: hostDriver,
  [proxyDriver.kind]: proxyDriver,
  [chaosMeshDriver.kind]: chaosMeshDriver,
  [kubernetesDriver.kind]: kubernetesDriver,
  [commandDriver.kind]: commandDriver,
  [K6_OPERATOR_DRIVER]: testRunHealer,
  [RESTORE_TARGET_DRIVER]: restoreTargetHealer,
  [RESTORE_MARKERS_DRIVER]: restoreMarkersHealer,
  // What is left of a dead run has nobody to report to: it gets little time to end in order.
  [PROCESS_DRIVER]: createProcessHealer(300),
};
