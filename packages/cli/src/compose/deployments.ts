import type { DeploymentConfig } from '@ordeal/chaos/deployments/config';
import type { DeploymentDriver } from '@ordeal/shared/drivers/deployment';
import type { Result } from '@ordeal/shared/platform/diagnostics';

/** How versions are deployed, with its settings checked. */
export interface ConfiguredDeployment {
  readonly commands: DeploymentConfig;
  /** `run` tells the platform on whose behalf it is. */
  create(run: string): DeploymentDriver;
}

type Configure = (raw: unknown, path: string) => Result<ConfiguredDeployment>;

/** The only list of deployment drivers. Each is loaded when a platform names it. */
export const deploymentDrivers: Readonly<Record<string, () => Promise<Configure>>> = {
  command: async () => {
    const { parseDeploymentConfig } = await import('@ordeal/chaos/deployments/config');
    const { createCommandDeployment } = await import('@ordeal/chaos/deployments/command');
    return (raw, path) => {
      const parsed = parseDeploymentConfig(raw, path);
      if (!parsed.ok) return parsed;
      const commands = parsed.value;
      return { ok: true, value: { commands, create: (run) => createCommandDeployment(commands, run) } };
    };
  },
};
