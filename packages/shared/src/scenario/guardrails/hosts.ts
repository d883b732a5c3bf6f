import type { Platform } from '../../platform/platform.ts';
import { patternOf } from './pattern.ts';

/** Somewhere that the platform's file leads to. */
interface Place {
  readonly path: string;
  readonly host: string;
}

/**
 * Why the platform's addresses may not be used: hosts that `identity.hosts` does not list, and clusters that
 * `identity.clusters` does not. Prometheus is only read, and may be anywhere.
 */
export function refuseAddresses(platform: Platform): readonly string[] {
  const { identity } = platform;
  if (identity === undefined) return [];
  return [...strangeHosts(platform, identity.hosts), ...strangeClusters(platform)];
}

function strangeHosts(platform: Platform, hosts: readonly string[] | undefined): readonly string[] {
  if (hosts === undefined) return [];
  const patterns = hosts.map(patternOf);
  const strange = placesOf(platform).filter(({ host }) => !patterns.some((pattern) => pattern.test(host)));
  const by = Map.groupBy(strange, ({ host }) => host);
  return [...by].map(
    ([host, places]) =>
      `this is not the platform that is meant: ${places[0]?.path ?? ''}${places.length > 1 ? ` and ${places.length - 1} more lead` : ' leads'} to ${host}; identity.hosts allows ${hosts.join(', ')}`,
  );
}

function placesOf(platform: Platform): readonly Place[] {
  const { entry, byName, tenantDirectory, health, limits, stores, routes, faults } = platform;
  return [
    ...hostsIn(entry, 'entry'),
    ...hostsIn(byName, 'byName'),
    ...hostsIn(tenantDirectory?.url, 'tenantDirectory'),
    ...health.flatMap(({ url, name }) => hostsIn(url, `health ${JSON.stringify(name)}`)),
    ...Object.entries(limits ?? {}).flatMap(([name, { at }]) =>
      hostsIn(at, `limits[${JSON.stringify(name)}]`),
    ),
    ...Object.entries({ stores, routes, faults }).flatMap(([kind, entries]) =>
      Object.entries(entries).flatMap(([name, { config }]) =>
        hostsIn(config, `${kind}[${JSON.stringify(name)}]`),
      ),
    ),
  ];
}

/** `scheme://user:password@host:port/…`, also with several hosts, as PostgreSQL has it. */
const ADDRESS = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i;

/** Hosts of all addresses in a value, and of all fields that are named so. */
function hostsIn(value: unknown, path: string): readonly Place[] {
  if (typeof value === 'string') {
    const authority = ADDRESS.exec(value)?.[1];
    if (authority === undefined) return [];
    const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',');
    return hosts.map((host) => ({ path, host: withoutPort(host) })).filter(({ host }) => host !== '');
  }
  if (Array.isArray(value)) return value.flatMap((one) => hostsIn(one, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    HOST_FIELDS.has(key) ? plainHosts(one, path) : hostsIn(one, path),
  );
}

/** Fields of drivers in which a host stands without a scheme. */
const HOST_FIELDS: ReadonlySet<string> = new Set(['host', 'hosts', 'server', 'servers']);

function plainHosts(value: unknown, path: string): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((one) => plainHosts(one, path));
  if (typeof value !== 'string' || ADDRESS.test(value)) return hostsIn(value, path);
  return [{ path, host: withoutPort(value) }];
}

function withoutPort(host: string): string {
  const inBrackets = /^\[(.*)\](?::\d+)?$/.exec(host)?.[1];
  return inBrackets ?? host.replace(/:\d+$/, '');
}

function strangeClusters({ identity, guardrails, faults, stores, routes }: Platform): readonly string[] {
  if (identity?.clusters === undefined) return [];
  const known = new Set(identity.clusters.map(({ uid }) => uid));
  const named = Object.entries({ stores, routes, faults }).flatMap(([kind, entries]) =>
    Object.entries(entries).flatMap(([name, { config }]) =>
      clustersIn(config).map((uid) => ({ path: `${kind}[${JSON.stringify(name)}]`, uid })),
    ),
  );
  const { coordination } = guardrails;
  const all =
    coordination === undefined
      ? named
      : [...named, { path: 'guardrails.coordination', uid: coordination.cluster.uid }];
  return all
    .filter(({ uid }) => !known.has(uid))
    .map(
      ({ path, uid }) =>
        `this is not the platform that is meant: ${path} goes to the cluster ${uid}; identity.clusters allows ${[...known].join(', ')}`,
    );
}

/** UIDs of clusters that a driver's configuration pins. */
function clustersIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { cluster } = value as { readonly cluster?: unknown };
  const own =
    typeof cluster === 'object' && cluster !== null ? (cluster as { uid?: unknown }).uid : undefined;
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(clustersIn)].filter(
    (uid, index, all) => all.indexOf(uid) === index,
  );
}
