import type { ChaosMeshConfig } from '@ordeal/chaos/drivers/chaos-mesh/config';
import { chaosMeshDriver } from '@ordeal/chaos/drivers/chaos-mesh';
import { kubernetesDriver } from '@ordeal/chaos/drivers/kubernetes';
import type { KubernetesConfig } from '@ordeal/chaos/drivers/kubernetes/config';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { LabelledFound } from '@ordeal/shared/undo/labelled';
import type { LoadedPlatform } from '../load/load-platform.ts';

/** One place where things of ours are found by their labels. */
export interface LabelledPlace {
  readonly where: string;
  find(context: DriverContext): Promise<LabelledFound>;
}

/**
 * Everywhere that the platform lets things be put which carry our labels: the only list of such places. A cluster is
 * looked at for what the faults that go there leave: for more there may be no permission.
 */
export function labelledPlaces(loaded: LoadedPlatform): readonly LabelledPlace[] {
  const meshes = configsByCluster<ChaosMeshConfig>(loaded, chaosMeshDriver.kind);
  const others = configsByCluster<KubernetesConfig>(loaded, kubernetesDriver.kind);
  const { kubernetes } = loaded.generators;
  return [
    ...meshes.map((faults) => ({
      where: `Chaos Mesh in ${faults[0].cluster.context}`,
      find: async (context: DriverContext) => {
        const { labelledFaults } = await import('@ordeal/chaos/drivers/chaos-mesh/labelled');
        return labelledFaults(faults[0].cluster, namespacesIn(faults), context);
      },
    })),
    ...others.map((faults) => ({
      where: faults[0].cluster.context,
      find: async (context: DriverContext) => {
        const { labelledObjects } = await import('@ordeal/chaos/drivers/kubernetes/labelled');
        return labelledObjects(faults, namespacesIn(faults), context);
      },
    })),
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

/** The settings of all faults of one driver, those of one cluster together. */
function configsByCluster<Config extends { readonly cluster: { readonly uid: string } }>(
  { platform, drivers }: LoadedPlatform,
  kind: string,
): readonly (readonly [Config, ...Config[]])[] {
  const faults = Object.keys(platform.faults).map((name) => drivers.fault(name));
  const configs = faults.filter(({ driver }) => driver.kind === kind).map(({ config }) => config as Config);
  return [...Map.groupBy(configs, ({ cluster }) => cluster.uid).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [[first, ...rest] as const],
  );
}

/** Every value of a field `namespace` in settings, once. */
function namespacesIn(settings: unknown): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return [];
  const found = Object.entries(settings).flatMap(([key, value]) =>
    key === 'namespace' && typeof value === 'string' ? [value] : namespacesIn(value),
  );
  return [...new Set(found)];
}
