import { describe, expect, test } from 'vitest';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { RawSeries, SampleValue } from '../../src/prometheus/reading.ts';
import { each, findingOn } from './prometheus-observed.ts';

type Saturation = Extract<PrometheusSignal, { measure: 'saturation' }>;
const gauges: Saturation = {
  from: 'prometheus',
  measure: 'saturation',
  used: { gauge: 'used' },
  capacity: { gauge: 'max' },
};

const judged = (
  used: readonly RawSeries[],
  max: readonly RawSeries[],
  signal: Saturation = gauges,
  limit = 0.8,
  scrapes: readonly RawSeries[] = [],
) =>
  findingOn({ signal, comparator: '<', limit, unit: 'ratio' }, { series: { used, max, cpu: used }, scrapes });

describe('gauges', () => {
  const named = (name: string, value: (second: number) => SampleValue | undefined): RawSeries =>
    each({ instance: name }, value);
  const max = [named('a', () => 100), named('b', () => 10)];

  test('the worst series of all counts, each against its own capacity', () => {
    const finding = judged([named('a', () => 50), named('b', (at) => (at === 5 ? 7 : 1))], max);
    expect(finding).toMatchObject({ outcome: 'pass', value: { low: 0.7, high: 0.7 }, samples: 10 });
    expect(judged([named('a', () => 50), named('b', (at) => (at === 5 ? 8 : 1))], max).outcome).toBe('fail');
  });

  test('a capacity that changes between two scrapes bounds what it may have been', () => {
    const shifted = {
      ...named('a', () => 1),
      samples: max[0]!.samples.map(([at], index) => [at + 500, index < 8 ? 100 : 50] as const),
    };
    const used = [named('a', () => 45)];
    expect(judged(used, [shifted]).value).toEqual({ low: 0.9, high: 0.9 });
    const once = {
      ...shifted,
      samples: shifted.samples.map(([at], index) => [at, index === 15 ? 50 : 100] as const),
    };
    expect(judged(used, [once], gauges, 0.5).value).toEqual({ low: 0.45, high: 0.45 });
    const late = {
      ...shifted,
      samples: shifted.samples.map(([at], index) => [at, index >= 12 ? 50 : 100] as const),
    };
    expect(judged(used, [late]).value).toEqual({ low: 0.45, high: 0.9 });
    expect(judged(used, [late])).toMatchObject({ outcome: 'inconclusive', reason: 'straddles-limit' });
  });

  test.each<[string, readonly RawSeries[], readonly RawSeries[], string, RegExp]>([
    [
      'without any capacity',
      [named('a', () => 1)],
      [],
      'no-samples',
      /no series of capacity for \{job="j", instance="a"\}/,
    ],
    ['one without capacity', [named('a', () => 1), named('c', () => 1)], max, 'no-samples', /instance="c"/],
    [
      'capacity twice',
      [named('a', () => 1)],
      [...max, each({ instance: 'a', node: '2' }, () => 100)],
      'several-series',
      /2 series/,
    ],
    ['a capacity of 0', [named('a', () => 1)], [named('a', () => 0)], 'not-a-number', /is 0/],
    [
      'a capacity of 0 for a moment',
      [named('a', () => 1)],
      [named('a', (at) => (at === 4 ? 0 : 9))],
      'not-a-number',
      /is 0/,
    ],
    ['a capacity of NaN', [named('a', () => 1)], [named('a', () => 'NaN')], 'not-a-number', /NaN/],
    ['an infinite capacity', [named('a', () => 1)], [named('a', () => '+Inf')], 'not-a-number', /Infinity/],
    ['NaN', [named('a', (at) => (at === 4 ? 'NaN' : 1))], max, 'not-a-number', /NaN/],
    ['silence', [named('a', (at) => (at > 3 && at < 7 ? undefined : 1))], max, 'stale', /no sample for/],
    [
      'silence of capacity',
      [named('a', () => 1)],
      [named('a', (at) => (at > 3 && at < 8 ? undefined : 9))],
      'stale',
      /capacity/i,
    ],
    ['nothing used', [], max, 'no-samples', /no sample of what is used/],
    [
      'nothing after the window',
      [named('a', (at) => (at < 10 ? 1 : undefined))],
      [named('a', (at) => (at < 10 ? 9 : undefined))],
      'stale',
      /covers the end/,
    ],
  ])('%s is inconclusive, and says which', (_name, used, capacity, reason, says) => {
    const finding = judged(used, capacity);
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason });
    expect(finding.explanation).toMatch(says);
  });

  test('what one series proves no other takes back', () => {
    const finding = judged([named('a', () => 99), named('c', () => 1)], max);
    expect(finding).toMatchObject({ outcome: 'fail', doubt: 'no-samples' });
  });

  test('matches by other labels, and against a number', () => {
    const pod = (name: string, value: number, instance: string) => each({ pod: name, instance }, () => value);
    const byPod: Saturation = { ...gauges, by: ['pod'] };
    expect(judged([pod('p', 3, 'x')], [pod('p', 4, 'y')], byPod).value).toEqual({ low: 0.75, high: 0.75 });
    expect(judged([pod('p', 3, 'x')], [], { ...gauges, capacity: { value: 6 } }).value).toEqual({
      low: 0.5,
      high: 0.5,
    });
  });
});

describe('counters', () => {
  const cpu: Saturation = { ...gauges, used: { counter: 'cpu' }, capacity: { value: 2 } };
  const up = [
    each({ __name__: 'up' }, () => 1),
    each({ __name__: 'process_start_time_seconds' }, () => 1_600_000_000),
  ];

  test('are taken by their growth a second over the whole window', () => {
    const finding = judged([each({}, (at) => 100 + at)], [], cpu, 0.8, up);
    expect(finding).toMatchObject({ outcome: 'pass', unit: 'ratio' });
    expect(finding.value?.low).toBeCloseTo(0.45, 9);
    expect(finding.value?.high).toBeCloseTo(0.55, 9);
    const gauged = judged(
      [each({}, (at) => 100 + at)],
      [each({}, (at) => (at < 5 ? 1 : 2))],
      { ...cpu, capacity: { gauge: 'max' } },
      5,
      up,
    );
    expect(gauged.value?.low).toBeCloseTo(0.45, 9);
    expect(gauged.value?.high).toBeCloseTo(1.1, 9);
  });

  test('a restart hides some of it', () => {
    const restarted = judged([each({}, (at) => (at < 5 ? 100 + at : at - 5))], [], cpu, 0.8, []);
    expect(restarted.value?.low).toBeLessThan(0.45);
    expect(restarted.value?.high).toBeGreaterThan(0.5);
  });
});
