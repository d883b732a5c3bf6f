import type { DriverEntry, NamedEntry, RouteEntry } from '../platform.ts';
import type { LabNames, LabRegion, LabSite } from '../site.ts';

/** A transfer of the zone takes a fraction of a second, on a machine that has other things to do as well. */
const SHOWN_SECONDS = 10;

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

/** The name that leads clients to region A, and to the backup region when that is lost. */
export function labRouteByName(lab: LabSite): RouteEntry {
  const { zone, name, servers, key, addresses, port } = namesOf(lab);
  return {
    driver: 'dns',
    usually: ['a'],
    config: {
      zone,
      name,
      type: 'A',
      regions: { a: [addresses.a], b: [addresses.b] },
      servers: [servers.primary, servers.secondary],
      update: { kind: 'rfc2136', tsig: key },
      shownWithinSeconds: SHOWN_SECONDS,
      health: { url: `http://{{address}}:${port}/ready` },
    },
  };
}

/** Clients ask the secondary first: the primary is there for updates. */
export function labByName(lab: LabSite): NamedEntry {
  const { entry, servers } = namesOf(lab);
  return { entry, servers: [servers.secondary, servers.primary] };
}

function namesOf({ names, platform }: LabSite): LabNames {
  if (names === undefined)
    throw new Error(`no name leads to the lab of ${platform}: it has one load balancer`);
  return names;
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
