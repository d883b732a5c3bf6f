import { runFiles } from '../supervisor/run-files.ts';
import { DEPLOYER } from './deployer-unit.ts';
import { servedAt } from './replicas.ts';
import type { Site } from './site.ts';
import { readState } from './state.ts';

/** How a deployment stands. */
export interface DeployStatus {
  /** Nothing is under way, and what serves is what is meant to. */
  readonly settled: boolean;
  /** Versions of all replicas that get traffic, by their own word. */
  readonly versions: readonly string[];
  readonly detail: string;
}

export async function deployStatus(site: Site): Promise<DeployStatus> {
  const { layout, balancer } = site;
  // In this order: a deployer that ends meanwhile has noted that before.
  const atWork = runFiles(layout.labDir, DEPLOYER).alive() !== undefined;
  const { doing, version, said } = readState(layout.labDir);
  const places = [...layout.usual, ...layout.spare];
  const serving = (await balancer.servers()).filter(
    ({ status, weight }) => status.startsWith('UP') && weight > 0,
  );
  const served = await Promise.all(
    serving.map(async ({ name }) => {
      const place = places.find((one) => one.name === name);
      return { name, version: place && (await servedAt(place, layout)) };
    }),
  );
  const versions = [...new Set(served.map((one) => one.version ?? 'unknown'))].sort();
  const settled = doing === 'nothing' && versions.length === 1 && versions[0] === version;
  const detail = [
    ...(said === '' ? [] : [said]),
    ...(settled && said !== ''
      ? []
      : [
          served.map((one) => `${one.name}: ${one.version ?? 'does not answer'}`).join(', ') ||
            'nobody serves',
        ]),
    ...(doing === 'nothing' ? [] : [doing === 'deploying' ? `deploying ${version}` : `back to ${version}`]),
    ...(doing !== 'nothing' && !atWork ? ['the deployer has ended'] : []),
  ].join('; ');
  return { settled, versions, detail };
}
