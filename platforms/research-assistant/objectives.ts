import type { Objective } from '@ordeal/shared/objectives/objective';

const profile = 'set by this profile: the document names no number';
const DAY = 86_400;
/** So long the job of 2 AM may be at it. */
const MAKING = 3_600;
const edge = 'job="haproxy",proxy="entry"';

const rateLimit: Objective = {
  signal: { from: 'limit', measure: 'departures' },
  comparator: '<=',
  limit: 0,
  unit: 'departures',
  source:
    'production deployment guide, Environment Variables: RATE_LIMIT_MAX_REQUESTS 100, RATE_LIMIT_WINDOW_SECONDS 60; set by this profile: that it begins with a first request',
};

export const objectives: Readonly<Record<string, Objective>> = {
  'smoke gate': {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
    source: 'production deployment guide, Production Checklist: health, analytics, WebSocket, rate limiting',
  },
  'rate limit': rateLimit,
  // The document does not say who counts.
  'rate limit at the entry': { ...rateLimit, severity: 'should' },
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
    limit: 1000,
    unit: 'ms',
    source: `${profile}; its slow query log begins at 1000 ms`,
  },
  'sockets cut': {
    signal: { from: 'drill', measure: 'dropped-sessions' },
    comparator: '<=',
    // One worker of four has a third of 22 by its weight; never more than half.
    limit: 11,
    unit: 'sessions',
    source: `${profile}; Production Checklist: "WebSocket connections working"`,
  },
  'time to reconnect': {
    signal: { from: 'drill', measure: 'seconds-to-reconnect' },
    comparator: '<=',
    limit: 5,
    unit: 's',
    source: `${profile}; the other workers are there, so nobody waits for RestartSec=10`,
  },
  'RTO of a killed worker': {
    signal: { from: 'drill', measure: 'rto' },
    comparator: '<=',
    limit: 30,
    unit: 's',
    source: `RestartSec=10; ${profile}`,
  },
  'alert on a worker that is down': {
    signal: {
      from: 'prometheus',
      measure: 'seconds-to-alert',
      alerts: 'alertname="InstanceDown",region="a"',
    },
    comparator: '<=',
    limit: 300,
    unit: 's',
    source:
      'production deployment guide, Health Checks: a cron asks every 5 minutes, and alerts when nobody answers',
  },
  'no acknowledged write lost': {
    signal: { from: 'drill', measure: 'lost' },
    comparator: '<=',
    limit: 0,
    unit: 'writes',
    source: 'set by this profile: a worker keeps nothing',
  },
  'errors at the proxy': {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: `haproxy_frontend_http_responses_total{${edge},code="5xx"}`,
      all: `haproxy_frontend_http_responses_total{${edge}}`,
    },
    comparator: '<',
    limit: 0.01,
    unit: 'ratio',
    source: `${profile}: "502 Bad Gateway" is among its common issues`,
  },
  'no client of the load is refused': {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: 'http_requests_total{job="api",status="429"}',
      all: 'http_requests_total{job="api"}',
    },
    comparator: '<=',
    limit: 0,
    unit: 'ratio',
    source: 'RATE_LIMIT_MAX_REQUESTS=100, RATE_LIMIT_WINDOW_SECONDS=60: the load stays below it',
  },
  'database connections': {
    signal: {
      from: 'prometheus',
      measure: 'gauge',
      selector: 'pg_node_connections{job="postgres"}',
      take: 'max',
    },
    comparator: '<=',
    limit: 80,
    unit: 'connections',
    source: 'Connection Pooling: pool_size=20, max_overflow=0, 4 workers; max_connections = 100',
  },
  'memory of a worker': {
    signal: {
      from: 'prometheus',
      measure: 'gauge',
      selector: 'process_resident_memory_bytes{job="api"}',
      take: 'max',
    },
    comparator: '<',
    limit: 256 * 2 ** 20,
    unit: 'B',
    source:
      'Troubleshooting: MemoryLimit=512M, to which systemd holds the whole unit; of it half for each of the two workers that a region of the lab has',
  },
  'workers are up': {
    signal: { from: 'prometheus', measure: 'present', selector: 'process_start_time_seconds{job="api"}' },
    comparator: '>=',
    limit: 4,
    unit: 'series',
    source: 'Systemd Service: --workers 4',
  },
  'every worker serves': {
    signal: {
      from: 'prometheus',
      measure: 'promql',
      query:
        'count(sum by (instance) (rate(http_requests_total{job="api",route=~"/api/.*",$scope}[$window])) > 0)',
      take: 'last',
      series: 'one',
    },
    comparator: '>=',
    limit: 4,
    unit: 'replicas',
    source: 'Load Balancer Configuration: servers of one upstream; Systemd Service: --workers 4',
  },
  'client errors under a killed worker': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.05,
    unit: 'ratio',
    source: profile,
  },
  'client errors while something is broken': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.1,
    unit: 'ratio',
    source: profile,
  },
  'client errors while the database starts again': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.5,
    unit: 'ratio',
    source: `${profile}: with the only database away no worker can serve; half of the time that is looked at`,
  },
  'time to steady': {
    signal: { from: 'experiment', measure: 'seconds-to-steady' },
    comparator: '<=',
    limit: 30,
    unit: 's',
    source: `${profile}: after RestartSec=10 and the start of a worker`,
  },
  'age of the daily dump': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    // Each is a day old when the next one begins.
    limit: DAY + MAKING,
    unit: 's',
    source: 'production deployment guide, Database Backups: daily at 2 AM',
  },
  'restore loses': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    limit: DAY + MAKING,
    unit: 's',
    source: `${profile}: what a daily dump can lose at most`,
  },
  'restore time': {
    signal: { from: 'restore', measure: 'seconds' },
    comparator: '<=',
    limit: 3600,
    unit: 's',
    source: profile,
  },
  'dumps on schedule': {
    signal: { from: 'restore', measure: 'schedule-departures' },
    comparator: '<=',
    limit: 0,
    unit: 'departures',
    source: 'production deployment guide, Database Backups: cron 0 2 * * *, deleted after 30 days',
  },
};
