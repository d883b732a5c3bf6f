import type { Coordination, Platform } from '@ordeal/shared/platform/platform';
import { configMapStop, type ConfigMapStore } from '@ordeal/shared/stop/config-map';
import { fileStop } from '@ordeal/shared/stop/file';
import type { StopSource } from '@ordeal/shared/stop/source';
import type { Clock } from '@ordeal/shared/time/clock';
import { leaseFolder } from '../run/lease-folder.ts';

/** Where an emergency stop is ordered and seen: on this machine, and on the cluster that the platform names. */
export interface StopPlaces {
  readonly machine: StopSource;
  readonly cluster: StopSource | undefined;
}

/**
 * `whenUnknown`: what follows for a run when the cluster cannot be asked. On this machine it is beside the leases, so that it
 * reaches every run that has one there, whoever's it is. Throws where runs cannot agree on such a place.
 */
export function stopPlaces(
  platform: Platform | undefined,
  whenUnknown: StopSource['whenUnknown'],
  clock: Clock,
  machine: StopSource = fileStop(leaseFolder()),
): StopPlaces {
  const coordination = platform?.guardrails.coordination;
  return {
    machine,
    cluster:
      coordination === undefined ? undefined : configMapStop(lazyStore(coordination, clock), whenUnknown),
  };
}

export function allPlaces({ machine, cluster }: StopPlaces): readonly StopSource[] {
  return cluster === undefined ? [machine] : [machine, cluster];
}

/** The Kubernetes client takes long to load: it is, when something is asked of the cluster. */
function lazyStore({ cluster, namespace }: Coordination, clock: Clock): ConfigMapStore {
  let loaded: Promise<ConfigMapStore> | undefined;
  const store = (): Promise<ConfigMapStore> => {
    loaded ??= Promise.all([
      import('@ordeal/chaos/coordination/pinned-cluster'),
      import('@ordeal/chaos/coordination/stop-store'),
    ]).then(([{ pinnedCluster }, { stopStore }]) =>
      stopStore(pinnedCluster(cluster, clock), namespace, cluster.context),
    );
    return loaded;
  };
  return {
    where: `the ConfigMap ${namespace}/ordeal-stop in ${cluster.context}`,
    read: async (signal) => (await store()).read(signal),
    create: async (data, signal) => (await store()).create(data, signal),
    remove: async (version, signal) => (await store()).remove(version, signal),
  };
}
