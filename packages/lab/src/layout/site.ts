import type { LabNames, LabRegion, LabSite } from '@ordeal/shared/platform/site';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replicaNumbers, replicaPort } from '../units/api.ts';
import { BACKEND, haproxyConfigFile } from '../units/haproxy.ts';
import { UPDATE_KEY } from '../units/named.ts';
import { binDirOf, postgresUrl, slotOf } from '../units/postgres.ts';
import { regionHaproxyConfigFile } from '../units/region-haproxy.ts';
import { proxyNames } from '../units/toxiproxy.ts';
import { backupFolders, dumpsOf } from './backups.ts';
import { address, regionAddresses, type Blueprint } from './blueprint.ts';
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
    haproxy: { ...balancerFor(blueprint), backend: BACKEND },
    ...namesFor(blueprint),
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

/** The load balancer of both regions, or region a's where each has its own. */
function balancerFor(blueprint: Blueprint): { readonly socket: string; readonly configFile: string } {
  const { dir, contract } = blueprint;
  return contract.name === undefined
    ? { socket: inLab.haproxySocket(dir), configFile: haproxyConfigFile(blueprint) }
    : { socket: inLab.balancerSocket(dir, 'a'), configFile: regionHaproxyConfigFile(blueprint, 'a') };
}

function namesFor(blueprint: Blueprint): { readonly names?: LabNames } {
  const { dir, ports, contract } = blueprint;
  if (contract.name === undefined) return {};
  const { zone, name } = contract.name;
  return {
    names: {
      zone,
      name,
      entry: `http://${name}:${ports.regionEntry}`,
      servers: { primary: address(ports.namesPrimary), secondary: address(ports.namesSecondary) },
      key: { name: UPDATE_KEY, secretFile: inLab.updateKey(dir) },
      addresses: regionAddresses,
      port: ports.regionEntry,
    },
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
