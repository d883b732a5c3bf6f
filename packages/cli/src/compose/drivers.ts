import type { ExperimentFault } from '@ordeal/chaos/experiment/deps';
import { hintFrom } from '@ordeal/shared/platform/closest';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';
import type { DriverEntry, Platform } from '@ordeal/shared/platform/platform';
import { backupDrivers, type ConfiguredBackup } from './backups.ts';
import { deploymentDrivers, type ConfiguredDeployment } from './deployments.ts';
import { faultDrivers } from './fault-drivers.ts';
import { routeDrivers, type ConfiguredRoute } from './routes.ts';
import { storeDrivers, type ConfiguredStore } from './stores.ts';

/** The platform's drivers, with their settings checked. The names are the platform's own. */
export interface Drivers {
  fault(name: string): ExperimentFault;
  store(name: string): ConfiguredStore;
  route(name: string): ConfiguredRoute;
  backup(name: string): ConfiguredBackup;
  deployment(name: string): ConfiguredDeployment;
}

/** Loads the drivers that the platform names, and hands each its settings; gives all their complaints at once. */
export async function composeDrivers(platform: Platform, shown: string): Promise<Result<Drivers>> {
  const diagnostics: Diagnostic[] = [];
  /** Every entry of one kind, by its name, with the driver that it names. */
  const compose = async <Driver, Entry extends DriverEntry, Configured>(
    what: string,
    entries: Readonly<Record<string, Entry>>,
    drivers: Readonly<Record<string, () => Promise<Driver>>>,
    configure: (entry: Entry, driver: Driver, path: string, name: string) => Result<Configured>,
  ): Promise<ReadonlyMap<string, Configured>> => {
    const configured = new Map<string, Configured>();
    for (const [name, entry] of Object.entries(entries)) {
      const path = `${shown}: ${what}[${JSON.stringify(name)}]`;
      const load = Object.hasOwn(drivers, entry.driver) ? drivers[entry.driver] : undefined;
      const result =
        load === undefined
          ? unknownDriver(`${path}.driver`, entry.driver, Object.keys(drivers))
          : configure(entry, await load(), path, name);
      if (result.ok) configured.set(name, result.value);
      else diagnostics.push(...result.diagnostics);
    }
    return configured;
  };
  const faults = await compose('faults', platform.faults, faultDrivers, (entry, driver, path, name) => {
    const config = driver.parse(entry.config, `${path}.config`);
    return config.ok ? { ok: true, value: { name, driver, config: config.value, entry } } : config;
  });
  const stores = await compose('stores', platform.stores, storeDrivers, (entry, parse, path) =>
    parse(entry.config, `${path}.config`),
  );
  const routes = await compose('routes', platform.routes, routeDrivers, (entry, parse, path) =>
    parse(entry.config, `${path}.config`),
  );
  const backups = await compose('backups', platform.backups ?? {}, backupDrivers, (entry, configure, path) =>
    configure(entry, path),
  );
  const deployments = await compose(
    'deployments',
    platform.deployments ?? {},
    deploymentDrivers,
    (entry, parse, path) => parse(entry.config, `${path}.config`),
  );
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    value: {
      fault: (name) => found(faults.get(name), `fault ${name}`),
      store: (name) => found(stores.get(name), `store ${name}`),
      route: (name) => found(routes.get(name), `route ${name}`),
      backup: (name) => found(backups.get(name), `backup ${name}`),
      deployment: (name) => found(deployments.get(name), `deployment ${name}`),
    },
  };
}

function unknownDriver(path: string, driver: string, known: readonly string[]): Result<never> {
  const hint = hintFrom(driver, known);
  const expected = `a driver: ${known.join(', ')}`;
  return { ok: false, diagnostics: [{ path, expected, found: JSON.stringify(driver), hint }] };
}

// References were checked when the scenario was read: this is a defect, not a mistake of the user.
function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
