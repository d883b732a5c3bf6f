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
export function replicaKilled(region: LabRegion, index: number, restartSeconds = 0): FaultEntry {
  const unit = unitOf(region, index);
  return {
    title: `API replica ${region.replicas[index]?.name ?? ''} is killed (SIGKILL)`,
    driver: 'host',
    config: {
      action: 'kill',
      units: [{ name: unit, status: [...region.control, 'status', unit] }],
      replacedBy: 'supervisor',
      readyWithinSeconds: restartSeconds + READY_SECONDS,
    },
    revives: 'nothing',
  };
}

/** One replica hangs (SIGSTOP): nothing of it ends, and only a liveness check finds it. It has to be replaced in time. */
export function replicaHung(region: LabRegion, index: number, replacedWithinSeconds: number): FaultEntry {
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
  };
}

/** One replica is told to end, as a rolling update does, and is away until it is started again. */
export function replicaStopped(region: LabRegion, index: number): FaultEntry {
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
  };
}

/** All replicas of a region are killed at once, as when their node is taken away; they are started again. */
export function nodeLost(region: LabRegion): FaultEntry {
  return {
    title: `The node of region ${region.name.toUpperCase()} is taken away: all its API replicas are killed`,
    driver: 'host',
    config: {
      action: 'kill',
      units: region.replicas.map(({ unit }) => ({ name: unit, status: [...region.control, 'status', unit] })),
      replacedBy: 'supervisor',
      readyWithinSeconds: READY_SECONDS,
    },
    revives: 'nothing',
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
  return {
    promql: `sum(haproxy_server_status{job="haproxy",proxy="${lab.haproxy.backend}",state="UP"})`,
    unit: 'replicas in the load balancer',
    moves: 'down',
    atLeast: region.replicas.length,
  };
}

/** The cache's process is killed, with all that it held; it is started again, empty. */
export function cacheKilled(region: LabRegion): FaultEntry {
  const { unit } = region.redis;
  return {
    title: `The cache of region ${region.name.toUpperCase()} is killed (SIGKILL)`,
    driver: 'host',
    config: {
      action: 'kill',
      units: [{ name: unit, status: [...region.control, 'status', unit] }],
      replacedBy: 'supervisor',
      readyWithinSeconds: READY_SECONDS,
    },
    revives: 'nothing',
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

function unitOf(region: LabRegion, index: number): string {
  const replica = region.replicas[index];
  if (replica === undefined) throw new Error(`the lab's region ${region.name} has no replica ${index}`);
  return replica.unit;
}
