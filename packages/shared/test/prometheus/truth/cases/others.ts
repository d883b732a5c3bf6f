import type { Objective } from '../../../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../../../src/objectives/signal.ts';
import { anchor } from '../../../judge/observations-of.ts';
import { STALE, type WrittenSeries } from '../../remote-write.ts';
import { stored, within, WINDOW_MS, type RowSpec, type TruthCase } from '../case.ts';
import { scrapesEvery, traffic, type Scrape, type SimulatedTarget } from '../simulate.ts';

function service(job: string, more: Partial<SimulatedTarget> = {}): SimulatedTarget {
  return {
    job,
    instance: 'a:80',
    scrapes: scrapesEvery(15_000, 4_200),
    requests: traffic(-120_000, 345_000, 20),
    ...more,
  };
}

/** A gauge with one value, shown at every scrape that succeeds. */
function gauge(
  labels: WrittenSeries['labels'],
  value: number,
  scrapes: readonly Scrape[] = scrapesEvery(15_000, 4_200),
): WrittenSeries {
  return {
    labels,
    samples: scrapes.flatMap(({ at, failed }) => (failed ? [] : [[anchor.wallMs + at, value]])),
  };
}

/** As metrics that are pushed: nothing marks the end of a series. */
const withoutMarkers = (series: readonly WrittenSeries[]): readonly WrittenSeries[] =>
  series.map((one) => ({ ...one, samples: (one.samples ?? []).filter(([, value]) => value !== STALE) }));

type Comparator = Objective['comparator'];

function row(
  what: string,
  signal: PrometheusSignal,
  [comparator, limit, unit]: readonly [Comparator, number, string],
  rest: Pick<RowSpec, 'truth' | 'expected' | 'knownLimit'> & { readonly usual: readonly string[] },
): RowSpec {
  const { usual, ...others } = rest;
  return {
    what,
    objective: { signal, comparator, limit, unit },
    ...others,
    usual: usual.map((query) => ({ query, factor: 1 })),
  };
}

function throughput(
  job: string,
  targets: readonly SimulatedTarget[],
  expected: RowSpec['expected'],
  limit: number,
  more: { readonly truth?: number; readonly knownLimit?: string } = {},
): TruthCase {
  const selector = `requests_total{job="${job}"}`;
  const truth = within(targets).length / (WINDOW_MS / 1000);
  return {
    name: job,
    series: stored({ targets }),
    rows: [
      row(
        'requests a second',
        { from: 'prometheus', measure: 'throughput', selector },
        ['>=', limit, '1/s'],
        {
          truth,
          expected,
          usual: [`sum(rate(${selector}[5m]))`, `sum(rate(${selector}[5m])) or vector(0)`],
          ...more,
        },
      ),
    ],
  };
}

const inFlight = (job: string): PrometheusSignal => ({
  from: 'prometheus',
  measure: 'gauge',
  selector: `in_flight{job="${job}"}`,
  take: 'max',
});

function gaugeCase(
  job: string,
  target: SimulatedTarget,
  truth: number,
  expected: RowSpec['expected'],
  knownLimit?: string,
): TruthCase {
  return {
    name: job,
    series: stored({ targets: [target] }),
    rows: [
      row('largest value', inFlight(job), ['<', 50, '1'], {
        truth,
        expected,
        usual: [`max(max_over_time(in_flight{job="${job}"}[5m]))`],
        ...(knownLimit === undefined ? {} : { knownLimit }),
      }),
    ],
  };
}

const spikeAt = (from: number, to: number) => (at: number) => (at > from && at <= to ? 80 : 5);

/** The exporter stays well; what it tells of one of two shards ends before that one's peak. */
function lostShard(job: string): TruthCase {
  const shard = (name: string, lastAt: number): WrittenSeries =>
    gauge(
      { __name__: 'in_flight', job, instance: 'a:80', shard: name },
      5,
      scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at > lastAt }) }),
    );
  return {
    name: job,
    series: [shard('a', 345_000), shard('b', 200_000)],
    rows: [
      row('largest value', inFlight(job), ['<', 50, '1'], {
        truth: 80,
        expected: 'stale',
        usual: [`max(max_over_time(in_flight{job="${job}"}[5m]))`],
      }),
    ],
  };
}

const presentWhile = (
  job: string,
  lastAt: number,
  expected: RowSpec['expected'],
  truth: number,
): TruthCase => {
  const scrapes = scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at > lastAt }) });
  const selector = `queue_length{job="${job}"}`;
  return {
    name: job,
    series: withoutMarkers([gauge({ __name__: 'queue_length', job, instance: 'a:80' }, 3, scrapes)]),
    rows: [
      row(
        'series that are fresh',
        { from: 'prometheus', measure: 'present', selector },
        ['>=', 1, 'series'],
        {
          truth,
          expected,
          usual: [`count(${selector})`],
        },
      ),
    ],
  };
};

function saturation(
  job: string,
  capacityLabels: Readonly<Record<string, string>>,
  expected: RowSpec['expected'],
): TruthCase {
  const used = `memory_used_bytes{job="${job}"}`;
  const capacity = `memory_limit_bytes{job="${job}"}`;
  const labels = { job, instance: 'a:80' };
  return {
    name: job,
    series: [
      gauge({ __name__: 'memory_used_bytes', ...labels }, 970),
      gauge({ __name__: 'memory_limit_bytes', ...labels, ...capacityLabels }, 1000),
    ],
    rows: [
      row(
        'memory used',
        { from: 'prometheus', measure: 'saturation', used: { gauge: used }, capacity: { gauge: capacity } },
        ['<', 0.9, 'ratio'],
        { truth: 0.97, expected, usual: [`max(${used} / ${capacity})`] },
      ),
    ],
  };
}

