/**
 * Coordinates of a running lab: what a platform file needs to know of it. Written by the lab, read by
 * platform files through their `PlatformContext`.
 */
export interface LabSite {
  readonly name: string;
  /** The lab's own state directory. */
  readonly dir: string;
  /** HTTP entry (the global load balancer), for instance http://127.0.0.1:40001 */
  readonly entry: string;
  readonly prometheus: string;
  /** The load balancer; region a's, where each region has its own. */
  readonly haproxy: { readonly socket: string; readonly backend: string; readonly configFile: string };
  /** Where a name leads clients to a region; absent where one load balancer spreads them over all regions. */
  readonly names?: LabNames;
  /**
   * Where backups are kept, outside of both regions: the archive of the log, which the primary of either region fills;
   * nightly dumps; and room for base backups. `into` is for restores, and not there.
   */
  readonly backups: {
    readonly archive: string;
    readonly dumps: LabDumps;
    readonly base: string;
    readonly into: string;
  };
  readonly regions: Readonly<Record<'a' | 'b', LabRegion>>;
  /**
   * Deploys versions of the API: `[...deploy, 'start', 'rolling'|'blue-green'|'canary', version]`,
   * `[...deploy, 'status']`, `[...deploy, 'rollback', version]`.
   */
  readonly deploy: readonly string[];
  /** Whose contract its API serves. */
  readonly platform: string;
  /** Sabotages that are switched on. */
  readonly sabotage: readonly string[];
}

/** What the platform's backup job makes. */
export interface LabDumps {
  readonly storage:
    | { readonly kind: 'directory'; readonly path: string }
    | {
        readonly kind: 's3';
        readonly bucket: string;
        readonly prefix: string;
        readonly endpoint: string;
        readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
      };
  /** Their names there, as a regular expression. */
  readonly files: string;
}

/** A zone that is served on this machine, and the name in it that leads to the load balancer of a region. */
export interface LabNames {
  readonly zone: string;
  readonly name: string;
  /** Address with the name in it, for instance http://app.research-agent.test:40001; the port is the same everywhere. */
  readonly entry: string;
  /** `host:port` of the zone's servers: the one that takes updates, and its secondary. */
  readonly servers: { readonly primary: string; readonly secondary: string };
  /** The TSIG key that may change the zone. */
  readonly key: { readonly name: string; readonly secretFile: string };
  /** Of each region's load balancer. */
  readonly addresses: Readonly<Record<'a' | 'b', string>>;
  /** The port that all of them listen on. */
  readonly port: number;
}

export interface LabRegion {
  readonly name: 'a' | 'b';
  /** API replicas: name as in HAProxy (`a1`), own address, and the unit name for the control command. */
  readonly replicas: readonly { readonly name: string; readonly url: string; readonly unit: string }[];
  readonly postgres: {
    /** Superuser connection string, straight to the server, not through a proxy. */
    readonly url: string;
    readonly dataDir: string;
    readonly binDir: string;
    readonly port: number;
    readonly unit: string;
    /** Where this node connects to replicate from the other region (through the replication proxy). */
    readonly upstreamUrl: string;
    /** Name of the replication slot that this node uses on its upstream. */
    readonly slot: string;
    /** Numeric ids under which the server's files are owned; absent when the lab runs as an ordinary user. */
    readonly runAs?: { readonly uid: number; readonly gid: number };
  };
  readonly redis: { readonly url: string; readonly unit: string };
  readonly toxiproxy: { readonly api: string; readonly unit: string };
  /** Names of the Toxiproxy proxies of this region, by what they lead to. */
  readonly proxies: {
    readonly postgresA: string;
    readonly postgresB: string;
    readonly redis: string;
    readonly replication: string;
  };
  /**
   * Control command of the lab: `[...control, 'start'|'stop'|'kill'|'status', unit]`.
   * Units are `a/api-1`, `a/postgres`, … and `a` for the whole region.
   */
  readonly control: readonly string[];
}
