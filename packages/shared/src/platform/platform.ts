import type { Objective } from '../objectives/objective.ts';
import type { AutoscalerSpec } from './autoscaler-spec.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { LedgerSpec } from './ledger-spec.ts';
import type { LimitSpec } from './limit-spec.ts';
import type { PodsSpec } from './pods-spec.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { RequestTemplate } from './request-template.ts';
import type { LabSite } from './site.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** The system under test, as its file states it. Nothing in here does anything. */
export interface Platform {
  /** As the folder in `platforms/`. */
  readonly name: string;
  readonly title: string;
  readonly environment: 'lab' | 'test' | 'staging' | 'production';
  /** Base address that clients use, for instance https://api.example.com */
  readonly entry: string;
  /** How the observers of drills find it, where a route moves a name and the system's resolver is not to be asked. */
  readonly byName?: NamedEntry;
  readonly regions: readonly string[];
  /** Milliseconds until a client's attempt counts as failed, unless a request says otherwise. */
  readonly timeoutMs: number;
  /** Sent with every request. The run's tag is added. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the header that says for which tenant a request is. */
  readonly tenantHeader: string;
  readonly tenants: readonly Tenant[];
  /** Asked before a drill moves a region. Without it only `tenants` says who may be where. */
  readonly tenantDirectory?: TenantDirectory;
  readonly health: readonly HealthCheck[];
  /** By name. */
  readonly journeys: Readonly<Record<string, JourneyEntry>>;
  /** What journeys ask for by `context.secret(name)`. Values appear in no message and no file. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly prometheus: PrometheusSettings;
  /** By name; scenarios pick from them. */
  readonly objectives: Readonly<Record<string, Objective>>;
  /** By name: what may be broken, and by which driver. `config` is checked by the driver. */
  readonly faults: Readonly<Record<string, FaultEntry>>;
  /** Its usual load, which load shapes start from where nothing else is said. */
  readonly load?: LoadSettings;
  readonly generators?: Generators;
  readonly stores: Readonly<Record<string, DriverEntry>>;
  readonly routes: Readonly<Record<string, RouteEntry>>;
  /** By name: copies of its data, where and how they are brought back. */
  readonly backups?: Readonly<Record<string, BackupEntry>>;
  /** By name: how versions of it are deployed. */
  readonly deployments?: Readonly<Record<string, DeploymentEntry>>;
  /** By name: what adds and removes its pods, looked at while there is load. */
  readonly autoscalers?: Readonly<Record<string, AutoscalerSpec>>;
  /** By name: what is promised of the pods of its Deployments, looked at when load begins. */
  readonly pods?: Readonly<Record<string, PodsSpec>>;
  /** By name: limits on what clients may ask. */
  readonly limits?: Readonly<Record<string, LimitSpec>>;
  /** What of it is not where this is. */
  readonly elsewhere?: Elsewhere;
  readonly probes: readonly ProbeSpec[];
  readonly ledger: LedgerSpec | null;
  /** Deletes whatever a run has left on the platform, and tells how much there still is. */
  readonly sweep: SweepSpec | null;
  readonly guardrails: Guardrails;
  /** What it is, beyond its addresses: another one is refused. */
  readonly identity?: PlatformIdentity;
}

/** An entry that is found by its name. */
export interface NamedEntry {
  /** Base address with the name in it, for instance http://app.example.com */
  readonly entry: string;
  /** Addresses of the name servers that clients ask where it leads, with a port where that is not 53. IPv4 is asked for. */
  readonly servers: readonly string[];
}

/** What must be found when the platform is asked who it is. */
export interface PlatformIdentity {
  /** Hosts that its addresses may name; `*` stands for any text. Default: any. */
  readonly hosts?: readonly string[];
  /** Clusters by the UID of their namespace kube-system; faults may go to no others. */
  readonly clusters?: readonly ClusterIdentity[];
  /** Of stores by their names: PostgreSQL's `system_identifier`. */
  readonly databases?: Readonly<Record<string, string>>;
}

export interface ClusterIdentity {
  /** Default: as `kubectl` finds one. */
  readonly kubeconfig?: string;
  readonly context: string;
  readonly uid: string;
}

export interface Tenant {
  readonly id: string;
  readonly allowedRegions: readonly string[];
  /** False: it sends only what a load phase gives it by name. Default: loads that name no tenants take turns in its name. */
  readonly takesTurns?: boolean;
}

