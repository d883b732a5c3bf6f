import type { ChaosMeshConfig } from '@ordeal/chaos/drivers/chaos-mesh/config';
import { chaosMeshDriver } from '@ordeal/chaos/drivers/chaos-mesh';
import { kubernetesDriver } from '@ordeal/chaos/drivers/kubernetes';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { LabelledFound } from '@ordeal/shared/undo/labelled';
import type { LoadedPlatform } from '../load/load-platform.ts';

/** One place where things of ours are found by their labels. */
export interface LabelledPlace {
  readonly where: string;
  find(context: DriverContext): Promise<LabelledFound>;
}

type ClusterPin = ChaosMeshConfig['cluster'];

/** Everywhere that the platform lets things be put which carry our labels: the only list of such places. */
export function labelledPlaces({ platform, drivers, generators }: LoadedPlatform): readonly LabelledPlace[] {
  const clusters = new Map<string, ClusterPin>();
  const namespaces = new Set<string>();
  for (const name of Object.keys(platform.faults)) {
    const { driver, config } = drivers.fault(name);
    if (driver.kind !== chaosMeshDriver.kind && driver.kind !== kubernetesDriver.kind) continue;
    const { cluster } = config as { readonly cluster: ClusterPin };
    clusters.set(cluster.uid, cluster);
    for (const namespace of namespacesIn(config)) namespaces.add(namespace);
  }
  const { kubernetes } = generators;
  return [
    ...[...clusters.values()].flatMap((cluster) => [
      {
        where: `Chaos Mesh in ${cluster.context}`,
        find: async (context: DriverContext) => {
          const { labelledFaults } = await import('@ordeal/chaos/drivers/chaos-mesh/labelled');
          return labelledFaults(cluster, [...namespaces], context);
        },
      },
      {
        where: cluster.context,
        find: async (context: DriverContext) => {
          const { labelledObjects } = await import('@ordeal/chaos/drivers/kubernetes/labelled');
          return labelledObjects(cluster, [...namespaces], context);
        },
      },
    ]),
    ...(kubernetes === undefined
      ? []
      : [
          {
            where: `loads in namespace ${kubernetes.namespace}`,
            find: async (context: DriverContext) => {
              const { labelledLoads } = await import('@ordeal/load/distributed/labelled');
              return labelledLoads(kubernetes, context);
            },
          },
        ]),
  ];
}

/** Every value of a field `namespace` in a driver's settings. */
function namespacesIn(settings: unknown): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([key, value]) =>
    key === 'namespace' && typeof value === 'string' ? [value] : namespacesIn(value),
  );
}
