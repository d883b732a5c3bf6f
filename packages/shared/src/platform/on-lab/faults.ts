import type { FaultEntry, FaultWitness } from '../platform.ts';
import type { LabRegion, LabSite } from '../site.ts';

/** What can be broken of a platform that runs on the lab. */

/** So long a replaced process may take until it is ready, on a machine that has other things to do. */
const READY_SECONDS = 20;
/** A whole region starts at once, on a machine that may be busy. */
const REGION_READY_SECONDS = 60;
/** Longer than any hold. */
const HANGS_AT_MOST_SECONDS = 300;

/** One replica is killed; whoever supervises it starts it again, at the earliest after `restartSeconds`. */
export function replicaKilled(
  lab: LabSite,
  region: LabRegion,
  index: number,
  restartSeconds = 0,
): FaultEntry {
  return {
    title: `API replica ${region.replicas[index]?.name ?? ''} is killed (SIGKILL)`,
    driver: 'host',
    config: killedAndReplaced([unitFor(region, unitOf(region, index))], restartSeconds),
    revives: 'nothing',
    witness: inBalance(lab, 1),
  };
}

/** One replica hangs (SIGSTOP): nothing of it ends, and only a liveness check finds it. It has to be replaced in time. */
export function replicaHung(
  lab: LabSite,
  region: LabRegion,
  index: number,
  replacedWithinSeconds: number,
): FaultEntry {
  const unit = unitOf(region, index);
  return {
    title: `API replica ${region.replicas[index]?.name ?? ''} hangs (SIGSTOP)`,
    driver: 'host',
    config: {
      action: 'freeze',
      units: [{ name: unit, status: [...region.control, 'status', unit] }],
      replacedBy: 'supervisor',
      readyWithinSeconds: replacedWithinSeconds,
      endsAfterSeconds: HANGS_AT_MOST_SECONDS,
    },
    revives: 'nothing',
    witness: inBalance(lab, 1),
  };
}

/** One replica is told to end, as a rolling update does, and is away until it is started again. */
export function replicaStopped(lab: LabSite, region: LabRegion, index: number): FaultEntry {
  const unit = unitOf(region, index);
  return {
    title: `API replica ${region.replicas[index]?.name ?? ''} is taken away in order (SIGTERM)`,
    driver: 'host',
    config: {
      action: 'stop',
      units: [
        {
          name: unit,
          status: [...region.control, 'status', unit],
          start: [...region.control, 'start', unit],
          stop: [...region.control, 'stop', unit],
        },
      ],
      readyWithinSeconds: READY_SECONDS,
    },
    revives: 'nothing',
    witness: inBalance(lab, 1),
  };
}

/** All replicas of a region are killed at once, as when their node is taken away; they are started again. */
export function nodeLost(lab: LabSite, region: LabRegion): FaultEntry {
  return {
    title: `The node of region ${region.name.toUpperCase()} is taken away: all its API replicas are killed`,
    driver: 'host',
    config: killedAndReplaced(region.replicas.map(({ unit }) => unitFor(region, unit))),
    revives: 'nothing',
    witness: outOfBalance(lab, region),
  };
}

/** The database answers nobody in a region any more. */
export function databaseUnreachable(lab: LabSite, region: LabRegion): FaultEntry {
  return {
    title: `The database is unreachable from region ${region.name.toUpperCase()}`,
    driver: 'proxy',
    config: {
      api: region.toxiproxy.api,
      proxies: [region.proxies.postgresA, region.proxies.postgresB],
      toxic: { type: 'timeout', timeout: 0 },
    },
    revives: 'nothing',
    witness: outOfBalance(lab, region),
  };
}

/**
 * A region's replicas leave the load balancer: they say that they are not ready. Clients are sent to the other region
 * within a second, and may feel nothing of it. Hold for eight seconds at least: the readings of most of them have to
 * show it, and it takes a health check and a scrape until the first one does.
 */
export function outOfBalance(lab: LabSite, region: LabRegion): FaultWitness {
  return inBalance(lab, region.replicas.length);
}

/**
 * The cache's process is killed, with all that it held; it is started again, empty. With it go the replicas of its
 * region, which are not ready without it; those of all regions where they had one cache between them.
 */
export function cacheKilled(lab: LabSite, ...regions: readonly LabRegion[]): FaultEntry {
  const where = regions.map(({ name }) => name.toUpperCase()).join(' and in region ');
  return {
    title: `The cache is killed in region ${where} (SIGKILL)`,
    driver: 'host',
    config: killedAndReplaced(regions.map((region) => unitFor(region, region.redis.unit))),
    revives: 'nothing',
    witness: inBalance(lab, regions.flatMap(({ replicas }) => replicas).length),
  };
}

/**
 * The primary's server is killed with all connections to it; it is started again. Until then
 * no replica of any region is ready.
 */
export function databaseKilled(lab: LabSite, primary: LabRegion): FaultEntry {
  const { a, b } = lab.regions;
  return {
    title: 'The database is killed (SIGKILL), and there is no other to go to',
    driver: 'host',
    config: killedAndReplaced([unitFor(primary, primary.postgres.unit)]),
    revives: 'nothing',
    witness: inBalance(lab, a.replicas.length + b.replicas.length),
  };
}

/** Everything in a region dies at once, its database among it. */
export function regionLost(region: LabRegion): FaultEntry {
  return {
    title: `Region ${region.name.toUpperCase()} is lost (all its processes are killed at once)`,
    driver: 'host',
    config: {
      action: 'kill',
      units: [
        {
          name: `region ${region.name}`,
          status: [...region.control, 'status', region.name],
          start: [...region.control, 'start', region.name],
        },
      ],
      replacedBy: 'nobody',
      healedWhen: 'running',
      readyWithinSeconds: REGION_READY_SECONDS,
    },
    revives: 'old-primary',
  };
}

/**
 * Replicas in the load balancer. Of a kill the processes show that it had an effect; this one has to be back when it is
 * over, as what is ready may still get no traffic.
 */
function inBalance(lab: LabSite, atLeast: number): FaultWitness {
  return {
    promql: `sum(haproxy_server_status{job="haproxy",proxy="${lab.haproxy.backend}",state="UP"})`,
    unit: 'replicas in the load balancer',
    moves: 'down',
    atLeast,
  };
}

function killedAndReplaced(
  units: readonly { readonly name: string; readonly status: readonly string[] }[],
  restartSeconds = 0,
) {
  return {
    action: 'kill',
    units,
    replacedBy: 'supervisor',
    readyWithinSeconds: restartSeconds + READY_SECONDS,
  };
}

function unitFor({ control }: LabRegion, unit: string) {
  return { name: unit, status: [...control, 'status', unit] };
}

function unitOf(region: LabRegion, index: number): string {
  const replica = region.replicas[index];
  if (replica === undefined) throw new Error(`the lab's region ${region.name} has no replica ${index}`);
  return replica.unit;
}
