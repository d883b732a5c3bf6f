/** One program that Ordeal, its lab or its tests need. */
export interface Component<Name extends string = string> {
  readonly name: Name;
  readonly neededFor: string;
  /** Environment variable that overrides where it is found. For `postgres` it names a directory. */
  readonly override: string;
  /** File names to look for, in order. */
  readonly programs: readonly string[];
  /** Directories to look in before PATH. `{cache}` is the project's own tool cache. */
  readonly places: readonly string[];
  readonly versionArguments: readonly string[];
  /** What the version output must begin to match; the first group is the version. */
  readonly version: RegExp;
  /** Oldest version that will do. */
  readonly oldest?: string;
  /** Packages, with a space between two. */
  readonly debian?: string;
  readonly homebrew?: string;
  /** Main package, for what is built from its Go module. */
  readonly go?: string;
  /** Folder of that module below `tools`; default `tools` itself. */
  readonly goModule?: string;
  /** What the linker is told besides, so that the program knows its own version. */
  readonly goLinkerFlags?: string;
}

export type ComponentName =
  | 'k6'
  | 'toxiproxy'
  | 'postgres'
  | 'redis'
  | 'haproxy'
  | 'prometheus'
  | 'postgres-exporter'
  | 'redis-exporter';

/** Everything that the embedded lab and a full run need beside Node. */
export const components: readonly Component<ComponentName>[] = [
  {
    name: 'k6',
    neededFor: 'load (any run with a workload)',
    override: 'K6_BIN',
    programs: ['k6'],
    places: ['{cache}'],
    versionArguments: ['version'],
    // It says its own file's name, whatever that is. A library's line of an xk6 build begins with an address.
    version: /^[^\s/]+ v(\d\S*) \(/m,
    oldest: '1.8.0',
    go: 'go.k6.io/k6/v2',
  },
  {
    name: 'toxiproxy',
    neededFor: 'the lab (proxies before every dependency)',
    override: 'TOXIPROXY_BIN',
    programs: ['toxiproxy-server'],
    places: ['{cache}'],
    versionArguments: ['--version'],
    version: /version (\S+)/,
    go: 'github.com/Shopify/toxiproxy/v2/cmd/server',
    goLinkerFlags: '-X github.com/Shopify/toxiproxy/v2.Version=2.12.0',
  },
  {
    name: 'postgres',
    neededFor: 'the lab (primary and standby)',
    override: 'PG_BIN_DIR',
    programs: ['postgres'],
    places: [
      '/usr/lib/postgresql/18/bin',
      '/usr/lib/postgresql/17/bin',
      '/usr/lib/postgresql/16/bin',
      '/usr/lib/postgresql/15/bin',
      '/opt/homebrew/opt/postgresql@17/bin',
      '/usr/local/opt/postgresql@17/bin',
    ],
    versionArguments: ['--version'],
    version: /PostgreSQL\) (\S+)/,
    debian: 'postgresql',
    homebrew: 'postgresql@17',
  },
  {
    name: 'redis',
    neededFor: 'the lab (cache)',
    override: 'REDIS_BIN',
    programs: ['redis-server'],
    places: [],
    versionArguments: ['--version'],
    version: /v=(\S+)/,
    debian: 'redis-server',
    homebrew: 'redis',
  },
  {
    name: 'haproxy',
    neededFor: 'the lab (global load balancer)',
    override: 'HAPROXY_BIN',
    programs: ['haproxy'],
    places: ['/usr/sbin'],
    versionArguments: ['-v'],
    version: /version (\S+)/,
    debian: 'haproxy',
    homebrew: 'haproxy',
  },
  {
    name: 'prometheus',
    neededFor: 'the lab (judgement)',
    override: 'PROMETHEUS_BIN',
    programs: ['prometheus'],
    places: [],
    versionArguments: ['--version'],
    version: /version (\S+)/,
    debian: 'prometheus',
    homebrew: 'prometheus',
  },
  {
    name: 'postgres-exporter',
    neededFor: 'the lab (PostgreSQL metrics)',
    override: 'POSTGRES_EXPORTER_BIN',
    programs: ['prometheus-postgres-exporter', 'postgres_exporter'],
    places: [],
    versionArguments: ['--version'],
    version: /version (\S+)/,
    debian: 'prometheus-postgres-exporter',
    homebrew: 'postgres_exporter',
  },
  {
    name: 'redis-exporter',
    neededFor: 'the lab (Redis metrics)',
    override: 'REDIS_EXPORTER_BIN',
    programs: ['prometheus-redis-exporter', 'redis_exporter'],
    places: [],
    versionArguments: ['--version'],
    version: /(?:version|Redis Metrics Exporter) v?(\S+)/,
    debian: 'prometheus-redis-exporter',
    homebrew: 'redis_exporter',
  },
];
