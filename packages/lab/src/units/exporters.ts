import { join } from 'node:path';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, type RegionName } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { postgresUrl } from './postgres.ts';

/**
 * One cheap query a scrape; the exporter's own collectors cost more than the rest of an idle lab. A standby that follows
 * nobody has replayed all that it ever received: it lags nonetheless.
 */
const queries = `pg_node:
  query: |
    SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END AS primary,
      CASE WHEN pg_is_in_recovery()
        THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')
        ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END AS wal_position_bytes,
      CASE WHEN NOT pg_is_in_recovery() THEN 0
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END AS replication_lag_seconds,
      (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming') AS streaming_standbys,
      (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
      current_setting('max_connections')::int AS max_connections
  metrics:
    - primary: { usage: GAUGE, description: "1 when the node is a primary, 0 when a standby" }
    - wal_position_bytes: { usage: GAUGE, description: "Log position: written on a primary, replayed on a standby" }
    - replication_lag_seconds: { usage: GAUGE, description: "Age of the last replayed transaction while behind, or while nothing is received" }
    - streaming_standbys: { usage: GAUGE, description: "Standbys that stream from this node" }
    - connections: { usage: GAUGE, description: "Client connections" }
    - max_connections: { usage: GAUGE, description: "Most client connections" }
`;

function queriesFile(blueprint: Blueprint): string {
  return join(blueprint.dir, 'edge', 'postgres-queries.yaml');
}

export function exporterFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  return { [queriesFile(blueprint)]: queries };
}

/** Tells Prometheus of one region's PostgreSQL: `pg_up`, and `pg_node_*`. Outside of the region, to outlive it. */
export function postgresExporterUnit(blueprint: Blueprint, region: RegionName): Unit {
  const port = blueprint.ports[region === 'a' ? 'postgresExporterA' : 'postgresExporterB'];
  const check = { kind: 'http', url: `http://${address(port)}/`, timeoutMs: 500 } as const;
  return {
    name: `edge/postgres-exporter-${region}`,
    argv: [
      blueprint.tools['postgres-exporter'],
      `--web.listen-address=${address(port)}`,
      '--disable-default-metrics',
      '--disable-settings-metrics',
      '--no-collector.database',
      '--no-collector.bgwriter',
      `--extend.query-path=${queriesFile(blueprint)}`,
      '--log.level=error',
    ],
    env: {
      ...unitEnvironment,
      DATA_SOURCE_NAME: postgresUrl(blueprint, 'observer', blueprint.ports[region].postgres, {
        connect_timeout: '1',
        application_name: 'observer',
      }),
    },
    cwd: '/',
    log: inLab.log(blueprint.dir, 'edge', `postgres-exporter-${region}`),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 3_000 },
  };
}

/** Tells Prometheus of both regions' Redis, which it is given as a parameter of each scrape. */
export function redisExporterUnit(blueprint: Blueprint): Unit {
  const port = blueprint.ports.redisExporter;
  const check = { kind: 'http', url: `http://${address(port)}/health`, timeoutMs: 500 } as const;
  return {
    name: 'edge/redis-exporter',
    argv: [
      blueprint.tools['redis-exporter'],
      `-web.listen-address=${address(port)}`,
      '-redis.addr=',
      '-connection-timeout=500ms',
    ],
    env: unitEnvironment,
    cwd: '/',
    log: inLab.log(blueprint.dir, 'edge', 'redis-exporter'),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 3_000 },
  };
}
