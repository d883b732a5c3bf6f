import type { Objective } from '../../objectives/objective.ts';
import type { AutoscalerSpec } from '../autoscaler-spec.ts';
import type { PodsSpec } from '../pods-spec.ts';
import { definePlatform, type FaultEntry, type Platform, type PlatformFile } from '../platform.ts';
import type { ProbeSpec } from '../probe-spec.ts';
import { placeholderSite } from '../placeholder-site.ts';
import { clusterSite, type ClusterSite } from './site.ts';

/** What a platform is like on Kubernetes, where that is not as on the lab. */
export interface OnCluster {
  /** By the names that its scenarios use. */
  readonly faults: (site: ClusterSite) => Readonly<Record<string, FaultEntry>>;
  /** Faults of its scenarios that nothing on a cluster can inject: why. Experiments with them are not run there. */
  readonly faultsElsewhere?: Readonly<Record<string, string>>;
  /**
   * What its document promises of HorizontalPodAutoscalers, by the names that it gives them: those of the first region.
   * Every other region has one like it, with its own name behind that (`api-b`).
   */
  readonly autoscalers?: Readonly<Record<string, PromisedAutoscaler>>;
  /** What its document promises of the pods of its API, of which each region has a Deployment. */
  readonly pods?: PromisedPods;
  /** What is another one of its objectives, where the file has the lab's number: by their names there. */
  readonly objectives?: Readonly<Record<string, Partial<Objective>>>;
  /** How many of a target there are at least, by its name, where the lab has another number of them. */
  readonly least?: Readonly<Record<string, number>>;
}

export type PromisedAutoscaler = Pick<AutoscalerSpec, 'replicas' | 'targets' | 'source'>;
export type PromisedPods = Omit<PodsSpec, 'cluster' | 'namespace' | 'deployment'>;

/**
 * The same platform on Kubernetes: its promises, journeys and tenants are those of its file, and what it is reached,
 * broken and loaded by is the cluster's. Backups and deployments are elsewhere: how a cluster makes these is its own.
 * So are limits, which one instance keeps, as a pod has no address that stays. Phases that need one of them are not run,
 * and said so. Names are not there: it is reached by the Service that its route moves.
 */
export function onCluster(
  file: PlatformFile,
  { faults, faultsElsewhere = {}, autoscalers = {}, pods, objectives = {}, least = {} }: OnCluster,
): PlatformFile {
  return definePlatform((context) => {
    const {
      backups = {},
      deployments = {},
      limits = {},
      byName: _,
      ...base
    } = file.build({
      env: (name, fallback) => context.env(name, fallback),
      lab: (contract = 'agentic-platform') => ({ ...placeholderSite, platform: contract }),
    });
    const site = clusterSite(context, base.name);
    const { targets } = base.prometheus;
    mustBeThere('objective', Object.keys(objectives), Object.keys(base.objectives));
    mustBeThere('fault', Object.keys(faultsElsewhere), Object.keys(base.faults));
    mustBeThere(
      'target',
      Object.keys(least),
      targets.map(({ name }) => name),
    );
    return {
      ...base,
      // What its file calls production stays that, wherever it is reached.
      environment: base.environment === 'production' ? 'production' : site.environment,
      entry: site.entry,
      // A pod has no address of its own that stays; its readiness is the cluster's to watch.
      health: base.health.filter(({ url }) => url.startsWith('/')),
      prometheus: {
        ...base.prometheus,
        url: site.prometheus,
        targets: targets.map((target) => ({ ...target, least: least[target.name] ?? target.least })),
      },
      objectives: Object.fromEntries(
        Object.entries(base.objectives).map(([name, objective]) => [
          name,
          { ...objective, ...objectives[name] },
        ]),
      ),
      probes: base.probes.map(byAddress),
      faults: faults(site),
      autoscalers: scaledInEachRegion(site, autoscalers, base.regions),
      ...(pods === undefined ? {} : { pods: ofEachRegion(site, pods, base.regions) }),
      elsewhere: {
        backups: because(backups, 'how a cluster backs up and restores is its own, and nothing here says it'),
        deployments: because(
          deployments,
          'what deploys a version to a cluster is its own, and nothing here says it',
        ),
        faults: faultsElsewhere,
        limits: because(limits, 'one instance keeps it, and a pod has no address that stays'),
      },
      stores: { main: store(site) },
      routes: { global: route(site) },
      generators: { kubernetes: generator(site) },
      identity: { clusters: [site.cluster] },
      guardrails: {
        ...base.guardrails,
        allowFaults: ['chaos-mesh'],
        maxTargets: 20,
        // Whoever runs it there, a person or a CronJob, is on another machine.
        coordination: { cluster: site.cluster, namespace: site.load.namespace },
      },
    } satisfies Platform;
  });
}

function ofEachRegion(
  { cluster, namespace }: ClusterSite,
  promised: PromisedPods,
  regions: readonly string[],
): Readonly<Record<string, PodsSpec>> {
  const names = regions.map((region) => `api-${region}`);
  return Object.fromEntries(
    names.map((deployment) => [deployment, { cluster, namespace, deployment, ...promised }]),
  );
}

function scaledInEachRegion(
  { cluster, namespace }: ClusterSite,
  autoscalers: Readonly<Record<string, PromisedAutoscaler>>,
  regions: readonly string[],
): Readonly<Record<string, AutoscalerSpec>> {
  return Object.fromEntries(
    Object.entries(autoscalers).flatMap(([first, promised]) =>
      regions
        .map((region, index) => (index === 0 ? first : `${first}-${region}`))
        .map((name) => [name, { cluster, namespace, name, ...promised }]),
    ),
  );
}

function because(entries: object, why: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(entries).map((name) => [name, why]));
}

function mustBeThere(what: string, changed: readonly string[], known: readonly string[]): void {
  const unknown = changed.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(
    `On a cluster the ${what} "${unknown.join('", "')}" is another one, and there is none of that name.`,
  );
}

function byAddress(probe: ProbeSpec): ProbeSpec {
  if (!('keepsName' in probe)) return probe;
  const { keepsName: _, ...stream } = probe;
  return stream;
}

/** Which cluster drivers of recovery mean, as their configuration says it. */
function pinned({ cluster: { kubeconfig, context, uid }, namespace }: ClusterSite) {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    context,
    clusterUid: uid,
    namespace,
  };
}

function store(site: ClusterSite) {
  return {
    driver: 'cloudnative-pg',
    config: {
      mode: 'instances',
      ...pinned(site),
      cluster: 'postgres',
      nodes: [
        { name: 'postgres-1', region: 'a', url: site.databases.a },
        { name: 'postgres-2', region: 'b', url: site.databases.b },
      ],
    },
  };
}

function route(site: ClusterSite) {
  return {
    driver: 'kubernetes',
    config: {
      ...pinned(site),
      service: 'api',
      label: 'region',
      regions: { a: 'a', b: 'b' },
    },
  };
}

function generator({ cluster, load: { namespace, runners, receiver } }: ClusterSite) {
  return {
    cluster,
    namespace,
    parallelism: runners,
    receiver: { port: portBehind(new URL(receiver)), url: receiver },
  };
}

/** TLS ends in front of this machine, and what ends it leads to where the Service of `deploy/kubernetes` does. */
const BEHIND_TLS = 8089;

function portBehind({ protocol, port }: URL): number {
  return port === '' ? (protocol === 'https:' ? BEHIND_TLS : 80) : Number(port);
}
