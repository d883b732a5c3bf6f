import { join } from 'node:path';
import { address, regionAddresses, type Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { balancerText, balancerUnit, serversOf } from './haproxy.ts';

export function regionHaproxyConfigFile({ dir }: Blueprint, region: RegionName): string {
  return join(dir, region, 'haproxy.cfg');
}

export function balancerMetricsPort({ ports }: Blueprint, region: RegionName): number {
  return ports[region === 'a' ? 'balancerMetricsA' : 'balancerMetricsB'];
}

/**
 * A region's own load balancer, as a file to write: path and text. It dies with its region. It spreads requests over
 * the replicas of both regions, as the one load balancer of other labs does.
 */
export function regionHaproxyFiles(
  blueprint: Blueprint,
  region: RegionName,
): Readonly<Record<string, string>> {
  const text = balancerText(
    blueprint,
    {
      entry: `${regionAddresses[region]}:${blueprint.ports.regionEntry}`,
      metrics: address(balancerMetricsPort(blueprint, region)),
      socket: inLab.balancerSocket(blueprint.dir, region),
    },
    regionNames.flatMap((one) => serversOf(blueprint, one)),
  );
  return { [regionHaproxyConfigFile(blueprint, region)]: text };
}

export function regionHaproxyUnit(blueprint: Blueprint, region: RegionName): Unit {
  const file = regionHaproxyConfigFile(blueprint, region);
  return balancerUnit(blueprint, region, file, balancerMetricsPort(blueprint, region));
}
