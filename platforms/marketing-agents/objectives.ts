import type { Objective } from '@ordeal/shared/objectives/objective';

const profile = 'set by this profile: the document names no number';
const rollout = 'deployment architecture, 2.4: maxSurge 1, maxUnavailable 0';
const autoscaler = 'deployment architecture, 2.5 Horizontal Pod Autoscaler';
const MB = 2 ** 20;
const DAY = 86_400;
/** 03:00-06:00 */
const WINDOW = 3 * 3_600;
/** So long a backup may take. */
const MAKING = 3_600;

export const objectives: Readonly<Record<string, Objective>> = {
  'smoke gate': {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
    source: 'deployment architecture, 2.4: livenessProbe /health, readinessProbe /ready',
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
    limit: 500,
    unit: 'ms',
    source: profile,
  },
  'API errors': {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: 'http_requests_total{job="api",route=~"/api/.*",status=~"5.."}',
      all: 'http_requests_total{job="api",route=~"/api/.*"}',
    },
    comparator: '<',
    limit: 0.01,
    unit: 'ratio',
    source: profile,
  },
  'every pod is scraped': {
    signal: { from: 'prometheus', measure: 'present', selector: 'process_start_time_seconds{job="api"}' },
    comparator: '>=',
    limit: 4,
    unit: 'series',
    source: 'deployment architecture, 2.4: prometheus.io/scrape on /metrics; METRICS_ENABLED',
  },
  'every pod serves': {
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
    source: 'deployment architecture, 2.4: replicas, and a service before them; the lab has four',
  },
  'memory of a pod': {
    signal: {
      from: 'prometheus',
      measure: 'saturation',
      used: { gauge: 'process_resident_memory_bytes{job="api"}' },
      // The lab's replicas are given half of what the document's pods request.
      capacity: { value: 256 * MB },
    },
    comparator: '<',
    limit: 0.8,
    unit: 'ratio',
    source: `${autoscaler}: memory 80 %, of the 256 MB that this profile gives a replica`,
  },
  'processor of a pod': {
    signal: {
      from: 'prometheus',
      measure: 'saturation',
      used: { counter: 'process_cpu_seconds_total{job="api"}' },
      capacity: { value: 0.25 },
    },
    comparator: '<',
    limit: 0.7,
    unit: 'ratio',
    severity: 'should',
    source: `${autoscaler}: cpu 70 %, of the request of 250m: that is what an autoscaler counts by`,
  },
  'requests of a pod': {
    signal: {
      from: 'prometheus',
      measure: 'promql',
      query: 'max(sum by (replica) (rate(http_requests_total{job="api",route=~"/api/.*",$scope}[$window])))',
      take: 'last',
      series: 'one',
    },
    comparator: '<',
    limit: 100,
    unit: 'req/s',
    severity: 'should',
    source: `${autoscaler}: 100 requests a second a pod`,
  },
  'database connections': {
    signal: {
      from: 'prometheus',
      measure: 'gauge',
      selector: 'pg_node_connections{job="postgres"}',
      take: 'max',
    },
    comparator: '<',
    limit: 87,
    unit: 'connections',
    source: 'deployment architecture, 3.1: db.t3.micro, whose default max_connections is about 87',
  },
  'requests lost by a rollout': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<=',
    limit: 0,
    unit: 'ratio',
    source: rollout,
  },
  'p95 while rolling out': {
    signal: { from: 'client', measure: 'latency', quantile: 0.95 },
    comparator: '<',
    // Less than is promised: a version that takes a few hundred milliseconds more is within that, and is to be seen all the same.
    limit: 200,
    unit: 'ms',
    source: profile,
  },
  'time to roll out': {
    signal: { from: 'deployment', measure: 'seconds-to-deploy' },
    comparator: '<',
    limit: 120,
    unit: 's',
    source: profile,
  },
  'client errors under a killed pod': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.05,
    unit: 'ratio',
    source: `${profile}: a SIGKILL may cost the requests in flight`,
  },
  'client errors while something is broken': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.1,
    unit: 'ratio',
    source: profile,
  },
  'client errors while the only one starts again': {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0.5,
    unit: 'ratio',
    source: `${profile}: with the only cache or the only database away no pod can serve; half of the time that is looked at`,
  },
  'time to steady': {
    signal: { from: 'experiment', measure: 'seconds-to-steady' },
    comparator: '<=',
    limit: 30,
    unit: 's',
    source: 'deployment architecture, 2.4: livenessProbe every 10 s, failureThreshold 3',
  },
  'age of the daily backup': {
    signal: { from: 'restore', measure: 'backup-age' },
    comparator: '<=',
    // One may be begun as its window opens, and the next one as it closes.
    limit: DAY + WINDOW + MAKING,
    unit: 's',
    source: 'deployment architecture, 3.1: backup_window 03:00-06:00',
  },
  'restore loses': {
    signal: { from: 'restore', measure: 'archive-delay' },
    comparator: '<=',
    limit: 900,
    unit: 's',
    source: `${profile}: an RPO of 15 minutes`,
  },
  'restore time': {
    signal: { from: 'restore', measure: 'seconds' },
    comparator: '<=',
    limit: 3600,
    unit: 's',
    source: `${profile}: the restore's share of an RTO of 1 hour; finding out, a new server and leading the pods to it come on top`,
  },
  'dumps on schedule': {
    signal: { from: 'restore', measure: 'schedule-departures' },
    comparator: '<=',
    limit: 0,
    unit: 'departures',
    source: 'deployment architecture, 3.1: backup_window 03:00-06:00, backup_retention_period 7',
  },
};
