import type { AbleFaultDriver } from '@ordeal/chaos/experiment/deps';

/** The only list of fault drivers, by their kind. Each is loaded when a platform names it. */
export const faultDrivers: Readonly<Record<string, () => Promise<AbleFaultDriver>>> = {
  host: async () => (await import('@ordeal/chaos/drivers/host')).hostDriver as AbleFaultDriver,
  proxy: async () => (await import('@ordeal/chaos/drivers/proxy')).proxyDriver as AbleFaultDriver,
  'chaos-mesh': async () =>
    (await import('@ordeal/chaos/drivers/chaos-mesh')).chaosMeshDriver as AbleFaultDriver,
  kubernetes: async () =>
    (await import('@ordeal/chaos/drivers/kubernetes')).kubernetesDriver as AbleFaultDriver,
  command: async () => (await import('@ordeal/chaos/drivers/command')).commandDriver as AbleFaultDriver,
};
