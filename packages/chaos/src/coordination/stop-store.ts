import type { ConfigMapStore } from '@ordeal/shared/stop/config-map';
import { isFailure } from '../chaos-mesh/failure.ts';
import { MANAGED_BY, MANAGER } from '../chaos-mesh/labels.ts';
import { orNothing } from '../drivers/kubernetes/scope.ts';
import type { PinnedCluster } from './pinned-cluster.ts';

/** Name of the ConfigMap that stops every run on a cluster. */
export const STOP_CONFIG_MAP = 'ordeal-stop';

/** The ConfigMap of a cluster's emergency stop. `shown` is the cluster's name for people. */
export function stopStore(connect: PinnedCluster, namespace: string, shown: string): ConfigMapStore {
  const name = STOP_CONFIG_MAP;
  const what = `configmap ${namespace}/${name}`;
  return {
    where: `the ConfigMap ${namespace}/${name} in ${shown}`,

    async read(signal) {
      const cluster = await connect(signal);
      const found = await orNothing(
        cluster.call(
          `reading ${what}`,
          (how) => cluster.core.readNamespacedConfigMap({ name, namespace }, how),
          { signal },
        ),
      );
      return found === undefined
        ? undefined
        : { data: found.data ?? {}, version: found.metadata?.resourceVersion ?? '' };
    },

    async create(data, signal) {
      const cluster = await connect(signal);
      const body = { metadata: { name, namespace, labels: { [MANAGED_BY]: MANAGER } }, data: { ...data } };
      try {
        await cluster.call(
          `creating ${what}`,
          (how) => cluster.core.createNamespacedConfigMap({ namespace, body }, how),
          { signal },
        );
        return true;
      } catch (error) {
        if (isFailure(error, 'already-exists')) return false;
        throw error;
      }
    },

    async remove(version, signal) {
      const cluster = await connect(signal);
      try {
        await cluster.call(
          `deleting ${what}`,
          (how) =>
            cluster.core.deleteNamespacedConfigMap(
              { name, namespace, body: { preconditions: { resourceVersion: version } } },
              how,
            ),
          { signal },
        );
        return true;
      } catch (error) {
        if (isFailure(error, 'not-found', 'conflict')) return false;
        throw error;
      }
    },
  };
}
