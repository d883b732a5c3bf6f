import type { EntryName } from '../api/contracts/contract.ts';
import { address, type Blueprint } from '../layout/blueprint.ts';
import { inLab } from '../layout/paths.ts';
import { FRONTEND, haproxyConfigFile, metricsFrontend } from './haproxy.ts';
import { recordTtl } from './named.ts';

/**
 * The proxy through which clients reach a platform that is found by name, as a file to write: path and text. It stands
 * for clients that follow the name, for those whose own resolver asks the system alone, as k6's does. It asks the zone's
 * servers anew each time that an answer's time is over. Nothing is tried twice and no connection is shared: a client
 * fares as it would by itself, with 503 for a connection that was refused.
 */
export function clientHaproxyFiles(blueprint: Blueprint, name: EntryName): Readonly<Record<string, string>> {
  const { dir, ports } = blueprint;
  const keptSeconds = recordTtl(blueprint, name);
  const text = `global
  maxconn 4096
  nbthread 1
  stats socket ${inLab.haproxySocket(dir)} mode 600 level admin

resolvers names
  nameserver secondary ${address(ports.namesSecondary)}
  nameserver primary ${address(ports.namesPrimary)}
  timeout resolve ${keptSeconds}s
  timeout retry 500ms
  resolve_retries 30
  hold valid ${keptSeconds}s

defaults
  mode http
  timeout connect 1s
  timeout server 5s
  timeout client 30s
  timeout http-request 5s
  timeout http-keep-alive 30s
  timeout tunnel 60s
  retries 0
  http-reuse never

frontend ${FRONTEND}
  bind ${address(ports.entry)}
  default_backend by_name

${metricsFrontend(address(ports.haproxyMetrics))}

backend by_name
  server region ${name.name}:${ports.regionEntry} resolvers names resolve-prefer ipv4 init-addr none
`;
  return { [haproxyConfigFile(blueprint)]: text };
}
