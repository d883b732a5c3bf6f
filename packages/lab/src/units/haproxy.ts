import { join } from 'node:path';
import type { Contract, Edge } from '../api/contracts/contract.ts';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { replicaNumbers, replicaPort } from './api.ts';

/** The backend whose servers a route driver moves: `a1`, `a2`, `b1`, `b2`. */
export const BACKEND = 'platform';
/** The frontend through which all clients come. Its counters miss no request. */
export const FRONTEND = 'entry';

export function haproxyConfigFile(blueprint: Blueprint): string {
  return join(blueprint.dir, 'edge', 'haproxy.cfg');
}

/**
 * The global load balancer's configuration, as a file to write: path and text.
 *
 * A request that never reached a replica is sent to another one. Reads are also sent again when the replica
 * died on them or answered 503; writes never are, since they may have been done.
 * While no replica is ready, reads go to any that is alive: it reads from a standby.
 */
export function haproxyFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  const { health, edge } = blueprint.contract;
  const servers = regionNames.flatMap((region) =>
    replicaNumbers.map(
      (number) =>
        `  server ${region}${number} ${address(replicaPort(blueprint, region, number))} ${weight(edge, region)}`,
    ),
  );
  const text = `global
  maxconn 4096
  nbthread 1
  stats socket ${inLab.haproxySocket(blueprint.dir)} mode 600 level admin

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
  bind ${address(blueprint.ports.entry)}
  acl read method GET HEAD
  use_backend ${BACKEND}_reads if read { nbsrv(${BACKEND}) eq 0 }
  default_backend ${BACKEND}

frontend metrics
  bind ${address(blueprint.ports.haproxyMetrics)}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404

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
  return { [haproxyConfigFile(blueprint)]: text };
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
  const check = {
    kind: 'http',
    url: `http://${address(blueprint.ports.haproxyMetrics)}/metrics?scope=global`,
    timeoutMs: 500,
  } as const;
  return {
    name: 'edge/haproxy',
    argv: [blueprint.tools.haproxy, '-db', '-f', haproxyConfigFile(blueprint)],
    env: unitEnvironment,
    cwd: '/',
    log: inLab.log(blueprint.dir, 'edge', 'haproxy'),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 3_000 },
  };
}
