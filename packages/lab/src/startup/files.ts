import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backupJobFiles } from '../backup-job/config.ts';
import { deployFiles } from '../deploy/layout.ts';
import type { Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames, siteNames, type SiteName } from '../layout/paths.ts';
import { reservePorts } from '../layout/ports.ts';
import type { SupervisorConfig, Unit } from '../supervisor/config.ts';
import { allNumbers, apiFiles, apiUnit } from '../units/api.ts';
import { clientHaproxyFiles } from '../units/client-haproxy.ts';
import { exporterFiles, postgresExporterUnit, redisExporterUnit } from '../units/exporters.ts';
import { haproxyFiles, haproxyUnit } from '../units/haproxy.ts';
import { makeNameFolders, namesFiles, namesUnits } from '../units/named.ts';
import { postgresUnit } from '../units/postgres.ts';
import { prometheusFiles, prometheusUnit } from '../units/prometheus.ts';
import { redisUnit } from '../units/redis.ts';
import { regionHaproxyFiles, regionHaproxyUnit } from '../units/region-haproxy.ts';
import { toxiproxyFiles, toxiproxyUnit } from '../units/toxiproxy.ts';
import { versitygwUnits } from '../units/versitygw.ts';
import { makeBackupFolders } from './backups.ts';
import { makePostgresHomes } from './databases.ts';

/** Writes everything that the lab's processes read. They hold a password: only this user may read them. */
export function writeLabFiles(blueprint: Blueprint): void {
  const { dir } = blueprint;
  // The database's user has to get through to its own directory.
  chmodSync(dir, 0o711);
  for (const site of siteNames) {
    mkdirSync(join(dir, site), { mode: 0o711 });
    mkdirSync(dirname(inLab.log(dir, site, 'any')), { mode: 0o700 });
    mkdirSync(inLab.run(dir, site), { mode: 0o700 });
  }
  mkdirSync(dirname(inLab.replicaTargets(dir)), { mode: 0o700 });
  makePostgresHomes(blueprint);
  makeBackupFolders(blueprint);
  if (blueprint.contract.name !== undefined) makeNameFolders(blueprint);
  reservePorts(dir, blueprint.ports);
  const files = {
    ...Object.assign({}, ...regionNames.map((region) => toxiproxyFiles(blueprint, region))),
    ...Object.assign(
      {},
      ...regionNames.flatMap((region) => allNumbers.map((number) => apiFiles(blueprint, region, number))),
    ),
    ...entryFiles(blueprint),
    ...exporterFiles(blueprint),
    ...prometheusFiles(blueprint),
    ...deployFiles(blueprint),
    ...backupJobFiles(blueprint),
  } as Readonly<Record<string, string>>;
  for (const [file, text] of Object.entries(files)) writeFileSync(file, text, { mode: 0o600 });
  for (const site of siteNames) {
    const config: SupervisorConfig = {
      site,
      labDir: dir,
      node: blueprint.tools.node,
      units: unitsOf(blueprint, site),
    };
    writeFileSync(inLab.config(dir, site), JSON.stringify(config, null, 2), { mode: 0o600 });
  }
}

/** What leads clients to replicas. */
function entryFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  const { name } = blueprint.contract;
  if (name === undefined) return haproxyFiles(blueprint);
  return {
    ...clientHaproxyFiles(blueprint, name),
    ...regionHaproxyFiles(blueprint, 'a'),
    ...regionHaproxyFiles(blueprint, 'b'),
    ...namesFiles(blueprint, name),
  };
}

function unitsOf(blueprint: Blueprint, site: SiteName): readonly Unit[] {
  const { name } = blueprint.contract;
  if (site === 'edge') {
    return [
      ...(name === undefined ? [] : namesUnits(blueprint, name)),
      haproxyUnit(blueprint),
      prometheusUnit(blueprint),
      ...regionNames.map((region) => postgresExporterUnit(blueprint, region)),
      redisExporterUnit(blueprint),
      ...versitygwUnits(blueprint),
    ];
  }
  return [
    ...allNumbers.map((number) => apiUnit(blueprint, site, number)),
    postgresUnit(blueprint, site),
    redisUnit(blueprint, site),
    toxiproxyUnit(blueprint, site),
    ...(name === undefined ? [] : [regionHaproxyUnit(blueprint, site)]),
  ];
}
