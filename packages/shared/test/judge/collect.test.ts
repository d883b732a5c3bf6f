import { describe, expect, test } from 'vitest';
import { collectReadings } from '../../src/judge/collect.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Assignment } from '../../src/judge/observations.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { PrometheusSettings } from '../../src/platform/platform.ts';
import type { PrometheusReading } from '../../src/judge/readings.ts';
import type { Prometheus } from '../../src/prometheus/client.ts';
import type { Answer, PrometheusError, RawSeries, Reading } from '../../src/prometheus/reading.ts';
import { anchor, observationsOf, windowAt } from './observations-of.ts';

const settings: PrometheusSettings = { url: 'http://x', scrapeIntervalSeconds: 1, targets: [] };
const windows = [windowAt('w', 0, 60_000), windowAt('v', 60_000, 120_000)];
const ratio: PrometheusSignal = { from: 'prometheus', measure: 'ratio', bad: 'bad', all: 'all' };

function assign(signal: PrometheusSignal, window = 'w', more: Partial<Objective> = {}): Assignment {
  const objective: Objective = { signal, comparator: '<', limit: 1, unit: '1', ...more };
  return { objectiveName: JSON.stringify([signal, window]), objective, window };
}

interface Asked {
  readonly method: string;
  readonly query: string;
  readonly times: readonly (number | undefined)[];
}

/** A server with so many series of each selector, that remembers what it was asked. */
function server(given: {
  readonly series?: number;
  readonly refuse?: (query: string) => PrometheusError | undefined;
}) {
  const asked: Asked[] = [];
  let under = 0;
  let most = 0;
  const { series = 1, refuse = () => undefined } = given;
  async function answer(
    method: string,
    query: string,
    times: readonly (number | undefined)[],
    list: readonly RawSeries[],
  ): Promise<Answer<Reading>> {
    asked.push({ method, query, times });
    under += 1;
    most = Math.max(most, under);
    await Promise.resolve();
    await Promise.resolve();
    under -= 1;
    const error = refuse(query);
    return error === undefined ? { ok: true, value: { series: list, warnings: [] } } : { ok: false, error };
  }
  const counts = (query: string): readonly RawSeries[] =>
    [...query.matchAll(/"ordeal", "(\d+)"/g)].map(([, tag = '']) => ({
      labels: { ordeal: tag },
      samples: [[0, series]],
    }));
  const samples: readonly RawSeries[] = [
    { labels: { job: 'j', instance: 'i' }, samples: [[anchor.wallMs, 1]] },
  ];
  const prometheus = {
    instant: (query, at) =>
      answer('instant', query, [at], query.includes('count(last_over_time') ? counts(query) : []),
    range: (query, from, to, step) => answer('range', query, [from, to, step], []),
    rawSamples: (query, from, to) => answer('raw', query, [from, to], samples),
    alertRules: async () => {
      asked.push({ method: 'rules', query: '', times: [] });
      return { ok: true, value: [] };
    },
  } satisfies Partial<Prometheus> as Partial<Prometheus> as Prometheus;
  return { prometheus, asked, most: () => most };
}

const of = (asked: readonly Asked[], method: string): readonly string[] =>
  asked.filter((one) => one.method === method).map(({ query }) => query);