export interface HealthCheck {
  readonly name: string;
  /** Absolute, or relative to the entry. At another origin than the entry's it is asked without the platform's headers. */
  readonly url: string;
  readonly expectStatus: number;
}

export interface JourneyEntry {
  /** `new URL('./journeys/x.ts', import.meta.url)` */
  readonly file: URL;
  /** Share of a workload's rate, relative to the others'. 0: it is run by the smoke gate alone. */
  readonly weight: number;
}

/** A server with Prometheus' HTTP API: Prometheus itself, Thanos, Mimir, VictoriaMetrics, … */
export interface PrometheusSettings {
  /** With its base path, if any. */
  readonly url: string;
  /** How it knows who asks. Values are secrets: they appear in no message and no file. */
  readonly auth?:
    | { readonly bearer: string }
    /** Read anew for each request, as tokens rotate. */
    | { readonly bearerFile: string }
    | { readonly user: string; readonly password: string };
  /** Sent as X-Scope-OrgID. */
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Own certificate authority, PEM. */
  readonly tls?: { readonly caFile: string };
  /** Added to every query, for instance `dedup` or `extra_label`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** For one answer; default 10. */
  readonly timeoutSeconds?: number;
  readonly limits?: PrometheusLimits;
  /**
   * The regions in which it lives, and can be asked as long as one of them is there; `[]`: outside of all of them.
   * A drill that would lose the only one is refused. Without it that is not known, and the plan says so.
   */
  readonly regions?: readonly string[];
  readonly scrapeIntervalSeconds: number;
  /**
   * Selectors of `up`-like series (1: the target is alive) that preflight and the barrier watch, with the least
   * number of live ones. Plain selectors: the barrier asks for the time of their last sample.
   */
  readonly targets: readonly { readonly name: string; readonly selector: string; readonly least: number }[];
}

/** How much may be asked of it. */
export interface PrometheusLimits {
  /** Queries under way at once; default 4. */
  readonly concurrency?: number;
  /** Raw samples of one selector in one window; beyond it the server computes the growth. Default 2 million. */
  readonly samplesPerRead?: number;
  /** Raw samples of all reads together. Default 10 million. */
  readonly samplesInAll?: number;
}

/** The load that a platform is used to. */
export interface LoadSettings {
  /** Iterations a second on a usual day. */
  readonly baseline: number;
  /** How many times the baseline a spike is where nothing else is asked for. Default 10. */
  readonly spike?: number;
  /** Names of objectives that hold under it. */
  readonly objectives: readonly string[];
  /** Names of objectives that hold instead while the load is a multiple of it. Default: the same. */
  readonly duringSpike?: readonly string[];
}

/** Where load comes from besides this machine, and where what its clients measure goes besides the run's record. */
export interface Generators {
  /** Settings of k6-operator, for loads that run `on: 'kubernetes'`. They are checked by its driver. */
  readonly kubernetes?: unknown;
  /** A server that takes remote write: the same measurements go on to it, second by second. */
  readonly remoteWrite?: RemoteWriteSettings;
}

/** A server that takes Prometheus' remote write, with native histograms: Prometheus itself, Mimir, VictoriaMetrics, … */
export interface RemoteWriteSettings extends Pick<PrometheusSettings, 'auth' | 'tenant' | 'headers' | 'tls'> {
  /** The whole address that is written to, for instance https://prometheus.example.com/api/v1/write */
  readonly url: string;
}

export interface FaultEntry {
  readonly title: string;
  readonly driver: string;
  readonly config: unknown;
  /** Whether healing it could bring back a primary that accepts writes. */
  readonly revives: 'nothing' | 'old-primary';
  /**
   * What its targets are a part of: `guardrails.maxShare` counts against it, and faults on the same `what` add up.
   * Not needed where the driver chooses among what it finds.
   */
  readonly outOf?: { readonly what: string; readonly count: number };
  /**
   * A further witness of its effect, beside clients and what the driver sees at the target. Behind the fault it has to be
   * back where it was.
   */
  readonly witness?: FaultWitness;
}

/** What a fault has to move in Prometheus, where clients may feel nothing of it. */
export interface FaultWitness {
  /** Has one value, for instance `sum(haproxy_server_status{state="UP"})`. Each second it is asked anew. */
  readonly promql: string;
  readonly unit: string;
  readonly moves: 'up' | 'down';
  /** How far beyond its steady band it has to be; in the unit. */
  readonly atLeast: number;
}

