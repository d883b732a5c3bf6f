import { chaosMeshDriver } from '@ordeal/chaos/drivers/chaos-mesh';
import { commandDriver } from '@ordeal/chaos/drivers/command';
import { hostDriver } from '@ordeal/chaos/drivers/host';
import { kubernetesDriver } from '@ordeal/chaos/drivers/kubernetes';
import { proxyDriver } from '@ordeal/chaos/drivers/proxy';
import type { AbleFaultDriver, ExperimentFault } from '@ordeal/chaos/experiment/deps';
import { hintFrom } from '@ordeal/shared/platform/closest';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';
import type { DriverEntry, Platform } from '@ordeal/shared/platform/platform';
import { backupDrivers, configuredBackup, type ConfiguredBackup } from './backups.ts';
import { routeDrivers, type ConfiguredRoute } from './routes.ts';
import { storeDrivers, type ConfiguredStore } from './stores.ts';

/** The platform's drivers, with their settings checked. The names are the platform's own. */
export interface Drivers {
  fault(name: string): ExperimentFault;
  store(name: string): ConfiguredStore;
  route(name: string): ConfiguredRoute;
  backup(name: string): ConfiguredBackup;
}

/** The only list of fault drivers. */
const faultDrivers: Readonly<Record<string, AbleFaultDriver>> = {
  [hostDriver.kind]: hostDriver as AbleFaultDriver,
  [proxyDriver.kind]: proxyDriver as AbleFaultDriver,
  [chaosMeshDriver.kind]: chaosMeshDriver as AbleFaultDriver,
  [kubernetesDriver.kind]: kubernetesDriver as AbleFaultDriver,
  [commandDriver.kind]: commandDriver as AbleFaultDriver,
};

/** Hands every driver its settings; gives all their complaints at once. */
export function composeDrivers(platform: Platform, shown: string): Result<Drivers> {
  const diagnostics: Diagnostic[] = [];
  /** Every entry of one kind, by its name, with the driver that it names. */
  const compose = <Driver, Entry extends DriverEntry, Configured>(
    what: string,
    entries: Readonly<Record<string, Entry>>,
    drivers: Readonly<Record<string, Driver>>,
    configure: (entry: Entry, driver: Driver, path: string, name: string) => Result<Configured>,
  ): ReadonlyMap<string, Configured> => {
    const configured = new Map<string, Configured>();
    for (const [name, entry] of Object.entries(entries)) {
      const path = `${shown}: ${what}[${JSON.stringify(name)}]`;
      const driver = Object.hasOwn(drivers, entry.driver) ? drivers[entry.driver] : undefined;
      const result =
        driver === undefined
          ? unknownDriver(`${path}.driver`, entry.driver, Object.keys(drivers))
          : configure(entry, driver, path, name);
      if (result.ok) configured.set(name, result.value);
      else diagnostics.push(...result.diagnostics);
    }
    return configured;
  };
  const faults = compose('faults', platform.faults, faultDrivers, (entry, driver, path, name) => {
    const config = driver.parse(entry.config, `${path}.config`);
    return config.ok ? { ok: true, value: { name, driver, config: config.value, entry } } : config;
  });
  const stores = compose('stores', platform.stores, storeDrivers, (entry, parse, path) =>
    parse(entry.config, `${path}.config`),
  );
  const routes = compose('routes', platform.routes, routeDrivers, (entry, parse, path) =>
    parse(entry.config, `${path}.config`),
  );
  const backups = compose('backups', platform.backups ?? {}, backupDrivers, configuredBackup);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    value: {
      fault: (name) => found(faults.get(name), `fault ${name}`),
      store: (name) => found(stores.get(name), `store ${name}`),
      route: (name) => found(routes.get(name), `route ${name}`),
      backup: (name) => found(backups.get(name), `backup ${name}`),
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
