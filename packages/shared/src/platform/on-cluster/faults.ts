import type { FaultEntry } from '../platform.ts';
import type { ClusterSite } from './site.ts';

/**
 * What can be broken of a platform on Kubernetes, by Chaos Mesh. Its pods are told by the labels `app` (`api`,
 * `postgres`, `redis`) and `region` (`a`, `b`). None names a witness that has to be back: what is scraped there does not
 * tell which pods a Service leads to.
 */

/** Longer than any hold: the cluster ends what nobody heals. */
const ENDS_AFTER_SECONDS = 600;

type Labels = Readonly<Record<string, string>>;

/** One of the API's pods is killed; its controller makes another. */
export function podKilled(site: ClusterSite, labels: Labels = { app: 'api', region: 'a' }): FaultEntry {
  return fault(site, 'A pod of the API is killed', labels, { type: 'pod-kill' }, { choose: { count: 1 } });
}

/** One of the API's pods is told to end, and has time for it. */
export function podStopped(site: ClusterSite): FaultEntry {
  return fault(
    site,
    'A pod of the API is ended in order',
    { app: 'api', region: 'a' },
    { type: 'pod-kill', gracePeriodSeconds: 30 },
    { choose: { count: 1 } },
  );
}

/** All of the API's pods of a region are killed at once, as when their node is taken away. */
export function nodeLost(site: ClusterSite): FaultEntry {
  return fault(
    site,
    'The node of region A is taken away: all its API pods are killed',
    { app: 'api', region: 'a' },
    { type: 'pod-kill' },
  );
}

/** The region's pods are there, and nothing runs in them until it is healed. */
export function regionLost(site: ClusterSite): FaultEntry {
  return {
    ...fault(site, 'Region A is lost (none of its pods run)', { region: 'a' }, { type: 'pod-failure' }),
    revives: 'old-primary',
  };
}

/** The API's pods of region A and the pods of another component do not hear each other. */
export function cutOff(site: ClusterSite, app: 'postgres' | 'redis'): FaultEntry {
  return fault(
    site,
    `${app === 'redis' ? 'The cache' : 'The database'} is unreachable from region A`,
    { app: 'api', region: 'a' },
    {
      type: 'network-partition',
      direction: 'both',
      peers: { namespace: site.namespace, labels: { app } },
    },
  );
}

/** What region A asks of the database takes longer. */
export function databaseSlow(site: ClusterSite, latencyMs: number, jitterMs: number): FaultEntry {
  return fault(
    site,
    'Network latency: the database answers region A late',
    { app: 'api', region: 'a' },
    {
      type: 'network-delay',
      latencyMs,
      jitterMs,
      peers: { namespace: site.namespace, labels: { app: 'postgres' } },
    },
  );
}

/** The pods of the cache are killed, those of all regions, with all that they held. */
export function cacheKilled(site: ClusterSite): FaultEntry {
  return fault(site, 'The cache is killed in all regions', { app: 'redis' }, { type: 'pod-kill' });
}

/** More work than the pods' share of CPU can do. */
export function cpuStress(site: ClusterSite): FaultEntry {
  return fault(
    site,
    'CPU stress in every pod of the API',
    { app: 'api' },
    { type: 'cpu-stress', workers: 2, loadPercent: 100 },
  );
}

/** Memory that the pods' own processes do not get. */
export function memoryPressure(site: ClusterSite): FaultEntry {
  return fault(
    site,
    'Memory pressure in every pod of the API',
    { app: 'api' },
    { type: 'memory-stress', size: '128MB', workers: 1 },
  );
}

function fault(
  { cluster, namespace }: ClusterSite,
  title: string,
  labels: Labels,
  config: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): FaultEntry {
  return {
    title,
    driver: 'chaos-mesh',
    config: {
      cluster,
      pods: { namespace, labels },
      fault: config,
      endsAfterSeconds: ENDS_AFTER_SECONDS,
      ...more,
    },
    revives: 'nothing',
  };
}