function age(job: string, lastAt: number, expected: RowSpec['expected']): TruthCase {
  const selector = `backup_finished_seconds{job="${job}"}`;
  const finished = (anchor.wallMs + WINDOW_MS) / 1000 - 4000;
  const scrapes = scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at > lastAt }) });
  return {
    name: job,
    series: [gauge({ __name__: 'backup_finished_seconds', job, instance: 'a:80' }, finished, scrapes)],
    rows: [
      row('age of the backup', { from: 'prometheus', measure: 'age', selector }, ['<=', 3600, 's'], {
        truth: 4000,
        expected,
        usual: [`time() - max(${selector})`],
      }),
    ],
  };
}

/** A tenth of the requests fails, since `badFrom`; Prometheus knows nothing from before `knownFrom`. */
function burnRate(job: string, badFrom: number, knownFrom: number, expected: RowSpec['expected']): TruthCase {
  const target = service(job, {
    scrapes: scrapesEvery(15_000, 4_200, { from: knownFrom }),
    requests: traffic(-1_600_000, 345_000, 20, { bad: (index, at) => at > badFrom && index % 10 === 9 }),
  });
  const bad = `requests_total{job="${job}",code=~"5.."}`;
  const all = `requests_total{job="${job}"}`;
  const burn = (lengthMs: number): number => {
    const requests = within([target], lengthMs);
    return requests.filter((one) => one.bad).length / requests.length / 0.01;
  };
  const ratio = (range: string): string =>
    `sum(rate(${bad}[${range}])) / sum(rate(${all}[${range}])) / 0.01 / 6`;
  return {
    name: job,
    series: stored({ targets: [target] }),
    rows: [
      row(
        'burn rate, 30 min and 5 min',
        {
          from: 'prometheus',
          measure: 'burn-rate',
          bad,
          all,
          target: 0.99,
          windows: [{ longSeconds: 1800, shortSeconds: 300, factor: 6 }],
        },
        ['<', 1, '1'],
        {
          truth: Math.min(burn(1_800_000), burn(300_000)) / 6,
          expected,
          usual: [`${ratio('30m')} > 1 and ${ratio('5m')} > 1`],
        },
      ),
    ],
  };
}

function promql(job: string, series: 'one' | 'every', expected: RowSpec['expected']): TruthCase {
  const targets = [
    service(job, { requests: traffic(-120_000, 345_000, 10) }),
    service(job, { instance: 'b:80', requests: traffic(-120_000, 345_000, 2) }),
  ];
  const query = (range: string): string => `sum by (instance) (rate(requests_total{job="${job}"}[${range}]))`;
  return {
    name: job,
    series: stored({ targets }),
    rows: [
      row(
        'requests a second of each',
        { from: 'prometheus', measure: 'promql', query: query('$window'), take: 'last', series },
        ['>=', 5, '1/s'],
        { truth: 2, expected, usual: [query('5m')] },
      ),
    ],
  };
}

const quiet = (job: string): SimulatedTarget => service(job, { requests: traffic(-120_000, 100_000, 20) });

/** Everything but error ratios and latencies. */
export const otherCases: readonly TruthCase[] = [
  throughput('throughput, steady', [service('throughput, steady')], 'pass', 18),
  throughput('throughput, it ends', [quiet('throughput, it ends')], 'fail', 18),
  throughput(
    'throughput, born in the window',
    [
      service('throughput, born in the window', {
        starts: [150_000],
        scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at < 150_000 }) }),
        requests: traffic(150_000, 345_000, 30),
      }),
    ],
    'fail',
    18,
  ),
  throughput(
    'throughput, one target scraped twice',
    ['a:80', 'a.example.net:80'].map((instance) =>
      service('throughput, one target scraped twice', { instance }),
    ),
    'pass',
    30,
    { truth: 20, knownLimit: 'two names of one target are two targets to everybody who reads Prometheus' },
  ),
  gaugeCase(
    'a gauge with a long peak',
    service('a gauge with a long peak', { gauge: spikeAt(100_000, 130_000) }),
    80,
    'fail',
  ),
  gaugeCase(
    'a gauge with a peak between scrapes',
    service('a gauge with a peak between scrapes', { gauge: spikeAt(111_000, 117_000) }),
    80,
    'pass',
    'a gauge is known at its scrapes alone',
  ),
  gaugeCase(
    'a gauge whose target is gone',
    service('a gauge whose target is gone', {
      gauge: spikeAt(250_000, 300_000),
      scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at > 200_000 }) }),
    }),
    80,
    'stale',
  ),
  lostShard('a gauge of which one series is gone'),
  presentWhile('pushed series, fresh', 345_000, 'pass', 1),
  presentWhile('pushed series, ended three minutes ago', 120_000, 'stale', 0),
  saturation('memory over its limit', {}, 'fail'),
  saturation('memory, a limit with another label', { container: 'app' }, 'fail'),
  age('a backup that is too old', 345_000, 'fail'),
  age('a backup whose exporter is gone', -60_000, 'no-samples'),
  burnRate('burn rate, seen in whole', -800_000, -1_650_000, 'fail'),
  burnRate('burn rate, a young Prometheus', -120_000, -120_000, 'no-samples'),
  promql('plain PromQL that gives several series', 'one', 'several-series'),
  promql('plain PromQL, the worst of several series', 'every', 'fail'),
];
