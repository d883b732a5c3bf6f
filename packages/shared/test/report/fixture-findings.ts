import type { Finding } from '../../src/objectives/finding.ts';

type Given = Pick<Finding, 'objective' | 'window' | 'value' | 'limit' | 'unit' | 'samples'> &
  Partial<Finding>;

/** A passing `must` finding, unless it says otherwise. */
export function finding(given: Given): Finding {
  return { outcome: 'pass', severity: 'must', comparator: '<', signal: 'client stream', ...given };
}

function errors(window: string, low: number, high: number, limit: number, samples: number): Finding {
  return finding({
    objective: 'client errors',
    window,
    signal: 'client error ratio',
    value: { low, high },
    limit,
    unit: 'ratio',
    samples,
    source: 'set by this profile: the document names no number',
  });
}

function p95(window: string, low: number, high: number, samples: number): Finding {
  return finding({
    objective: 'client p95',
    window,
    signal: 'client p95 latency',
    value: { low, high },
    limit: 200,
    unit: 'ms',
    samples,
  });
}

function drill(
  objective: string,
  window: string,
  value: number | [number, number],
  limit: number,
  unit = 's',
): Finding {
  const [low, high] = typeof value === 'number' ? [value, value] : value;
  return finding({
    objective,
    window,
    signal: 'drill',
    comparator: '<=',
    value: { low, high },
    limit,
    unit,
    samples: 2031,
  });
}

/** What a healthy lab yields. */
export const healthyFindings: readonly Finding[] = [
  finding({
    objective: 'smoke gate',
    window: 'smoke',
    comparator: '<=',
    value: { low: 0, high: 0 },
    limit: 0,
    unit: 'checks',
    samples: 9,
  }),
  errors('baseline/steady', 0, 0, 0.01, 3750),
  p95('baseline/steady', 9.17, 10, 3750),
  finding({
    objective: 'API errors',
    window: 'baseline/steady',
    signal: 'Prometheus ratio',
    value: { low: 0, high: 0.00031 },
    limit: 0.01,
    unit: 'ratio',
    samples: 3712,
    query:
      '(sum(increase(http_requests_total{job="api",status=~"5.."}[25s] @ 1773453555)) or 0*sum(increase(http_requests_total{job="api"}[25s] @ 1773453555))) / (sum(increase(http_requests_total{job="api"}[25s] @ 1773453555)) > 0)',
    source: 'deployment guide, "Monitoring and Logging"',
  }),
  finding({
    objective: 'client throughput',
    window: 'baseline/steady',
    signal: 'client throughput',
    comparator: '>',
    severity: 'should',
    value: { low: 149.2, high: 150.4 },
    limit: 20,
    unit: 'req/s',
    samples: 3750,
  }),
  errors('replica-killed/during', 0.0117, 0.0131, 0.05, 450),
  p95('replica-killed/recovery', 10, 10.9, 1500),
  finding({
    objective: 'time to steady',
    window: 'replica-killed/recovery',
    signal: 'seconds to steady',
    comparator: '<=',
    value: { low: 1, high: 2 },
    limit: 15,
    unit: 's',
    samples: 12,
  }),
  errors('database-unreachable/during', 0.158, 0.163, 0.25, 1515),
  drill('RTO', 'region-lost', [5.1, 5.4], 10),
  drill('RPO', 'region-lost', 0, 900),
  drill('no acknowledged write lost', 'region-lost', 0, 0, 'writes'),
  drill('detection', 'region-lost', [2, 2.15], 30),
  drill('RTO', 'failback', [2.02, 2.16], 10),
  drill('no acknowledged write lost', 'failback', 0, 0, 'writes'),
];

/** Lost writes, and a p95 over its limit. */
export const failingFindings: readonly Finding[] = [
  ...healthyFindings.filter((each) => each.objective !== 'client p95' && each.window !== 'region-lost'),
  {
    ...p95('baseline/steady', 231.9, 252.8, 3750),
    outcome: 'fail',
    explanation: '3,491 of 3,750 requests took longer than 200 ms; at most 187 may.',
  },
  {
    ...p95('replica-killed/recovery', 198.2, 216.1, 1500),
    outcome: 'inconclusive',
    reason: 'straddles-limit',
  },
  {
    ...finding({
      objective: 'database connections',
      window: 'baseline/steady',
      signal: 'Prometheus gauge, largest',
      severity: 'should',
      value: { low: 97, high: 97 },
      limit: 90,
      unit: '1',
      samples: 25,
    }),
    outcome: 'fail',
  },
  { ...drill('RTO', 'region-lost', [41.3, 41.6], 10), outcome: 'fail' },
  { ...drill('RPO', 'region-lost', 0.74, 900), outcome: 'pass' },
  {
    ...drill('no acknowledged write lost', 'region-lost', 37, 0, 'writes'),
    outcome: 'fail',
    explanation: '37 writes were acknowledged and are not there after the failover, nor after A rejoined.',
  },
];

/** Prometheus is silent: nobody knows. */
export const inconclusiveFindings: readonly Finding[] = [
  ...healthyFindings.filter((each) => each.objective !== 'API errors'),
  {
    ...finding({
      objective: 'API errors',
      window: 'baseline/steady',
      signal: 'Prometheus ratio',
      value: null,
      limit: 0.01,
      unit: 'ratio',
      samples: 0,
      query: 'sum(increase(http_requests_total{job="api"}[25s] @ 1773453555))',
    }),
    outcome: 'inconclusive',
    reason: 'no-samples',
    explanation: 'No series matched http_requests_total{job="api"}. Check that the API is scraped.',
  },
  {
    ...finding({
      objective: 'API p95',
      window: 'baseline/steady',
      signal: 'Prometheus p95',
      value: { low: 10_000, high: null },
      limit: 200,
      unit: 'ms',
      samples: 80,
    }),
    outcome: 'inconclusive',
    reason: 'too-few-samples',
  },
];
