import { join } from 'node:path';
import type { Contract, Edge } from '../api/contracts/contract.ts';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames, type RegionName, type SiteName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { replicaNumbers, replicaPort } from './api.ts';

/** The backend whose servers a route driver moves: `a1`, `a2`, `b1`, `b2`. */
export const BACKEND = 'platform';
/** The frontend through which all clients come. Its counters miss no request. */
export const FRONTEND = 'entry';

export function haproxyConfigFile(blueprint: Blueprint): string {
  return join(blueprint.dir, 'edge', 'haproxy.cfg');
}

/** The global load balancer's configuration, as a file to write: path and text. */
export function haproxyFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  const { dir, ports } = blueprint;
  const text = balancerText(
    blueprint,
    {
      entry: address(ports.entry),
      metrics: address(ports.haproxyMetrics),
      socket: inLab.haproxySocket(dir),
    },
    regionNames.flatMap((region) => serversOf(blueprint, region)),
  );
  return { [haproxyConfigFile(blueprint)]: text };
}

/** A region's replicas, as a load balancer's backend lists them. */
export function serversOf(blueprint: Blueprint, region: RegionName): readonly string[] {
  return replicaNumbers.map(
    (number) =>
      `  server ${region}${number} ${address(replicaPort(blueprint, region, number))} ${isIdle(blueprint, region, number) ? 'weight 0' : weight(blueprint.contract.edge, region)}`,
  );
}

/** Sabotage: nobody is sent to the last replica. */
function isIdle({ sabotage }: Blueprint, region: RegionName, number: number): boolean {
  return sabotage.includes('idle-replica') && region === 'b' && number === replicaNumbers.at(-1);
}

/** Runtime sockets of all load balancers of replicas. */
export function balancerSockets({ dir, contract }: Blueprint): readonly string[] {
  return contract.name === undefined
    ? [inLab.haproxySocket(dir)]
    : regionNames.map((region) => inLab.balancerSocket(dir, region));
}

/** Where a load balancer is found. */
export interface BalancerPlace {
  readonly entry: string;
  readonly metrics: string;
  readonly socket: string;
}

/**
 * Configuration of a load balancer of replicas.
 *
 * A request that never reached a replica is sent to another one. Reads are also sent again when the replica
 * died on them or answered 503; writes never are, since they may have been done.
 * While no replica is ready, reads go to any that is alive: it reads from a standby.
 */
export function balancerText(
  { contract: { health, edge } }: Blueprint,
  place: BalancerPlace,
  servers: readonly string[],
): string {
  return `global
  maxconn 4096
  nbthread 1
  stats socket ${place.socket} mode 600 level admin

defaults
  mode http
  timeout connect 300ms
  timeout check 500ms
  timeout queue 1s
  timeout server 5s
  timeout client 30s
  timeout http-request 5s
  timeout http-keep-alive 30s
  timeout tunnel 60s
  balance ${edge.balance}
  retries 3
${edge.forwardsClient ? '  option forwardfor\n' : ''}  option redispatch 1
  http-reuse safe

frontend ${FRONTEND}
  bind ${place.entry}
  acl read method GET HEAD
  use_backend ${BACKEND}_reads if read { nbsrv(${BACKEND}) eq 0 }
  default_backend ${BACKEND}

${metricsFrontend(place.metrics)}

backend ${BACKEND}
  acl read method GET HEAD
  option httpchk
  http-check send meth GET uri ${health.ready}
  http-check expect status 200
  retry-on conn-failure empty-response 503
  http-request disable-l7-retry unless read
  default-server ${checks(edge)}
${servers.join('\n')}

backend ${BACKEND}_reads
  option httpchk
  http-check send meth GET uri ${health.live}
  http-check expect status 200
  retry-on conn-failure empty-response
  default-server check inter 500ms fall 2 rise 1
${servers.join('\n')}
`;
}

/** What Prometheus reads of an HAProxy. */
export function metricsFrontend(at: string): string {
  return `frontend metrics
  bind ${at}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404`;
}

/** What a server is given that is added at run time: it takes nothing from the backend's `default-server`. */
export function serverOptions({ edge }: Contract, region: RegionName): string {
  return `${weight(edge, region)} ${checks(edge)}`;
}

/** Ten for each share, so that a canary can be given a part of a replica's. */
function weight({ weights }: Edge, region: RegionName): string {
  return `weight ${10 * weights[region]}`;
}

function checks({ fall }: Edge): string {
  return `check inter 250ms fastinter 100ms downinter 250ms fall ${fall} rise 2`;
}

/** The global load balancer, outside of both regions. */
export function haproxyUnit(blueprint: Blueprint): Unit {
  return balancerUnit(blueprint, 'edge', haproxyConfigFile(blueprint), blueprint.ports.haproxyMetrics);
}

/** An HAProxy of a site. */
export function balancerUnit(
  blueprint: Blueprint,
  site: SiteName,
  configFile: string,
  metricsPort: number,
): Unit {
  const check = {
    kind: 'http',
    url: `http://${address(metricsPort)}/metrics?scope=global`,
    timeoutMs: 500,
  } as const;
  return {
    name: `${site}/haproxy`,
    argv: [blueprint.tools.haproxy, '-db', '-f', configFile],
    env: unitEnvironment,
    cwd: '/',
    log: inLab.log(blueprint.dir, site, 'haproxy'),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 3_000 },
  };
}
