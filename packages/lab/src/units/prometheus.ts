import { join } from 'node:path';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';
import { alertRules } from './alert-rules.ts';
import { replicaNumbers, replicaPort } from './api.ts';
import { balancerMetricsPort } from './region-haproxy.ts';

interface Target {
  readonly job: string;
  readonly region: string;
  readonly replica: string;
  readonly address: string;
  /** For an exporter of many: what it is asked about. */
  readonly about?: string;
}

function targets(blueprint: Blueprint): readonly Target[] {
  const { ports } = blueprint;
  const inRegions = regionNames.flatMap((region): readonly Target[] => [
    {
      job: 'postgres',
      region,
      replica: `postgres-${region}`,
      address: address(ports[region === 'a' ? 'postgresExporterA' : 'postgresExporterB']),
    },
    {
      job: 'redis',
      region,
      replica: `redis-${region}`,
      address: address(ports.redisExporter),
      about: `redis://${address(ports[region].redis)}`,
    },
    { job: 'toxiproxy', region, replica: `toxiproxy-${region}`, address: address(ports[region].toxiproxy) },
  ]);
  return [
    ...inRegions,
    { job: 'haproxy', region: 'edge', replica: 'haproxy', address: address(ports.haproxyMetrics) },
    ...(blueprint.contract.name === undefined
      ? []
      : regionNames.map((region) => ({
          job: 'haproxy',
          region,
          replica: `haproxy-${region}`,
          address: address(balancerMetricsPort(blueprint, region)),
        }))),
  ];
}

function files(blueprint: Blueprint) {
  const dir = join(blueprint.dir, 'edge');
  return { config: join(dir, 'prometheus.yml'), rules: join(dir, 'rules.yml') };
}

/** Where Prometheus finds the replicas, as its file of them says it. */
export function replicaTargets(
  replicas: readonly { readonly name: string; readonly region: string; readonly address: string }[],
): string {
  return JSON.stringify(
    replicas.map(({ name, region, address: target }) => ({
      targets: [target],
      labels: { region, replica: name },
    })),
  );
}

/** Prometheus' configuration and rules, as files to write: path and text. JSON is valid YAML. */
export function prometheusFiles(blueprint: Blueprint): Readonly<Record<string, string>> {
  const { dir } = blueprint;
  const { metrics } = blueprint.contract;
  const replicas = {
    job_name: metrics.job,
    scrape_interval: `${metrics.scrapeSeconds}s`,
    // They come and go with deployments.
    file_sd_configs: [{ files: [inLab.replicaTargets(dir)] }],
  };
  const jobs = [...new Set(targets(blueprint).map(({ job }) => job))].map((job) => ({
    job_name: job,
    ...(job === 'redis' && { metrics_path: '/scrape' }),
    static_configs: targets(blueprint)
      .filter((target) => target.job === job)
      .map((target) => ({
        targets: [target.address],
        labels: {
          region: target.region,
          replica: target.replica,
          ...(target.about && { __param_target: target.about, instance: target.about }),
        },
      })),
  }));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [files(blueprint).rules],
    scrape_configs: [replicas, ...jobs],
  };
  const usual = regionNames.flatMap((region) =>
    replicaNumbers.map((number) => ({
      name: `${region}${number}`,
      region,
      address: address(replicaPort(blueprint, region, number)),
    })),
  );
  return {
    [inLab.replicaTargets(dir)]: replicaTargets(usual),
    [files(blueprint).config]: JSON.stringify(config, null, 2),
    [files(blueprint).rules]: JSON.stringify(
      blueprint.sabotage.includes('no-alerts') ? { groups: [] } : alertRules(blueprint.contract),
      null,
      2,
    ),
  };
}

/**
 * The observer. Outside of both regions: it must not be lost with the one whose loss it has to see.
 * Prometheus begins to scrape five seconds after its start, which no setting changes: whoever needs samples
 * of a lab that has just come up waits for them.
 */
export function prometheusUnit(blueprint: Blueprint): Unit {
  const listen = address(blueprint.ports.prometheus);
  const check = { kind: 'http', url: `http://${listen}/-/ready`, timeoutMs: 500 } as const;
  return {
    name: 'edge/prometheus',
    argv: [
      blueprint.tools.prometheus,
      `--config.file=${files(blueprint).config}`,
      `--storage.tsdb.path=${join(blueprint.dir, 'edge', 'tsdb')}`,
      '--storage.tsdb.retention.time=1d',
      `--web.listen-address=${listen}`,
      '--log.level=warn',
    ],
    env: unitEnvironment,
    cwd: '/',
    log: inLab.log(blueprint.dir, 'edge', 'prometheus'),
    started: check,
    ready: check,
    stop: { signal: 'SIGTERM', withinMs: 5_000 },
  };
}
