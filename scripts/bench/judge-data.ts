import type { Objective } from '@ordeal/shared/objectives/objective';

/** Twenty services of two instances each, scraped every five seconds. */
export const SERVICES = 20;
export const INSTANCES = 2;
export const SCRAPE_SECONDS = 5;
export const WINDOW_SECONDS = 3600;
/** What is there around the window. */
const MARGIN_SECONDS = 300;

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, Infinity];

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** A series' name, its own labels, and its value after so many seconds. */
  readonly series: readonly (readonly [name: string, labels: string, value: (second: number) => number])[];
}

/** What an instance exposes: about 30 requests a second of which 0.2 % fail. Exact functions of time. */
const families: readonly Family[] = [
  gauge('up', '', () => 1),
  gauge('scrape_duration_seconds', '', () => 0.004),
  gauge('process_start_time_seconds', '', () => 1_600_000_000),
  gauge('in_flight', '', (second) => 3 + (second % 7)),
  gauge('memory_used_bytes', '', (second) => 2e8 + 1000 * second),
  gauge('memory_limit_bytes', '', () => 1e9),
  counter('cpu_seconds', '', (second) => Math.round(second * 0.3 * 100) / 100),
  {
    name: 'requests',
    type: 'counter',
    series: [
      ['requests_total', 'code="200",', (second) => 30 * second],
      ['requests_total', 'code="404",', (second) => Math.floor(second / 10)],
      ['requests_total', 'code="500",', (second) => Math.floor(second / 17)],
    ],
  },
  {
    name: 'took_seconds',
    type: 'histogram',
    series: bounds.map((le, index) => [
      'took_seconds_bucket',
      `le="${le === Infinity ? '+Inf' : le}",`,
      (second) => Math.floor((30 * second * Math.min(1, (index + 1) / 7)) / 1),
    ]),
  },
];

export const SERIES = SERVICES * INSTANCES * families.reduce((sum, { series }) => sum + series.length, 0);

/** The whole of it as OpenMetrics text, a piece at a time. `end` is in Unix seconds. */
export function* openMetrics(end: number): Generator<string> {
  const from = end - WINDOW_SECONDS - MARGIN_SECONDS;
  const to = end + SCRAPE_SECONDS * 4;
  for (const { name, type, series } of families) {
    yield `# TYPE ${name} ${type}\n`;
    for (let service = 0; service < SERVICES; service += 1) {
      for (let instance = 0; instance < INSTANCES; instance += 1) {
        const target = `job="s${service}",instance="10.0.${service}.${instance}:8080"`;
        for (const [metric, labels, value] of series) {
          let text = '';
          for (let at = from; at <= to; at += SCRAPE_SECONDS) {
            text += `${metric}{${labels}${target}} ${value(at - from + 1000)} ${at}\n`;
          }
          yield text;
        }
      }
    }
  }
  yield '# EOF\n';
}

/** Ten objectives a service. */
export function objectives(): Readonly<Record<string, Objective>> {
  const named: Record<string, Objective> = {};
  for (let service = 0; service < SERVICES; service += 1) {
    for (const [name, objective] of Object.entries(objectivesOf(`job="s${service}"`))) {
      named[`s${service} ${name}`] = objective;
    }
  }
  return named;
}

/** One instant query an objective, as is usual. */
export function naiveQueries(): readonly string[] {
  const range = `${WINDOW_SECONDS}s`;
  return Array.from({ length: SERVICES }, (_, service) => `job="s${service}"`).flatMap((job) => {
    const rate = (metric: string, more = ''): string => `sum(rate(${metric}{${job}${more}}[${range}]))`;
    const buckets = `sum by (le) (rate(took_seconds_bucket{${job}}[${range}]))`;
    return [
      `${rate('requests_total', ',code=~"5.."')} / ${rate('requests_total')}`,
      `1 - ${rate('requests_total', ',code=~"5.."')} / ${rate('requests_total')}`,
      `histogram_quantile(0.95, ${buckets})`,
      `histogram_quantile(0.99, ${buckets})`,
      `${rate('took_seconds_bucket', ',le="1"')} / ${rate('took_seconds_bucket', ',le="+Inf"')}`,
      rate('requests_total'),
      `max(max_over_time(in_flight{${job}}[${range}]))`,
      `max(max_over_time((memory_used_bytes{${job}} / memory_limit_bytes{${job}})[${range}:${SCRAPE_SECONDS}s]))`,
      `max(rate(cpu_seconds_total{${job}}[${range}]))`,
      `count(requests_total{${job}})`,
    ];
  });
}

function objectivesOf(job: string): Readonly<Record<string, Objective>> {
  const all = `requests_total{${job}}`;
  const bad = `requests_total{${job},code=~"5.."}`;
  const histogram = { histogram: 'took_seconds', matchers: job };
  const from = 'prometheus';
  return {
    errors: limited({ from, measure: 'ratio', bad, all }, '<', 0.01, 'ratio'),
    availability: limited({ from, measure: 'availability', bad, all }, '>=', 0.99, 'ratio'),
    p95: limited({ from, measure: 'latency', quantile: 0.95, ...histogram }, '<=', 500, 'ms'),
    p99: limited({ from, measure: 'latency', quantile: 0.99, ...histogram }, '<=', 1000, 'ms'),
    'under 1 s': limited(
      { from, measure: 'latency-share', underMs: 1000, ...histogram },
      '>=',
      0.99,
      'ratio',
    ),
    throughput: limited({ from, measure: 'throughput', selector: all }, '>=', 30, 'req/s'),
    'in flight': limited(
      { from, measure: 'gauge', selector: `in_flight{${job}}`, take: 'max' },
      '<',
      20,
      '1',
    ),
    memory: limited(
      {
        from,
        measure: 'saturation',
        used: { gauge: `memory_used_bytes{${job}}` },
        capacity: { gauge: `memory_limit_bytes{${job}}` },
      },
      '<',
      0.9,
      'ratio',
    ),
    cpu: limited(
      {
        from,
        measure: 'saturation',
        used: { counter: `cpu_seconds_total{${job}}` },
        capacity: { value: 2 },
      },
      '<',
      0.8,
      'ratio',
    ),
    present: limited({ from, measure: 'present', selector: all }, '>=', 2, 'series'),
  };
}

function limited(
  signal: Objective['signal'],
  comparator: Objective['comparator'],
  limit: number,
  unit: string,
): Objective {
  return { signal, comparator, limit, unit };
}

function gauge(name: string, labels: string, value: (second: number) => number): Family {
  return { name, type: 'gauge', series: [[name, labels, value]] };
}

function counter(name: string, labels: string, value: (second: number) => number): Family {
  return { name, type: 'counter', series: [[`${name}_total`, labels, value]] };
}
