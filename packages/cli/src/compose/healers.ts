import type { Platform } from '@ordeal/shared/platform/platform';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import type { Healer, Healers } from '@ordeal/shared/undo/healer';
import { createProcessHealer, PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import { COPY_DRIVER } from '@ordeal/dr/backup-storage/copy-driver';
import { REJOIN_DRIVER } from '@ordeal/dr/drivers/postgres/rejoin-driver';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import { faultDrivers } from './fault-drivers.ts';

/**
 * Everything that can heal an undo entry, by the entry's driver: for the run, the guardian and `recover`. What heals
 * is loaded by `prepare`, or when it is needed.
 */
export const healers: Healers = {
  ...Object.fromEntries(Object.entries(faultDrivers).map(([kind, load]) => [kind, loading(load)])),
  'k6-operator': loading(async () => (await import('@ordeal/load/distributed/healer')).testRunHealer),
  'restore-target': loading(async () => (await import('@ordeal/dr/restore/target')).restoreTargetHealer),
  'restore-markers': loading(async () => (await import('@ordeal/dr/restore/markers')).restoreMarkersHealer),
  [COPY_DRIVER]: loading(async () => (await import('@ordeal/dr/backup-storage/copy-undo')).copyHealer),
  [REJOIN_DRIVER]: loading(
    async () => (await import('@ordeal/dr/drivers/postgres/rejoin-undo')).rejoinHealer,
  ),
  [WRITTEN_DRIVER]: loading(async () => (await import('@ordeal/dr/ledger/written')).writtenHealer),
  deployment: loading(async () => (await import('@ordeal/chaos/deployments/healer')).deploymentHealer),
  // What is left of a dead run has nobody to report to: it gets little time to end in order.
  [PROCESS_DRIVER]: createProcessHealer(300),
};

/** By which drivers a run of a scenario may have to heal. */
export function healingNeeds({ faults, stores }: Platform, { phases }: Scenario): readonly string[] {
  const moves = phases.flatMap((one) => (one.phase === 'drill' && one.drill.kind !== 'observe' ? [one] : []));
  const isOnCluster = phases.some((phase) => phase.phase === 'load' && phase.on === 'kubernetes');
  return [
    ...new Set(Object.values(faults).map(({ driver }) => driver)),
    ...(isOnCluster ? ['k6-operator'] : []),
    ...(phases.some(({ phase }) => phase === 'drill' || phase === 'restore') ? [WRITTEN_DRIVER] : []),
    ...(moves.some(({ store }) => stores[store]?.driver === 'postgres') ? [REJOIN_DRIVER] : []),
    ...(phases.some(({ phase }) => phase === 'restore')
      ? ['restore-target', 'restore-markers', COPY_DRIVER]
      : []),
    ...(phases.some(({ phase }) => phase === 'deploy') ? ['deployment'] : []),
  ];
}

function loading(load: () => Promise<Healer>): Healer {
  return {
    heal: async (entry, context) => (await load()).heal(entry, context),
    prepare: async () => (await load()).prepare?.(),
  };
}
