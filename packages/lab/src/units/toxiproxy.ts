import { join } from 'node:path';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { otherRegion } from './postgres.ts';

/** Names of a region's proxies, by what they lead to. */
export const proxyNames = {
  postgresA: 'postgres-a',
  postgresB: 'postgres-b',
  redis: 'redis',
  replication: 'replication',
} as const;

function proxyFile(blueprint: Blueprint, region: RegionName): string {
  return join(blueprint.dir, region, 'toxiproxy.json');
}

/** The proxies before everything that a region depends on, as files to write: path and text. */
export function toxiproxyFiles(blueprint: Blueprint, region: RegionName): Readonly<Record<string, string>> {
  const own = blueprint.ports[region];
  const proxies = [
    { name: proxyNames.postgresA, listen: own.proxyPostgresA, upstream: blueprint.ports.a.postgres },
    { name: proxyNames.postgresB, listen: own.proxyPostgresB, upstream: blueprint.ports.b.postgres },
    { name: proxyNames.redis, listen: own.proxyRedis, upstream: own.redis },
    {
      name: proxyNames.replication,
      listen: own.proxyReplication,
      upstream: blueprint.ports[otherRegion(region)].postgres,
    },
  ];
  const config = proxies.map(({ name, listen, upstream }) => ({
    name,
    listen: address(listen),
    upstream: address(upstream),
    enabled: true,
  }));
  return { [proxyFile(blueprint, region)]: JSON.stringify(config, null, 2) };
}

/** A region's Toxiproxy. When it restarts, all its toxics are gone. */
export function toxiproxyUnit(blueprint: Blueprint, region: RegionName): Unit {
  const port = blueprint.ports[region].toxiproxy;
  const check = { kind: 'http', url: `http://${address(port)}/version`, timeoutMs: 500 } as const;
  return {
    name: `${region}/toxiproxy`,
    argv: [
      blueprint.tools.toxiproxy,
      '-host',
      '127.0.0.1',
      '-port',
      String(port),
      '-config',
      proxyFile(blueprint, region),
      '-proxy-metrics',
    ],
    env: { ...unitEnvironment, LOG_LEVEL: 'warn' },
    cwd: '/',
    log: inLab.log(blueprint.dir, region, 'toxiproxy'),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 3_000 },
  };
}
