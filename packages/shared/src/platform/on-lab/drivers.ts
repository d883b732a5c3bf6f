import type { DriverEntry } from '../platform.ts';
import type { LabRegion, LabSite } from '../site.ts';

/** The lab's two PostgreSQL nodes. */
export function labStore({ regions: { a, b } }: LabSite): DriverEntry {
  return { driver: 'postgres', config: { nodes: [node(a), node(b)] } };
}

/** The lab's load balancer, which sends traffic to one region, or to both. */
export function labRoute({ haproxy, regions: { a, b } }: LabSite): DriverEntry {
  return {
    driver: 'haproxy',
    config: {
      socket: haproxy.socket,
      backend: haproxy.backend,
      configFile: haproxy.configFile,
      servers: Object.fromEntries(
        [a, b].flatMap((region) => region.replicas.map((replica) => [replica.name, region.name])),
      ),
    },
  };
}

function node({ name, postgres, control }: LabRegion) {
  return {
    name,
    region: name,
    url: postgres.url,
    dataDir: postgres.dataDir,
    binDir: postgres.binDir,
    upstreamUrl: postgres.upstreamUrl,
    slot: postgres.slot,
    ...(postgres.runAs === undefined ? {} : { runAs: postgres.runAs }),
    service: { start: [...control, 'start', postgres.unit], stop: [...control, 'stop', postgres.unit] },
  };
}
