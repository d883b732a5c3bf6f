import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Host } from '../shell/host.ts';
import { commandLineLocator } from './command-line.ts';
import { readControlUnit } from './control.ts';
import { readLocatedUnit } from './located.ts';
import { pidFileLocator } from './pid-file.ts';
import type { NamedReport, UnitReport } from './report.ts';
import type { HostUnit } from './schema.ts';
import { systemdLocator } from './systemd.ts';

/** How a unit is now. Rejects with a sentence when that cannot be told. */
export function readUnit(unit: HostUnit, host: Host, context: DriverContext): Promise<UnitReport> {
  if ('status' in unit) return readControlUnit(unit, host, context);
  if ('pidFile' in unit) return readLocatedUnit(unit, pidFileLocator(unit), host, context);
  if ('commandLine' in unit) return readLocatedUnit(unit, commandLineLocator(unit), host, context);
  return readLocatedUnit(unit, systemdLocator(unit), host, context);
}

export function readUnits(
  units: readonly HostUnit[],
  host: Host,
  context: DriverContext,
): Promise<readonly NamedReport[]> {
  return Promise.all(
    units.map(async (unit) => ({ name: unit.name, report: await readUnit(unit, host, context) })),
  );
}
