import type { LabRegion, LabSite } from '@ordeal/shared/platform/site';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replicaNumbers, replicaPort } from '../units/api.ts';
import { BACKEND, haproxyConfigFile } from '../units/haproxy.ts';
import { binDirOf, postgresUrl, slotOf } from '../units/postgres.ts';
import { proxyNames } from '../units/toxiproxy.ts';
import { backupFolders, dumpsOf } from './backups.ts';
import { address, type Blueprint } from './blueprint.ts';
import { inLab, type RegionName } from './paths.ts';

const deployProgram = fileURLToPath(new URL('../deploy/deploy.main.ts', import.meta.url));
const controlProgram = fileURLToPath(new URL('../control/control.main.ts', import.meta.url));

/** Where clients, observers and drivers find everything in a lab. */
export function siteFor(blueprint: Blueprint): LabSite {
  return {
    name: blueprint.name,
    dir: blueprint.dir,
    entry: `http://${address(blueprint.ports.entry)}`,
    prometheus: `http://${address(blueprint.ports.prometheus)}`,
    haproxy: {
      socket: inLab.haproxySocket(blueprint.dir),
      backend: BACKEND,
      configFile: haproxyConfigFile(blueprint),
    },
    backups: {
      archive: backupFolders(blueprint.dir).archive,
      base: backupFolders(blueprint.dir).base,
      dumps: dumpsOf(blueprint),
      into: join(blueprint.dir, 'restore'),
    },
    regions: { a: regionFor(blueprint, 'a'), b: regionFor(blueprint, 'b') },
    deploy: [blueprint.tools.node, deployProgram, blueprint.dir],
    sabotage: blueprint.sabotage,
    platform: blueprint.contract.platform,
  };
}

function regionFor(blueprint: Blueprint, region: RegionName): LabRegion {
  const ports = blueprint.ports[region];
  return {
    name: region,
    replicas: replicaNumbers.map((number) => ({
      name: `${region}${number}`,
      url: `http://${address(replicaPort(blueprint, region, number))}`,
      unit: `${region}/api-${number}`,
    })),
    postgres: {
      url: postgresUrl(blueprint, 'postgres', ports.postgres),
      dataDir: inLab.postgresData(blueprint.dir, region),
      binDir: binDirOf(blueprint),
      port: ports.postgres,
      unit: `${region}/postgres`,
      upstreamUrl: postgresUrl(blueprint, 'postgres', ports.proxyReplication, { application_name: region }),
      slot: slotOf(region),
      ...(blueprint.runAs && { runAs: blueprint.runAs }),
    },
    redis: { url: `redis://${address(ports.redis)}`, unit: `${region}/redis` },
    toxiproxy: { api: `http://${address(ports.toxiproxy)}`, unit: `${region}/toxiproxy` },
    proxies: proxyNames,
    control: [blueprint.tools.node, controlProgram, blueprint.dir],
  };
}
