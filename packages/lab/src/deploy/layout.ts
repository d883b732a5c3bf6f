import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from '../api/contracts/contract.ts';
import { address, type Blueprint } from '../layout/blueprint.ts';
import { regionNames, type RegionName } from '../layout/paths.ts';
import type { Sabotage } from '../sabotage.ts';
import {
  configFile,
  replicaNumbers,
  replicaPort,
  spareNumbers,
  unitName,
  type AnyReplicaNumber,
} from '../units/api.ts';
import { BACKEND, balancerSockets, serverOptions } from '../units/haproxy.ts';

/** A place where a version can run. */
export interface Place {
  /** As the load balancer calls it. */
  readonly name: string;
  readonly region: RegionName;
  readonly unit: string;
  readonly address: string;
  readonly configFile: string;
  /** What a server that is added at run time is given. */
  readonly serverOptions: string;
}

/** What the deployer of a lab has to know of it. */
export interface DeployLayout {
  readonly labDir: string;
  readonly node: string;
  /** Each of them spreads requests over all replicas. */
  readonly haproxy: { readonly sockets: readonly string[]; readonly backend: string };
  /** Where the replicas are that serve when no deployment is under way. */
  readonly usual: readonly Place[];
  /** Where replicas are started besides them, for as long as a deployment takes. */
  readonly spare: readonly Place[];
  readonly contract: Pick<Contract, 'health' | 'metrics'>;
  readonly sabotage: readonly Sabotage[];
}

/** What the deployer reads, as a file to write: path and text. */
export function deployFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  const { dir, contract, sabotage, tools } = blueprint;
  const place = (region: RegionName, number: AnyReplicaNumber): Place => ({
    name: `${region}${number}`,
    region,
    unit: unitName(region, number),
    address: address(replicaPort(blueprint, region, number)),
    configFile: configFile(blueprint, region, number),
    serverOptions: serverOptions(contract, region),
  });
  const layout: DeployLayout = {
    labDir: dir,
    node: tools.node,
    haproxy: { sockets: balancerSockets(blueprint), backend: BACKEND },
    usual: regionNames.flatMap((region) => replicaNumbers.map((number) => place(region, number))),
    spare: spareNumbers.flatMap((number) => regionNames.map((region) => place(region, number))),
    contract: { health: contract.health, metrics: contract.metrics },
    sabotage,
  };
  return { [layoutFile(dir)]: JSON.stringify(layout, null, 2) };
}

export function readDeployLayout(labDir: string): DeployLayout {
  try {
    return JSON.parse(readFileSync(layoutFile(labDir), 'utf8')) as DeployLayout;
  } catch (error) {
    throw new Error(`No lab is up in ${labDir} (there is no ${layoutFile(labDir)}).`, { cause: error });
  }
}

function layoutFile(labDir: string): string {
  return join(labDir, 'edge', 'deploy-layout.json');
}
