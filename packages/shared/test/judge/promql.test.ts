import { describe, expect, test } from 'vitest';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { RawSeries, SampleValue } from '../../src/prometheus/reading.ts';
import { anchor } from './observations-of.ts';
import { each, findingOn, WINDOW } from './prometheus-observed.ts';

type Promql = Extract<PrometheusSignal, { measure: 'promql' }>;

/** As the server evaluates it at each scrape within the window. */
const points = (
  labels: Record<string, string>,
  value: (second: number) => SampleValue | undefined,
): RawSeries => {
  const { samples } = each({}, value, 1);
  return { labels, samples: samples.filter(([at]) => at <= anchor.wallMs + WINDOW * 1000) };
};
const last = (labels: Record<string, string>, value: SampleValue): RawSeries => ({
  labels,
  samples: [[anchor.wallMs + WINDOW * 1000, value]],
});

const judged = (
  take: Promql['take'],
  series: Promql['series'],
  list: readonly RawSeries[],
  limit = 5,
  comparator: Objective['comparator'] = '<',
) =>
  findingOn(
    {
      signal: { from: 'prometheus', measure: 'promql', query: 'sum(increase(x[$window]))', take, series },
      comparator,
      limit,
      unit: '1',
    },
    { series: { 'sum(increase(x[10000ms]))': list } },
  );

describe('at the end of the window', () => {
  test('one series, or a scalar', () => {
    expect(judged('last', 'one', [last({}, 4)])).toMatchObject({
      outcome: 'pass',
      value: { low: 4, high: 4 },
      samples: 1,
    });
    expect(judged('last', 'one', [last({}, 5)]).outcome).toBe('fail');
    expect(judged('last', 'one', [last({}, '+Inf')]).outcome).toBe('fail');
  });

  test.each<[string, readonly RawSeries[], string]>([
    ['nothing', [], 'no-samples'],
    ['NaN', [last({}, 'NaN')], 'not-a-number'],
    ['two series', [last({ a: '1' }, 1), last({ a: '2' }, 1)], 'several-series'],
  ])('%s is inconclusive', (_name, list, reason) => {
    expect(judged('last', 'one', list)).toMatchObject({ outcome: 'inconclusive', reason });
  });

  test('of every series the worst counts', () => {
    const list = [last({ a: '1' }, 1), last({ a: '2' }, 7), last({ a: '3' }, 3)];
    expect(judged('last', 'every', list)).toMatchObject({ outcome: 'fail', value: { low: 7, high: 7 } });
    expect(judged('last', 'every', list, 0, '>')).toMatchObject({
      outcome: 'pass',
      value: { low: 1, high: 1 },
    });
    expect(judged('last', 'every', list, 2, '>').outcome).toBe('fail');
    expect(judged('last', 'every', [...list.slice(0, 1), last({ a: '4' }, 'NaN')])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'not-a-number',
    });
    expect(judged('last', 'every', [...list, last({ a: '4' }, 'NaN')]).outcome).toBe('fail');
  });
});

describe('at every scrape', () => {
  test('takes the extreme that was asked for', () => {
    expect(judged('max', 'one', [points({}, (at) => (at === 5 ? 4 : 1))])).toMatchObject({
      outcome: 'pass',
      value: { low: 4, high: 4 },
    });
    expect(judged('max', 'one', [points({}, (at) => (at === 5 ? 6 : 1))]).outcome).toBe('fail');
    expect(judged('min', 'one', [points({}, (at) => (at === 5 ? 6 : 1))]).outcome).toBe('pass');
    const two = [points({ a: '1' }, () => 1), points({ a: '2' }, () => 3)];
    expect(judged('min', 'every', two).value).toEqual({ low: 3, high: 3 });
    expect(judged('max', 'every', two, 0, '>').value).toEqual({ low: 1, high: 1 });
  });

  test.each<[string, (at: number) => SampleValue | undefined, string]>([
    ['gaps', (at) => (at > 3 && at < 7 ? undefined : 1), 'stale'],
    ['an early end', (at) => (at < 7 ? 1 : undefined), 'stale'],
    ['a late beginning', (at) => (at < 4 ? undefined : 1), 'stale'],
    ['a NaN', (at) => (at === 4 ? 'NaN' : 1), 'not-a-number'],
    ['only NaN', () => 'NaN', 'not-a-number'],
  ])('%s are inconclusive, and take no violation back', (_name, value, reason) => {
    expect(judged('max', 'one', [points({}, value)])).toMatchObject({ outcome: 'inconclusive', reason });
    const spiked = judged('max', 'one', [points({}, (at) => (at === 5 || at === 2 ? 9 : value(at)))]);
    expect(spiked.outcome).toBe('fail');
  });

  test('few points are too few', () => {
    const list = [points({}, () => 1)].map((one) => ({ ...one, samples: one.samples.slice(0, 3) }));
    expect(judged('max', 'one', list)).toMatchObject({ reason: 'too-few-samples' });
  });
});