describe('what is asked', () => {
  test('each selector, each query and the rules once, whatever rests on them', async () => {
    const promql = {
      from: 'prometheus',
      measure: 'promql',
      query: 'rate(x[$window])',
      series: 'one',
    } as const;
    const { prometheus, asked } = server({});
    const readings = await collectReadings(
      prometheus,
      settings,
      [
        assign(ratio),
        assign({ ...ratio, measure: 'availability' }),
        assign({ from: 'prometheus', measure: 'throughput', selector: 'all' }),
        assign(ratio, 'v'),
        assign({ ...promql, take: 'last' }),
        assign({ ...promql, take: 'last' }),
        assign({ ...promql, take: 'max' }),
        assign({ from: 'prometheus', measure: 'alerts-fired', alerts: 'a="b"' }),
        assign({ from: 'prometheus', measure: 'alerts-fired', alerts: 'a="b"' }, 'v'),
      ],
      windows,
    );
    const alerts = 'ALERTS{alertstate="firing",a="b"}';
    const scrapes = '{__name__=~"up|scrape_duration_seconds|process_start_time_seconds",job=~"j"}';
    expect([...of(asked, 'raw')].sort()).toEqual(
      ['all', 'all', 'bad', 'bad', alerts, alerts, scrapes, scrapes].sort(),
    );
    expect(of(asked, 'rules')).toHaveLength(1);
    expect(of(asked, 'range')).toEqual(['rate(x[60000ms])']);
    // One count a window, the query's value at the window's end, and what alerts fired at each window's start.
    expect(of(asked, 'instant')).toHaveLength(5);
    expect(readings.filter(({ kind }) => kind === 'rules')).toHaveLength(1);
    expect(readings.filter(({ kind }) => kind === 'scrapes')).toHaveLength(2);
  });

  test('points are a scrape apart, within the window, and end where it ends', async () => {
    const { prometheus, asked } = server({});
    const signal = { from: 'prometheus', measure: 'promql', query: 'x', series: 'one', take: 'min' } as const;
    await collectReadings(prometheus, settings, [assign(signal)], [windowAt('w', 0, 2500)]);
    const { wallMs } = anchor;
    expect(asked.map(({ times }) => times)).toEqual([[wallMs + 500, wallMs + 2500, 1000]]);
  });

  test('by the clock of the server', async () => {
    const { prometheus, asked } = server({});
    const clockOffsetMs = { low: 4990, high: 5010 };
    await collectReadings(prometheus, settings, [assign(ratio)], windows, { clockOffsetMs });
    const { wallMs } = anchor;
    const raw = asked.filter(({ method }) => method === 'raw');
    for (const { times } of raw) expect(times).toEqual([wallMs + 4990, wallMs + 60_000 + 5010 + 2000]);
  });

  test('no more at once than allowed', async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      assign({ from: 'prometheus', measure: 'present', selector: `s${index}` }),
    );
    for (const concurrency of [1, 3]) {
      const { prometheus, asked, most } = server({});
      await collectReadings(prometheus, { ...settings, limits: { concurrency } }, many, windows);
      expect(of(asked, 'raw')).toHaveLength(30);
      expect(most()).toBe(concurrency);
    }
  });
});

