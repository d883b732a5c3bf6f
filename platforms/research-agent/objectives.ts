import type { Objective } from '@ordeal/shared/objectives/objective';

const alerting = 'deployment strategy, 4.3 Alerting System';
const recovery = 'deployment strategy, 6.2 Recovery Procedures';
const deployment = 'deployment strategy, 8.2 Deployment Process';
const profile = 'set by this profile: the document names no number';

/** What each replica of the lab may hold: the document says only that 80 % of it is too much. */
const MEMORY_LIMIT = 256 * 2 ** 20;
const DAY = 86_400;
/** Of a daily backup: so long the next one may be at it, or late. */
const MAKING = 3_600;

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
    source: 'set by this profile: the lab has four',
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
  // Without it the lag of a standby that is gone would be that of the others.
  'databases tell their lag': {
    signal: {
      from: 'prometheus',
      measure: 'present',
      selector: 'pg_node_replication_lag_seconds{job="postgres"}',
    },
    comparator: '>=',
    limit: 2,
    unit: 'series',
    source: `${recovery}: promotion of the read replica, which has to be there`,
  },
  'client errors while something is broken': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.1,
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
  'client errors under a bad version': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.05,
    unit: 'ratio',
    source: `${deployment}: canary deployment; ${profile}`,
  },
  'time to deploy': {
    signal: { from: 'deployment', measure: 'seconds-to-deploy' },
    comparator: '<',
    limit: 180,
    unit: 's',
    source: profile,
  },
  'time to return': {
    signal: { from: 'deployment', measure: 'seconds-to-return' },
    comparator: '<',
    limit: 180,
    unit: 's',
    source: `${deployment}: rollback plan; ${profile}`,
  },
  'time to roll back': {
    signal: { from: 'deployment', measure: 'seconds-to-roll-back' },
    comparator: '<',
    limit: 120,
    unit: 's',
    source: `${deployment}: rollback plan; ${profile}`,
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
  'no stale read': {
    signal: { from: 'drill', measure: 'stale' },
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
    // By DNS it is how soon whoever fails over can know: what detects by itself is the alert below.
    source: `${recovery}: "automated detection of failures", as its route shows it; the minute is this profile's`,
  },
  'alert on failed health checks': {
    signal: { from: 'prometheus', measure: 'alerts-fired', alerts: 'alertname="FailedHealthChecks"' },
    comparator: '>=',
    limit: 1,
    unit: 'alerts',
    source: `${alerting}: failed health checks`,
  },
  'alert on a lost region': {
    signal: {
      from: 'prometheus',
      measure: 'seconds-to-alert',
      alerts: 'alertname="InstanceDown",region="a"',
    },
    comparator: '<=',
    limit: 60,
    unit: 's',
    source: `${recovery}: "automated detection of failures"; the minute is this profile's`,
  },
  'alert on a high error rate': {
    signal: { from: 'prometheus', measure: 'seconds-to-alert', alerts: 'alertname="HighErrorRate"' },
    comparator: '<=',
    limit: 60,
    unit: 's',
    source: `${alerting}: high error rate (>1%); the minute is this profile's`,
  },
  'alerts on the region that still fire': {
    signal: { from: 'prometheus', measure: 'alerts-firing', alerts: 'alertname="InstanceDown",region="a"' },
    comparator: '<=',
    limit: 0,
    unit: 'alerts',
    source: profile,
  },
  'alerts without a cause': {
    signal: { from: 'prometheus', measure: 'alerts-fired', alerts: 'severity="critical"' },
    comparator: '<=',
    limit: 0,
    unit: 'alerts',
    severity: 'should',
    source: profile,
  },
  'age of the daily backup': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    // Each is a day old when the next one begins.
    limit: DAY + MAKING,
    unit: 's',
    source:
      'deployment strategy, 6.1: daily full backups; set by this profile: an hour for the next one to be made',
  },
  'restore loses': {
    signal: { from: 'restore', measure: 'archive-delay' },
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
    source: "deployment strategy, 6.2: RTO < 1 hour, of which this is the restore's share",
  },
  'point-in-time error': {
    signal: { from: 'restore', measure: 'point-in-time-error' },
    comparator: '<=',
    limit: 1,
    unit: 's',
    source: 'deployment strategy, 6.1: point-in-time recovery; the second is set by this profile',
  },
  'dumps on schedule': {
    signal: { from: 'restore', measure: 'schedule-departures' },
    comparator: '<=',
    limit: 0,
    unit: 'departures',
    source: 'deployment strategy, 6.1: daily full backups',
  },
};
