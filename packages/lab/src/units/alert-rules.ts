import type { Contract } from '../api/contracts/contract.ts';
import { BACKEND, FRONTEND } from './haproxy.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'critical' | 'warning' };
  readonly annotations: { readonly summary: string };
}

/** What is scraped every so many seconds shows a rate over so many times as long. */
const SCRAPES_OF_A_RATE = 5;

/** The rules by which the platform's Prometheus alerts, as its file of them says it. */
export function alertRules({ alerts, metrics }: Contract): {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
} {
  const { errorRatio, p95Seconds, connections, refusalsPerSecond, failedChecksForSeconds } = alerts;
  const range = `${SCRAPES_OF_A_RATE * metrics.scrapeSeconds}s`;
  // A region's own load balancer answers most of the same requests once more.
  const answers = `haproxy_frontend_http_responses_total{proxy="${FRONTEND}",region="edge"`;
  const refusals: readonly Rule[] =
    refusalsPerSecond === undefined
      ? []
      : [
          {
            alert: 'QuotaExceeded',
            expr: `sum(rate(${metrics.requests}{status="429"}[${range}])) > ${refusalsPerSecond}`,
            for: '1s',
            labels: { severity: 'warning' },
            annotations: { summary: 'Tenants want more than their quota' },
          },
        ];
  const failedChecks: readonly Rule[] =
    failedChecksForSeconds === undefined
      ? []
      : [
          {
            alert: 'FailedHealthChecks',
            // One that is taken out on purpose, as by a deployment, is in maintenance and not down.
            expr: `haproxy_server_status{proxy="${BACKEND}",state="DOWN"} == 1`,
            for: `${failedChecksForSeconds}s`,
            labels: { severity: 'critical' },
            annotations: { summary: '{{ $labels.server }} fails its health checks' },
          },
        ];
  const rules: readonly Rule[] = [
    {
      alert: 'InstanceDown',
      expr: 'up == 0 or pg_up == 0 or redis_up == 0',
      for: '2s',
      labels: { severity: 'critical' },
      annotations: { summary: '{{ $labels.job }} {{ $labels.replica }} does not answer' },
    },
    {
      alert: 'HighErrorRate',
      expr: `sum(rate(${answers},code="5xx"}[5s])) / (sum(rate(${answers}}[5s])) > 0) > ${errorRatio}`,
      for: '1s',
      labels: { severity: 'critical' },
      annotations: { summary: `More than ${100 * errorRatio} % of the requests at the entry fail` },
    },
    {
      alert: 'NoPrimary',
      expr: 'absent(pg_node_primary == 1)',
      for: '1s',
      labels: { severity: 'critical' },
      annotations: { summary: 'No database accepts writes' },
    },
    {
      alert: 'SlowRequests',
      expr: `histogram_quantile(0.95, sum by (le) (rate(${metrics.durations}_bucket[${range}]))) > ${p95Seconds}`,
      for: '2s',
      labels: { severity: 'warning' },
      annotations: { summary: `One request in twenty takes longer than ${p95Seconds} s` },
    },
    {
      alert: 'DatabaseConnections',
      expr: `pg_node_connections / pg_node_max_connections > ${connections}`,
      for: '2s',
      labels: { severity: 'warning' },
      annotations: { summary: `More than ${100 * connections} % of the database's connections are in use` },
    },
    ...refusals,
    ...failedChecks,
  ];
  return { groups: [{ name: 'platform', rules }] };
}
