import { unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';

/** A region's cache. It keeps nothing on disk: what it loses is read from the database again. */
export function redisUnit(blueprint: Blueprint, region: RegionName): Unit {
  const port = blueprint.ports[region].redis;
  const check = { kind: 'tcp', port, timeoutMs: 500, send: 'PING\r\n', expect: '+PONG' } as const;
  const settings: Readonly<Record<string, string>> = {
    port: String(port),
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    maxmemory: '64mb',
    'maxmemory-policy': 'allkeys-lru',
  };
  return {
    name: `${region}/redis`,
    argv: [
      blueprint.tools.redis,
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    env: unitEnvironment,
    cwd: '/',
    log: inLab.log(blueprint.dir, region, 'redis'),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 3_000 },
  };
}
