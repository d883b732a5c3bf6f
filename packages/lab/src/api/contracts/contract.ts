/** What the rest of the lab has to know of a platform's HTTP interface. What it answers is in its `routes.ts`. */
export interface Contract {
  /** As the folder in `platforms/`. */
  readonly platform: string;
  /** What the supervisor and the load balancer ask: whether a replica lives, and whether it can take traffic. */
  readonly health: { readonly live: string; readonly ready: string };
  readonly metrics: MetricNames;
  readonly alerts: AlertLimits;
  /** Within which 95 of a hundred requests are answered, as the platform's document or profile promises (ms). */
  readonly promisedP95Ms: number;
  /** How the load balancer spreads requests. */
  readonly edge: Edge;
  /** Clients are led to a region by a name. Without it, one load balancer spreads them over both. */
  readonly name?: EntryName;
  /** So long after its end a replica is started again (ms). */
  readonly restartDelayMs: number;
  readonly rateLimit?: RateLimit;
  /** A replica that is at work on so many requests refuses more of them. */
  readonly mostConcurrent?: number;
  /** So long a statement waits for a connection to the database when all are taken; 500 where nothing is said. */
  readonly connectionWaitMs?: number;
  /** Of work that takes long, a replica does so much at once for one tenant, and refuses more of it. */
  readonly mostOfTenant?: number;
  /** Where its backup job keeps the dumps that it makes; in a folder where nothing is said. */
  readonly bucket?: Bucket;
  /** `02:00` (UTC): when its nightly job begins, where dumps are in a folder; as the lab comes up where nothing is said. */
  readonly dumpsAt?: string;
  /** So many days it keeps dumps that are in a folder; a week where nothing is said. */
  readonly keepsDumpsDays?: number;
  /** Tables besides those that every platform of the lab has. */
  readonly schema: string;
}

/** A bucket of the lab's S3 server. */
export interface Bucket {
  readonly name: string;
  /** Folder within it. */
  readonly prefix: string;
}

/** How a platform's own metrics are called. */
export interface MetricNames {
  /** Prometheus' name for the replicas. */
  readonly job: string;
  /** How often they are scraped (s). */
  readonly scrapeSeconds: number;
  /** A counter, by `method`, the path's label and `status`. */
  readonly requests: string;
  /** A histogram of seconds, by `method` and the path's label. */
  readonly durations: string;
  /** A counter of answers from 500 on, by the path's label, where the platform has one. */
  readonly errors?: string;
  readonly pathLabel: 'route' | 'endpoint';
  /** Upper bounds (s). */
  readonly buckets: readonly number[];
}

/** Beyond what its Prometheus alerts. */
export interface AlertLimits {
  /** Share of requests at the entry that fail. */
  readonly errorRatio: number;
  /** Of the platform's own histogram: a bound of it (s). */
  readonly p95Seconds: number;
  /** Share of the database's connections that is in use. */
  readonly connections: number;
  /** Refusals of tenants that want more than their quota, a second; where the platform has quotas. */
  readonly refusalsPerSecond?: number;
  /** Seconds for which a replica may fail its load balancer's health checks; where they are alerted. */
  readonly failedChecksForSeconds?: number;
}

export interface Edge {
  readonly balance: 'roundrobin' | 'leastconn';
  /** Of each region's replicas; 1 where nothing is said. */
  readonly weights: Readonly<Record<'a' | 'b', number>>;
  /** Failed readiness checks until a replica gets no more traffic. */
  readonly fall: number;
  /** Adds the client's address to `X-Forwarded-For`, behind what the client said itself. */
  readonly forwardsClient: boolean;
}

/** A record of a zone that the lab serves. Each region has a load balancer of its own, and one region is the usual one. */
export interface EntryName {
  readonly zone: string;
  readonly name: string;
  /** So long an answer may be kept. */
  readonly ttlSeconds: number;
}

export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
  /**
   * `fixed`: the window begins with a client's first request, and each worker counts for itself; `sliding`: the
   * requests of the last window, counted by all workers together in their region's Redis.
   */
  readonly window: 'fixed' | 'sliding';
}

/** Bounds of the usual limits, 2 s among them, which client libraries leave out. */
export const usualBuckets: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.25, 0.5, 1, 2, 5,
];

export const usualMetrics: MetricNames = {
  job: 'api',
  scrapeSeconds: 1,
  requests: 'http_requests_total',
  durations: 'http_request_duration_seconds',
  pathLabel: 'route',
  buckets: usualBuckets,
};

/** Of platforms whose documents have no numbers. */
export const usualAlerts: AlertLimits = { errorRatio: 0.05, p95Seconds: 1, connections: 0.8 };

export const usualEdge: Edge = {
  balance: 'roundrobin',
  weights: { a: 1, b: 1 },
  fall: 2,
  forwardsClient: false,
};
