import type { Objective } from '@ordeal/shared/objectives/objective';

const profile = 'set by this profile: the document names no number';
const metrics = 'deployment improvements, Infrastructure Metrics';
const deploys = 'deployment improvements, Deployment Metrics';
const DAY = 86_400;
/** Of a backup that is made every day: so long the next one may be at it, or late. */
const MAKING = 3_600;

const rateLimit: Objective = {
  signal: { from: 'limit', measure: 'departures' },
  comparator: '<=',
  limit: 0,
  unit: 'departures',
  source: `deployment improvements, 3: rate_limit_requests 100, rate_limit_window 60; ${profile}: that it slides`,
};

export const objectives: Readonly<Record<string, Objective>> = {
  'smoke gate': {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
    source: 'deployment improvements, 1 and 2: /health and /ready; 3: 100 requests in 60 seconds',
  },
  'rate limit': rateLimit,
  // The document does not say who counts.
  'rate limit at the entry': { ...rateLimit, severity: 'should' },
  'requests at once': {
    signal: { from: 'limit', measure: 'departures' },
    comparator: '<=',
    limit: 0,
    unit: 'departures',
    source: 'deployment improvements, 3: max_concurrent_requests 100',
  },
  availability: {
    // What the load balancer answered: it sees every request, also those that no task did.
    signal: {
      from: 'prometheus',
      measure: 'availability',
      bad: 'haproxy_frontend_http_responses_total{job="haproxy",proxy="entry",code="5xx"}',
      all: 'haproxy_frontend_http_responses_total{job="haproxy",proxy="entry"}',
    },
    comparator: '>=',
    limit: 0.999,
    unit: 'ratio',
    source: `${metrics}: 99.9% uptime SLA`,
  },
  'client p95': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<',
    limit: 100,
    unit: 'ms',
    // The generator's own machine is part of what it measures; the document measures at the server.
    severity: 'should',
    source: `${metrics}: <100ms response time for 95th percentile`,
  },
  'steady p95': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<',
    limit: 500,
    unit: 'ms',
    source: `${profile}: what counts as steady around faults`,
  },
  'client errors': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.01,
    unit: 'ratio',
    source: `${profile}: what counts as steady in windows that are too short for 99.9 %`,
  },
  'server p95': {
    signal: {
      from: 'prometheus',
      measure: 'latency',
      quantile: 0.95,
      histogram: 'arklex_request_duration_seconds',
      matchers: 'job="arklex",endpoint=~"/api/.*"',
    },
    comparator: '<',
    limit: 100,
    unit: 'ms',
    source: `${metrics}: <100ms; dashboard "Response Time"`,
  },
  'server errors': {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: 'arklex_errors_total{job="arklex",endpoint=~"/api/.*"}',
      all: 'arklex_requests_total{job="arklex",endpoint=~"/api/.*"}',
    },
    comparator: '<=',
    limit: 0.001,
    unit: 'ratio',
    source: `${metrics}: 99.9% uptime SLA; dashboard "Error Rate"`,
  },
  'every task is scraped': {
    signal: { from: 'prometheus', measure: 'present', selector: 'process_start_time_seconds{job="arklex"}' },
    comparator: '>=',
    limit: 4,
    unit: 'series',
    source: 'deployment improvements, 4: scrape_configs, job arklex',
  },
  'every task serves': {
    signal: {
      from: 'prometheus',
      measure: 'promql',
      query:
        'count(sum by (instance) (rate(arklex_requests_total{job="arklex",endpoint=~"/api/.*",$scope}[$window])) > 0)',
      take: 'last',
      series: 'one',
    },
    comparator: '>=',
    limit: 4,
    unit: 'replicas',
    source: 'deployment improvements, Phase 2: load balancing; the lab has four tasks',
  },
  'database connections': {
    signal: {
      from: 'prometheus',
      measure: 'gauge',
      selector: 'pg_node_connections{job="postgres"}',
      take: 'max',
    },
    comparator: '<=',
    limit: 120,
    unit: 'connections',
    source: 'deployment improvements, 3: pool size 10, overflow 20, of each of the 4 tasks that the lab runs',
  },
  'requests lost by a deploy': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<=',
    limit: 0,
    unit: 'ratio',
    source: `${deploys}: zero-downtime deployments`,
  },
  'p95 while deploying': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<',
    limit: 100,
    unit: 'ms',
    source: `${metrics}: <100ms response time for 95th percentile; ${deploys}: zero-downtime deployments`,
  },
  'time to deploy': {
    signal: { from: 'deployment', measure: 'seconds-to-deploy' },
    comparator: '<',
    limit: 300,
    unit: 's',
    source: `${deploys}: <5 minutes deployment time`,
  },
  'time to roll back': {
    signal: { from: 'deployment', measure: 'seconds-to-roll-back' },
    comparator: '<',
    limit: 60,
    unit: 's',
    source: `${deploys}: automated rollback capability; ${profile}`,
  },
  'client errors under a bad version': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.05,
    unit: 'ratio',
    source: `${profile}: it is to be taken back while one task of five has it, and a quarter of what that answers fails`,
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
    limit: 30,
    unit: 's',
    source:
      'deployment improvements, 2: livenessProbe every 10 s; three times, as Kubernetes does unless it is told otherwise',
  },
  RTO: {
    signal: { from: 'drill', measure: 'rto' },
    comparator: '<=',
    limit: 300,
    unit: 's',
    source: `${profile}: "cross-region disaster recovery" has no time`,
  },
  RPO: {
    signal: { from: 'drill', measure: 'rpo' },
    comparator: '<=',
    limit: 60,
    unit: 's',
    source: `${profile}: "cross-region disaster recovery" has no loss`,
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
  'age of the dump': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    // Each is a day old when the next one begins.
    limit: DAY + MAKING,
    unit: 's',
    source: `${profile}: "automated backup" has no interval, and is taken to be daily`,
  },
  'restore time': {
    signal: { from: 'restore', measure: 'seconds' },
    comparator: '<=',
    limit: 300,
    unit: 's',
    source: `${profile}: the same as for "cross-region disaster recovery"`,
  },
};
