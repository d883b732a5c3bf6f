import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiConfig } from '../api/config.ts';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { postgresUrl } from './postgres.ts';

export type ReplicaNumber = 1 | 2;

export const replicaNumbers: readonly ReplicaNumber[] = [1, 2];

const program = fileURLToPath(new URL('../api/api.main.ts', import.meta.url));

export function replicaPort(blueprint: Blueprint, region: RegionName, number: ReplicaNumber): number {
  return blueprint.ports[region][`api${number}`];
}

function configFile(blueprint: Blueprint, region: RegionName, number: ReplicaNumber): string {
  return join(blueprint.dir, region, `api-${number}.json`);
}

/** A replica's configuration, as a file to write: path and text. Everything it needs is behind a proxy. */
export function apiFiles(
  blueprint: Blueprint,
  region: RegionName,
  number: ReplicaNumber,
): Readonly<Record<string, string>> {
  const replica = `${region}${number}`;
  const own = blueprint.ports[region];
  const database = (port: number) =>
    postgresUrl(blueprint, 'platform', port, { application_name: `api-${replica}` });
  const config: ApiConfig = {
    platform: blueprint.contract.platform,
    replica,
    region,
    port: replicaPort(blueprint, region, number),
    databases: { a: database(own.proxyPostgresA), b: database(own.proxyPostgresB) },
    redis: `redis://${address(own.proxyRedis)}`,
    sabotage: blueprint.sabotage,
  };
  return { [configFile(blueprint, region, number)]: JSON.stringify(config, null, 2) };
}

/** One replica of the platform's API. */
export function apiUnit(blueprint: Blueprint, region: RegionName, number: ReplicaNumber): Unit {
  const base = `http://${address(replicaPort(blueprint, region, number))}`;
  const { health, restartDelayMs } = blueprint.contract;
  const live = { kind: 'http', url: `${base}${health.live}`, timeoutMs: 700 } as const;
  return {
    name: `${region}/api-${number}`,
    argv: [
      blueprint.tools.node,
      '--max-old-space-size=128',
      '--max-semi-space-size=2',
      program,
      configFile(blueprint, region, number),
    ],
    env: unitEnvironment,
    cwd: '/',
    log: inLab.log(blueprint.dir, region, `api-${number}`),
    started: live,
    ready: { kind: 'http', url: `${base}${health.ready}`, timeoutMs: 1_000 },
    liveness: { check: live, everyMs: 500, failures: 3 },
    stop: { signal: 'SIGTERM', withinMs: 5_000 },
    restart: blueprint.sabotage.includes('no-restart') ? 'never' : { afterMs: restartDelayMs },
  };
}