describe('what there is room for', () => {
  const many = Array.from({ length: 70 }, (_, index) =>
    assign({ from: 'prometheus', measure: 'present', selector: `s${index}` }),
  );

  test('the series of 70 selectors are counted in three queries', async () => {
    const { prometheus, asked } = server({});
    await collectReadings(prometheus, settings, many, windows);
    expect(of(asked, 'instant')).toHaveLength(3);
    expect(of(asked, 'raw')).toHaveLength(70);
  });

  test('a count that is refused is asked again alone, and what cannot be counted is not read', async () => {
    const error: PrometheusError = { kind: 'refused-query', message: 'too much' };
    const { prometheus, asked } = server({ refuse: (query) => (query.includes('s7[') ? error : undefined) });
    const readings = await collectReadings(prometheus, settings, many, windows);
    expect(of(asked, 'raw')).toHaveLength(69);
    expect(of(asked, 'raw')).not.toContain('s7');
    const failed = readings.filter((one) => one.kind === 'samples' && !one.answer.ok);
    expect(failed).toMatchObject([{ selector: 's7', answer: { error: { kind: 'refused-query' } } }]);
    const assignment = many[7];
    if (assignment === undefined) throw new Error('none');
    const [finding] = judge(observationsOf({ assignments: [assignment], windows, readings }));
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason: 'query-failed' });
    expect(finding?.explanation).toContain('Its series could not be counted: too much');
  });

  test('what is too much is left to the server where it can compute it, and said where it cannot', async () => {
    const { prometheus, asked } = server({ series: 100_000 });
    const assignments = [
      assign(ratio),
      assign({ from: 'prometheus', measure: 'gauge', selector: 'g', take: 'max' }),
    ];
    const readings = await collectReadings(prometheus, settings, assignments, windows);
    expect(of(asked, 'raw')).toEqual([]);
    expect(readings.map(({ kind }) => kind)).toEqual(['growth', 'growth', 'samples']);
    const [, gauge] = judge(observationsOf({ assignments, windows, readings }));
    expect(gauge).toMatchObject({ outcome: 'inconclusive', reason: 'query-failed' });
    expect(gauge?.explanation).toMatch(/100,000 series.*2,000,000.*prometheus\.limits\.samplesPerRead/);
  });

  test('all reads together have a budget: the small ones come first', async () => {
    const { prometheus, asked } = server({ series: 10 });
    const limits = { samplesInAll: 1500 };
    const assignments = [
      assign({ from: 'prometheus', measure: 'gauge', selector: 'long', take: 'max' }, 'long'),
      assign({ from: 'prometheus', measure: 'gauge', selector: 'g1', take: 'max' }),
      assign({ from: 'prometheus', measure: 'gauge', selector: 'g2', take: 'max' }),
    ];
    const all = [...windows, windowAt('long', 0, 600_000)];
    const readings = await collectReadings(prometheus, { ...settings, limits }, assignments, all);
    const gauges = of(asked, 'raw').filter((query) => !query.includes('__name__'));
    expect([...gauges].sort()).toEqual(['g1', 'g2']);
    const long = readings.find((one) => one.kind === 'samples' && one.selector === 'long');
    expect(JSON.stringify(long)).toMatch(/left of the 1,500.*prometheus\.limits\.samplesInAll/);
  });
});

test('readings that were saved and read back give the same findings', async () => {
  const { prometheus } = server({});
  const assignments = [assign(ratio), assign({ from: 'prometheus', measure: 'throughput', selector: 'all' })];
  const readings = await collectReadings(prometheus, settings, assignments, windows);
  const observations = observationsOf({ assignments, windows, readings });
  expect(judge(JSON.parse(JSON.stringify(observations)))).toEqual(judge(observations));
});

test('scrapes that went missing from the evidence are a doubt', () => {
  const each = (value: (second: number) => number): RawSeries['samples'] =>
    Array.from({ length: 70 }, (_, index) => [anchor.wallMs + (index - 4) * 1000, value(index)]);
  const labels = { job: 'j', instance: 'i' };
  const head = { window: 'w', leadMs: 0 } as const;
  const answerOf = (series: readonly RawSeries[]) => ({ ok: true, value: { series, warnings: [] } }) as const;
  const samples: PrometheusReading = {
    ...head,
    kind: 'samples',
    selector: 'all',
    scrapeIntervalMs: 1000,
    answer: answerOf([{ labels, samples: each((second) => 10 * second) }]),
    scrapes: null,
    scrapesIn: 'behind',
  };
  const scrapes: PrometheusReading = {
    ...head,
    kind: 'scrapes',
    selector: 'behind',
    answer: answerOf([{ labels: { __name__: 'up', ...labels }, samples: each(() => 1) }]),
  };
  const throughput = { from: 'prometheus', measure: 'throughput', selector: 'all' } as const;
  const assignments = [assign(throughput, 'w', { comparator: '>' })];
  const outcomeOf = (readings: readonly PrometheusReading[]) =>
    judge(observationsOf({ assignments, windows, readings }))[0];
  expect(outcomeOf([samples, scrapes])?.outcome).toBe('pass');
  expect(outcomeOf([samples])).toMatchObject({ outcome: 'inconclusive', reason: 'query-failed' });
  expect(outcomeOf([samples])?.explanation).toContain('How the targets were scraped is not known');
});
