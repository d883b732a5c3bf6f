import { chaosMeshDriver } from '@ordeal/chaos/drivers/chaos-mesh';
import { commandDriver } from '@ordeal/chaos/drivers/command';
import { hostDriver } from '@ordeal/chaos/drivers/host';
import { kubernetesDriver } from '@ordeal/chaos/drivers/kubernetes';
import { proxyDriver } from '@ordeal/chaos/drivers/proxy';
import type { AbleFaultDriver, ExperimentFault } from '@ordeal/chaos/experiment/deps';
import { createHaproxyRoute } from '@ordeal/dr/drivers/haproxy/route';
import { parseHaproxyRoute } from '@ordeal/dr/drivers/haproxy/config';
import { createPostgresStore } from '@ordeal/dr/drivers/postgres/store';
import { parsePostgresStore } from '@ordeal/dr/drivers/postgres/config';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import { hintFrom } from '@ordeal/shared/platform/closest';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';
import type { Platform } from '@ordeal/shared/platform/platform';

type HaproxyRoute = ReturnType<typeof createHaproxyRoute>;

export interface ConfiguredStore {
  readonly driver: StoreDriver;
  /** Name of the store's node in a region. */
  readonly nodeOf: (region: string) => string;
}

/** The platform's drivers, with their settings checked. The names are the platform's own. */
export interface Drivers {
  fault(name: string): ExperimentFault;
  store(name: string): ConfiguredStore;
  route(name: string): HaproxyRoute;
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
  const take = <T>(result: Result<T>, into: (value: T) => void): void => {
    if (result.ok) into(result.value);
    else diagnostics.push(...result.diagnostics);
  };
  const unknown = (path: string, driver: string, known: readonly string[]): void => {
    diagnostics.push({
      path,
      expected: `a driver: ${known.join(', ')}`,
      found: JSON.stringify(driver),
      hint: hintFrom(driver, known),
    });
  };

  const faults = new Map<string, ExperimentFault>();
  for (const [name, entry] of Object.entries(platform.faults)) {
    const path = `${shown}: faults[${JSON.stringify(name)}]`;
    const driver = faultDrivers[entry.driver];
    if (driver === undefined) unknown(`${path}.driver`, entry.driver, Object.keys(faultDrivers));
    else
      take(driver.parse(entry.config, `${path}.config`), (config) =>
        faults.set(name, { name, driver, config, entry }),
      );
  }
  const stores = new Map<string, ConfiguredStore>();
  for (const [name, entry] of Object.entries(platform.stores)) {
    const path = `${shown}: stores[${JSON.stringify(name)}]`;
    if (entry.driver !== 'postgres') unknown(`${path}.driver`, entry.driver, ['postgres']);
    else
      take(parsePostgresStore(entry.config, `${path}.config`), (config) =>
        stores.set(name, {
          driver: createPostgresStore(config),
          nodeOf: (region) =>
            found(config.nodes.find((node) => node.region === region)?.name, `node in region ${region}`),
        }),
      );
  }
  const routes = new Map<string, HaproxyRoute>();
  for (const [name, entry] of Object.entries(platform.routes)) {
    const path = `${shown}: routes[${JSON.stringify(name)}]`;
    if (entry.driver !== 'haproxy') unknown(`${path}.driver`, entry.driver, ['haproxy']);
    else
      take(parseHaproxyRoute(entry.config, `${path}.config`), (config) =>
        routes.set(name, createHaproxyRoute(config)),
      );
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    value: {
      fault: (name) => found(faults.get(name), `fault ${name}`),
      store: (name) => found(stores.get(name), `store ${name}`),
      route: (name) => found(routes.get(name), `route ${name}`),
    },
  };
}

// References were checked when the scenario was read: this is a defect, not a mistake of the user.
function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
