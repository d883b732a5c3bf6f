import type { Objective } from '@ordeal/shared/objectives/objective';

const alerting = 'deployment strategy, 4.3 Alerting System';
const recovery = 'deployment strategy, 6.2 Recovery Procedures';
const profile = 'set by this profile: the document names no number';

/** What each replica of the lab may hold: the document says only that 80 % of it is too much. */
const MEMORY_LIMIT = 256 * 2 ** 20;

export const objectives: Readonly<Record<string, Objective>> = {
  'smoke gate': {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
    source: 'deployment strategy, 8.3 Post-deployment: application health and critical user flows',
  },
  'client errors': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<=',
    limit: 0.01,
    unit: 'ratio',
    source: `${alerting}: high error rate (>1%)`,
  },
  'client p95': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<=',
    limit: 2000,
    unit: 'ms',
    source: `${alerting}: elevated latency (p95 > 2s)`,
  },
  'API errors': {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: 'http_requests_total{job="api",route=~"/api/.*",status=~"5.."}',
      all: 'http_requests_total{job="api",route=~"/api/.*"}',
    },
    comparator: '<=',
    limit: 0.01,
    unit: 'ratio',
    source: `${alerting}: high error rate (>1%)`,
  },
  'API p95': {
    signal: {
      from: 'prometheus',
      measure: 'latency',
      quantile: 0.95,
      histogram: 'http_request_duration_seconds',
      matchers: 'job="api",route=~"/api/.*"',
    },
    comparator: '<=',
    limit: 2000,
    unit: 'ms',
    source: `${alerting}: elevated latency (p95 > 2s)`,
  },
  'API memory': {
    signal: {
      from: 'prometheus',
      measure: 'saturation',
      used: { gauge: 'process_resident_memory_bytes{job="api"}' },
      capacity: { value: MEMORY_LIMIT },
    },
    comparator: '<=',
    limit: 0.8,
    unit: 'ratio',
    source: `${alerting}: resource utilization (>80%), of the 256 MB that this profile gives a replica`,
  },
  'API processor': {
    signal: {
      from: 'prometheus',
      measure: 'saturation',
      used: { counter: 'process_cpu_seconds_total{job="api"}' },
      capacity: { value: 1 },
    },
    comparator: '<=',
    limit: 0.8,
    unit: 'ratio',
    severity: 'should',
    source: `${alerting}: resource utilization (>80%), of one core a replica`,
  },
  'database connections used': {
    signal: {
      from: 'prometheus',
      measure: 'saturation',
      used: { gauge: 'pg_node_connections{job="postgres"}' },
      capacity: { gauge: 'pg_node_max_connections{job="postgres"}' },
    },
    comparator: '<=',
    limit: 0.8,
    unit: 'ratio',
    source: `${alerting}: resource utilization (>80%)`,
  },
  'replicas are up': {
    signal: { from: 'prometheus', measure: 'present', selector: 'process_start_time_seconds{job="api"}' },
    comparator: '>=',
    limit: 4,
    unit: 'series',
    source: `${alerting}: failed health checks`,
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
    source: `${recovery}: more lag than the RPO of 15 minutes could not be kept`,
  },
  'client errors while something is broken': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.25,
    unit: 'ratio',
    source: profile,
  },
  'time to steady': {
    signal: { from: 'experiment', measure: 'seconds-to-steady' },
    comparator: '<=',
    limit: 20,
    unit: 's',
    source: profile,
  },
  RTO: {
    signal: { from: 'drill', measure: 'rto' },
    comparator: '<',
    limit: 3600,
    unit: 's',
    source: `${recovery}: RTO < 1 hour`,
  },
  RPO: {
    signal: { from: 'drill', measure: 'rpo' },
    comparator: '<',
    limit: 900,
    unit: 's',
    source: `${recovery}: RPO < 15 minutes`,
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
    limit: 60,
    unit: 's',
    source: `${recovery}: "automated detection of failures"; the minute is this profile's`,
  },
  'age of the daily backup': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    limit: 86_400,
    unit: 's',
    source: 'deployment strategy, 6.1: daily full backups',
  },
  'restore loses': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    limit: 900,
    unit: 's',
    source: 'deployment strategy, 6.2: RPO < 15 minutes; 6.1: point-in-time recovery',
  },
  'restore time': {
    signal: { from: 'restore', measure: 'seconds' },
    comparator: '<=',
    limit: 3600,
    unit: 's',
    source: 'deployment strategy, 6.2: RTO < 1 hour',
  },
  'point-in-time error': {
    signal: { from: 'restore', measure: 'point-in-time-error' },
    comparator: '<=',
    limit: 1,
    unit: 's',
    source: 'deployment strategy, 6.1: point-in-time recovery; the second is set by this profile',
  },
};
