import { dirname, join } from 'node:path';
import { address, DATABASE, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';

/** The slot that a region's node uses on its upstream. */
export function slotOf(region: RegionName): string {
  return `standby_${region}`;
}

export function otherRegion(region: RegionName): RegionName {
  return region === 'a' ? 'b' : 'a';
}

export function binDirOf(blueprint: Blueprint): string {
  return dirname(blueprint.tools.postgres);
}

/** Connection string. `via` is the port to connect to: the server's own, or a proxy's. */
export function postgresUrl(
  blueprint: Blueprint,
  role: 'postgres' | 'platform' | 'observer',
  via: number,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({ sslmode: 'disable', ...parameters });
  return `postgresql://${role}:${blueprint.password}@${address(via)}/${DATABASE}?${query}`;
}

/**
 * Settings that both nodes share. They stand in the data directory, since tools such as pg_rewind run the
 * server on it by themselves: with other settings they would change what its control file says. A copy of the
 * other node's directory has the same.
 */
export const sharedSettings = `
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = 32MB
# Nothing is left in /dev/shm when the server is killed.
dynamic_shared_memory_type = mmap
wal_level = replica
wal_log_hints = on
hot_standby = on
synchronous_commit = on
# What the lab breaks are processes and networks, never the machine: what was written survives them in the system's own
# cache. A disk that is busy for a second with something else would break a healthy platform.
fsync = off
max_wal_senders = 10
max_replication_slots = 10
wal_keep_size = 128MB
max_slot_wal_keep_size = 2GB
wal_receiver_status_interval = 1s
wal_receiver_timeout = 5s
wal_sender_timeout = 5s
wal_retrieve_retry_interval = 200ms
client_connection_check_interval = 1s
log_checkpoints = off
jit = off
`;

/**
 * One PostgreSQL server. What role it has is the data directory's matter. What belongs to the node is on the
 * command line: it survives when the data directory is replaced by a copy of the other node's.
 *
 * Node a waits for b on each commit: an acknowledged write is on both nodes, and losing region a loses none.
 * The price: while b or the replication link is lost, writes on a hang. Node b waits for nobody, so that it
 * can go on alone after a promotion; what it then acknowledges is on one node until a is back as primary.
 */
export function postgresUnit(blueprint: Blueprint, region: RegionName): Unit {
  const { dir, ports } = blueprint;
  const port = ports[region].postgres;
  const home = inLab.postgres(dir, region);
  const ownSettings: Readonly<Record<string, string>> = {
    port: String(port),
    unix_socket_directories: home,
    cluster_name: region,
    synchronous_standby_names: region === 'a' ? 'b' : '',
    ...(region === 'b' && blueprint.sabotage.includes('stale-reads') && { recovery_min_apply_delay: '2s' }),
  };
  const answers = {
    kind: 'command',
    argv: [join(binDirOf(blueprint), 'pg_isready'), '-q', '-h', '127.0.0.1', '-p', String(port), '-t', '1'],
    timeoutMs: 1_500,
  } as const;
  return {
    name: `${region}/postgres`,
    argv: [
      blueprint.tools.postgres,
      '-D',
      inLab.postgresData(dir, region),
      ...Object.entries(ownSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: unitEnvironment,
    cwd: home,
    log: inLab.log(dir, region, 'postgres'),
    ...(blueprint.runAs && { runAs: blueprint.runAs }),
    started: answers,
    ready: answers,
    stop: { signal: 'SIGINT', withinMs: 10_000 },
    dataDir: inLab.postgresData(dir, region),
  };
}
