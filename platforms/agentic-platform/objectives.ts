import type { Objective } from '@ordeal/shared/objectives/objective';

const profile = 'set by this profile: the document names no number';

/** The lab may be loaded for some minutes only: growth that takes longer to show is not looked for here. */
const SHORTEST_SOAK = 120;
const MB = 2 ** 20;

/** The platform's promises. Numbers are the deployment guide's own where it states one. */
export const objectives: Readonly<Record<string, Objective>> = {
  'smoke gate': {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
    source: 'deployment guide, "Smoke Tests"',
  },
  'client errors': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.01,
    unit: 'ratio',
    source: profile,
  },
  'client p95': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<',
    limit: 200,
    unit: 'ms',
    // Well above what two healthy runs differ by on a busy machine, well below what a user would notice.
    regression: { effect: 20 },
    source: profile,
  },
  'client throughput': {
    signal: { from: 'client', measure: 'throughput' },
    comparator: '>',
    limit: 20,
    unit: 'req/s',
    severity: 'should',
    // The edges of the short pace's window leave about that much open.
    regression: { effect: 30 },
    source: profile,
  },
  'client errors in a spike': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.05,
    unit: 'ratio',
    source: profile,
  },
  'client p95 in a spike': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<',
    limit: 1000,
    unit: 'ms',
    source: profile,
  },
  'client p95 growth': {
    signal: { from: 'client', measure: 'latency-growth', quantile: 0.95, leastSeconds: SHORTEST_SOAK },
    comparator: '<',
    limit: 20,
    unit: 'ms/min',
    severity: 'should',
    source: profile,
  },
  'API memory leak': {
    signal: {
      from: 'prometheus',
      measure: 'leak',
      of: { gauge: 'process_resident_memory_bytes{job="api"}' },
      exhaustedAt: 512 * MB,
      warmUpSeconds: 60,
      leastSeconds: SHORTEST_SOAK,
    },
    comparator: '<',
    // The first minutes of a Node process are no soak: V8 still warms up.
    limit: 10 * MB,
    unit: 'B/min',
    severity: 'should',
    source: profile,
  },
  'API descriptor leak': {
    signal: {
      from: 'prometheus',
      measure: 'leak',
      of: { gauge: 'process_open_fds{job="api"}' },
      exhaustedAt: 1024,
      warmUpSeconds: 60,
      leastSeconds: SHORTEST_SOAK,
    },
    comparator: '<',
    limit: 10,
    unit: 'descriptors/min',
    source: profile,
  },
  'database connection leak': {
    signal: {
      from: 'prometheus',
      measure: 'leak',
      of: { gauge: 'pg_node_connections{job="postgres"}' },
      exhaustedAt: 100,
      warmUpSeconds: 60,
      leastSeconds: SHORTEST_SOAK,
    },
    comparator: '<',
    limit: 5,
    unit: 'connections/min',
    source: profile,
  },
  'client errors under a killed replica': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.05,
    unit: 'ratio',
    source: profile,
  },
  'client errors while a database is unreachable': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.25,
    unit: 'ratio',
    source: profile,
  },
  'API errors': {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: 'http_requests_total{job="api",route=~"/v1/.*",status=~"5.."}',
      all: 'http_requests_total{job="api",route=~"/v1/.*"}',
    },
    comparator: '<',
    limit: 0.01,
    unit: 'ratio',
    source: profile,
  },
  'API p95': {
    signal: {
      from: 'prometheus',
      measure: 'latency',
      quantile: 0.95,
      histogram: 'http_request_duration_seconds',
      matchers: 'job="api",route=~"/v1/.*"',
    },
    comparator: '<',
    limit: 200,
    unit: 'ms',
    regression: { effect: 20 },
    source: profile,
  },
  'client and server counted the same': {
    signal: {
      from: 'prometheus',
      measure: 'difference-to-client',
      selector: 'haproxy_frontend_http_requests_total{job="haproxy",proxy="entry"}',
    },
    comparator: '<',
    limit: 0.1,
    unit: 'ratio',
    severity: 'should',
    source: profile,
  },
  'database connections': {
    signal: {
      from: 'prometheus',
      measure: 'gauge',
      selector: 'pg_node_connections{job="postgres"}',
      take: 'max',
    },
    comparator: '<',
    limit: 90,
    unit: '1',
    severity: 'should',
    source: profile,
  },
  'replication lag': {
    signal: {
      from: 'prometheus',
      measure: 'gauge',
      selector: 'pg_node_replication_lag_seconds{job="postgres"}',
      take: 'max',
    },
    comparator: '<',
    limit: 900,
    unit: 's',
    source:
      'deployment guide, "Backup and Disaster Recovery": more lag than the RPO of 15 minutes could not be kept',
  },
  'API metrics present': {
    signal: { from: 'prometheus', measure: 'present', selector: 'process_start_time_seconds{job="api"}' },
    comparator: '>=',
    limit: 4,
    unit: 'series',
    source: 'deployment guide, "Monitoring and Logging"',
  },
  'time to steady': {
    signal: { from: 'experiment', measure: 'seconds-to-steady' },
    comparator: '<=',
    limit: 15,
    unit: 's',
    source: profile,
  },
  RTO: {
    signal: { from: 'drill', measure: 'rto' },
    comparator: '<=',
    limit: 120,
    unit: 's',
    source:
      'deployment guide, "Failover Time Target": failover < 2 minutes (its disaster-recovery RTO is 1 hour)',
  },
  RPO: {
    signal: { from: 'drill', measure: 'rpo' },
    comparator: '<=',
    limit: 900,
    unit: 's',
    source: 'deployment guide, "Backup and Disaster Recovery": RPO 15 minutes',
  },
  'no acknowledged write lost': {
    signal: { from: 'drill', measure: 'lost' },
    comparator: '<=',
    limit: 0,
    unit: 'writes',
    source: 'set by this profile: replication is synchronous in the lab',
  },
  'no ledger anomaly': {
    signal: { from: 'drill', measure: 'anomalies' },
    comparator: '<=',
    limit: 0,
    unit: 'writes',
    source: profile,
  },
  detection: {
    signal: { from: 'drill', measure: 'detection' },
    comparator: '<=',
    limit: 30,
    unit: 's',
    source: 'deployment guide, "Failover Time Target": detection < 30 seconds',
  },
  failover: {
    signal: { from: 'drill', measure: 'failover' },
    comparator: '<=',
    limit: 120,
    unit: 's',
    source: 'deployment guide, "Failover Time Target": failover < 2 minutes',
  },
};