export interface DriverEntry {
  readonly driver: string;
  readonly config: unknown;
}

export interface RouteEntry extends DriverEntry {
  /** The regions that get traffic when nothing is wrong; default: all. A backup region waits until it is needed. */
  readonly usually?: readonly string[];
}

export interface DeploymentEntry extends DriverEntry {
  /** Who brings the version before back when the runner's machine dies, in words. Production refuses what has nobody. */
  readonly unattended?: string;
}

/** `config` is checked by the driver, `restore` is the same for all: see docs/drivers/backups.md. */
export interface BackupEntry extends DriverEntry {
  readonly restore: unknown;
}

export interface SweepSpec {
  /** Sent until `count` says 0, at most a few times. */
  readonly requests: readonly RequestTemplate[];
  /** Answers `{ [field]: number }`: how much of the run is left. */
  readonly count: RequestTemplate & { readonly field: string };
}

/** What may be done to the platform. */
export interface Guardrails {
  /** Fault drivers that may be used, or single actions of them: `proxy`, `host:kill`. */
  readonly allowFaults: readonly string[];
  /** Names of targets that may be hit; `*` stands for any text. Default: all. */
  readonly allowTargets?: readonly string[];
  /** Ceiling on iterations a second, and on requests a second of phases that look at a limit. */
  readonly maxRate: number;
  /** Ceiling on targets that are hit at once, by all faults that are in together. */
  readonly maxTargets: number;
  /** Ceiling on the share of what is there that is hit at once, for instance 0.34. */
  readonly maxShare?: number;
  /** A whole run may take no longer (seconds). */
  readonly maxRunSeconds: number;
  readonly abort: AbortCondition;
  /** What besides the smoke gate may run in production. Without it nothing may. */
  readonly production?: ProductionPermit;
  /** What no load, experiment or drill begins during. */
  readonly refuseDuring?: RefuseDuring;
  /** Where machines agree about this platform: who works on it, and whether everything is to stop. */
  readonly coordination?: Coordination;
}

/** Each is looked at right before a run; what cannot be seen refuses it as well. */
export interface RefuseDuring {
  /** Label matchers of alerts that must not fire, for instance `severity="critical"`. */
  readonly alerts?: string;
  /** By name: work that must not be disturbed, for instance a deploy or a backup. */
  readonly work?: Readonly<Record<string, WorkCheck>>;
}

export type WorkCheck =
  /** One value: 0 when nothing is under way. None is not known. */
  | { readonly promql: string }
  /** Ends with 0 when it is under way, with 1 or 3 when it is not (as `pgrep` and `systemctl is-active` do). */
  | { readonly command: readonly [string, ...string[]]; readonly withinSeconds?: number };

/** A namespace in which a ConfigMap is the emergency stop, and a Lease tells who is at work. */
export interface Coordination {
  readonly cluster: ClusterIdentity;
  readonly namespace: string;
}

/** An explicit permission. Whoever uses it confirms by hand at a terminal, or by a token in a pipeline. */
export interface ProductionPermit {
  readonly allow: readonly ('load' | 'limit' | 'experiment' | 'drill' | 'restore' | 'deploy')[];
  /** SHA-256, in hexadecimal digits, of the token that a pipeline hands over in ORDEAL_PRODUCTION_TOKEN. */
  readonly tokenSha256?: string;
}

/** Evaluated each second while a fault is in: heal first, judge after. */
export interface AbortCondition {
  /** Share of failed requests, for instance 0.1 */
  readonly errorRatio: number;
  readonly consecutiveSeconds: number;
  /** Seconds with fewer attempts do not count as bad. */
  readonly leastAttempts: number;
  /** The signal itself may be silent no longer than this. */
  readonly silentSeconds: number;
}

/** What a platform file may ask for: its own settings, never the process's environment at large. */
export interface PlatformContext {
  /** A variable of the environment; with no default it is an error in the platform file when it is absent. */
  env(name: string, fallback?: string): string;
  /**
   * The running lab, which serves `contract` (a platform's name; default: agentic-platform). Without one, a
   * placeholder whose addresses say so: enough to plan, not to run.
   */
  lab(contract?: string): LabSite;
}

/** What a platform file exports as default. */
export interface PlatformFile {
  readonly build: (context: PlatformContext) => Platform;
}

/** Defines a platform under test. */
export function definePlatform(build: (context: PlatformContext) => Platform): PlatformFile {
  return { build };
}
