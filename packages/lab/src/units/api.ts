import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiConfig } from '../api/config.ts';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, type RegionName } from '../layout/paths.ts';
import { FIRST_VERSION } from '../deploy/versions.ts';
import type { Unit } from '../supervisor/config.ts';
import { postgresUrl } from './postgres.ts';

export type ReplicaNumber = 1 | 2;
export type SpareNumber = 3 | 4;
export type AnyReplicaNumber = ReplicaNumber | SpareNumber;

export const replicaNumbers: readonly ReplicaNumber[] = [1, 2];
/** Run only while a deployment is under way. */
export const spareNumbers: readonly SpareNumber[] = [3, 4];
export const allNumbers: readonly AnyReplicaNumber[] = [...replicaNumbers, ...spareNumbers];

const program = fileURLToPath(new URL('../api/api.main.ts', import.meta.url));

export function replicaPort(blueprint: Blueprint, region: RegionName, number: AnyReplicaNumber): number {
  return blueprint.ports[region][`api${number}`];
}

export function unitName(region: RegionName, number: AnyReplicaNumber): string {
  return `${region}/api-${number}`;
}

export function configFile({ dir }: Blueprint, region: RegionName, number: AnyReplicaNumber): string {
  return join(dir, region, `api-${number}.json`);
}

/** A replica's configuration, as a file to write: path and text. Everything it needs is behind a proxy. */
export function apiFiles(
  blueprint: Blueprint,
  region: RegionName,
  number: AnyReplicaNumber,
): Readonly<Record<string, string>> {
  const replica = `${region}${number}`;
  const own = blueprint.ports[region];
  const database = (port: number) =>
    postgresUrl(blueprint, 'platform', port, { application_name: `api-${replica}` });
  const config: ApiConfig = {
    platform: blueprint.contract.platform,
    replica,
    version: FIRST_VERSION,
    region,
    port: replicaPort(blueprint, region, number),
    databases: { a: database(own.proxyPostgresA), b: database(own.proxyPostgresB) },
    redis: `redis://${address(own.proxyRedis)}`,
    sabotage: blueprint.sabotage,
  };
  return { [configFile(blueprint, region, number)]: JSON.stringify(config, null, 2) };
}

/** One replica of the platform's API. */
export function apiUnit(blueprint: Blueprint, region: RegionName, number: AnyReplicaNumber): Unit {
  const base = `http://${address(replicaPort(blueprint, region, number))}`;
  const { health, restartDelayMs } = blueprint.contract;
  const live = { kind: 'http', url: `${base}${health.live}`, timeoutMs: 700 } as const;
  return {
    name: unitName(region, number),
    ...(spareNumbers.some((one) => one === number) ? { spare: true } : {}),
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
    ...(blueprint.sabotage.includes('no-liveness')
      ? {}
      : { liveness: { check: live, everyMs: 500, failures: 3 } }),
    stop: { signal: 'SIGTERM', withinMs: 5_000 },
    restart: blueprint.sabotage.includes('no-restart') ? 'never' : { afterMs: restartDelayMs },
  };
}
