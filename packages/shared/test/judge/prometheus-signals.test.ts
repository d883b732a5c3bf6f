import { describe, expect, test } from 'vitest';
import { decide } from '../../src/judge/decide.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { RawSeries, SampleValue } from '../../src/prometheus/reading.ts';
import { anchor, observationsOf, windowAt } from './observations-of.ts';
import { findingOn } from './prometheus-observed.ts';

const window = windowAt('w', 0, 10_000);

/** One sample a second, from three seconds before the window until two after it; undefined leaves one out. */
function series(
  labels: Record<string, string>,
  value: (second: number) => SampleValue | undefined,
): RawSeries {
  const samples = Array.from({ length: 16 }, (_, index) => index - 3).flatMap((second) => {
    const is = value(second);
    return is === undefined ? [] : [[anchor.wallMs + second * 1000 + 100, is] as const];
  });
  return { labels: { job: 'j', instance: 'i', ...labels }, samples };
}

const up = (value: (second: number) => number | undefined = () => 1, instance = 'i'): RawSeries =>
  series({ __name__: 'up', instance }, value);

function judged(
  signal: Objective['signal'],
  limit: number,
  answers: Readonly<Record<string, readonly RawSeries[]>>,
  scrapes: readonly RawSeries[],
) {
  const objective: Objective = { signal, comparator: '<', limit, unit: '1' };
  const answer = (list: readonly RawSeries[]) => ({
    ok: true as const,
    value: { series: list, warnings: [] },
  });
  const [finding] = judge(
    observationsOf({
      windows: [window],
      assignments: [{ objectiveName: 'o', objective, window: 'w' }],
      readings: Object.entries(answers).map(([selector, list]) => ({
        kind: 'samples' as const,
        window: 'w',
        leadMs: 0,
        selector,
        scrapeIntervalMs: 1000,
        answer: answer(list),
        scrapes: answer(scrapes),
      })),
    }),
  );
  return finding;
}

test.each([
  ['<', 1, 1, 'violated'],
  ['<', 0, 0.9, 'holds'],
  ['<=', 1, 1, 'holds'],
  ['<=', 0.5, 1.5, 'open'],
  ['>', 1, 1, 'violated'],
  ['>', 1.1, Infinity, 'holds'],
  ['>=', 1, 2, 'holds'],
  ['>=', 0, 1, 'open'],
  ['<', Number.NaN, Number.NaN, 'open'],
] as const)('a limit of 1: %s [%d, %d] %s', (comparator, low, high, decision) => {
  expect(decide({ low, high }, comparator, 1)).toBe(decision);
});

describe('gauge', () => {
  const gauge = (limit: number, value: (second: number) => SampleValue | undefined) =>
    judged(
      { from: 'prometheus', measure: 'gauge', selector: 'g', take: 'max' },
      limit,
      { g: [series({}, value)] },
      [],
    );

  test.each<[string, (second: number) => SampleValue | undefined, string, string | undefined]>([
    ['all well', () => 3, 'pass', undefined],
    ['one sample beyond the limit', (at) => (at === 5 ? 5 : 3), 'fail', undefined],
    ['beyond the limit before the window only', (at) => (at < 0 ? 9 : 3), 'pass', undefined],
    ['one NaN', (at) => (at === 5 ? 'NaN' : 3), 'inconclusive', 'not-a-number'],
    ['a NaN beside a violation', (at) => (at === 5 ? 'NaN' : at === 6 ? 9 : 3), 'fail', undefined],
    ['infinite', (at) => (at === 5 ? '+Inf' : 3), 'fail', undefined],
    ['one scrape missing', (at) => (at === 5 ? undefined : 3), 'pass', undefined],
    ['two scrapes missing', (at) => (at === 5 || at === 6 ? undefined : 3), 'inconclusive', 'stale'],
    ['nothing after the window', (at) => (at >= 10 ? undefined : 3), 'inconclusive', 'stale'],
    ['only before the window', (at) => (at >= 0 ? undefined : 3), 'inconclusive', 'no-samples'],
  ])('%s', (_name, value, outcome, reason) => {
    const finding = gauge(5, value);
    expect(finding?.outcome).toBe(outcome);
    expect(finding?.reason).toBe(reason);
  });
});

describe('present', () => {
  const present = (list: readonly RawSeries[]) =>
    judged({ from: 'prometheus', measure: 'present', selector: 'p' }, 3, { p: list }, []);

  test('counts the series that are fresh at the end', () => {
    const list = [
      series({ a: '1' }, () => 1),
      series({ a: '2' }, () => 1),
      series({ a: '3' }, (at) => (at < 5 ? 1 : undefined)),
    ];
    expect(present(list)).toMatchObject({ outcome: 'pass', value: { low: 2, high: 2 } });
  });

  test('none, or none that is fresh, is no data', () => {
    expect(present([])).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    expect(present([series({}, (at) => (at < 5 ? 1 : undefined))])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'stale',
    });
  });
});

describe('ratio', () => {
  const errors = 'all{code=~"5.."}';
  const signal = { from: 'prometheus', measure: 'ratio', bad: errors, all: 'all' } as const;
  const all = series({ code: '200' }, (at) => 1000 + 100 * at);
  const ratio = (
    bad: readonly RawSeries[],
    whole: readonly RawSeries[],
    scrapes: readonly RawSeries[],
    limit = 0.05,
  ) => judged(signal, limit, { [errors]: bad, all: whole }, scrapes);

  test('without any series of errors it is zero, and says so', () => {
    expect(ratio([], [all], [up()])).toMatchObject({
      outcome: 'pass',
      value: { low: 0, high: 0 },
      explanation: expect.stringContaining('taken for zero'),
    });
  });

  test.each([
    ['another metric, which may be misspelt or gone', 'errors_total', 'another metric'],
    ['a label that nothing has', 'all{status=~"5.."}', 'has a label status'],
    ['a job that nothing is of', 'all{code=~"5..",job="edge"}', 'has job="edge"'],
    ['an instance that nothing is of', 'all{code=~"5..",instance=~"x|y"}', 'has instance=~"x|y"'],
    ['an expression for a job that cannot be read', 'all{code=~"5..",job=~"j("}', 'has job=~"j("'],
    ['another metric by its label', '{__name__="errors_total"}', 'another metric'],
  ])('without any series of errors nothing is acquitted by %s', (_, bad, why) => {
    const finding = judged({ ...signal, bad }, 0.05, { [bad]: [], all: [all] }, [up()]);
    expect(finding).toMatchObject({
      outcome: 'inconclusive',
      reason: 'no-samples',
      explanation: expect.stringContaining(why),
    });
  });

  test.each(['all{code="500",job="j"}', '{__name__="all",code="500"}', 'all{code!~"2..",zone=""}'])(
    'that nothing matches %s is known from the series of all events',
    (bad) => {
      const named = { ...all, labels: { ...all.labels, __name__: 'all' } };
      expect(judged({ ...signal, bad }, 0.05, { [bad]: [], all: [named] }, [up()])?.outcome).toBe('pass');
    },
  );

  test('a target that could not be scraped, and has no series, is a doubt', () => {
    expect(ratio([], [all], [up(), up(() => 0, 'k')])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'stale',
    });
    expect(ratio([], [all], [up(), up(() => 1, 'k')])?.outcome).toBe('pass');
  });

  test('data that ends before the window does is a doubt', () => {
    const until = (end: number) => (at: number) => (at <= end ? 1000 + 100 * at : undefined);
    const scraped = (at: number) => (at <= 9 ? 1 : undefined);
    const stale = { outcome: 'inconclusive', reason: 'stale' };
    expect(ratio([], [series({ code: '200' }, until(9))], [up(scraped)], 0.9)).toMatchObject(stale);
    expect(ratio([], [series({ code: '200' }, until(9))], [], 0.9)).toMatchObject(stale);
    const other = series({ instance: 'k', code: '200' }, until(9));
    expect(ratio([], [all, other], [up(), up(scraped, 'k')], 0.9)).toMatchObject(stale);
    // A scrape that failed does cover the end: the bounds then say how much may have been lost.
    const failed = up((at) => (at <= 9 ? 1 : 0), 'k');
    expect(ratio([], [all, other], [up(), failed], 0.9)?.outcome).toBe('pass');
  });

  test('errors whose series is lost, while the others go on, may be any of what was counted', () => {
    const lost = series({ code: '500' }, (at) => (at <= 5 ? 7 : undefined));
    const finding = ratio([lost], [all], [up()]);
    expect(finding?.outcome).toBe('inconclusive');
    expect(finding?.value?.high).toBeGreaterThan(0.1);
  });

  test('a failure is proven whatever else is in doubt', () => {
    const bad = series({ code: '500' }, (at) => 10 * at + 100);
    expect(ratio([bad], [all], [up(), up(() => 0, 'k')])?.outcome).toBe('fail');
  });
});

test('a throughput is no less because a target was not seen', () => {
  const seen = series({}, (at) => 1000 + 10 * at);
  const objective: Objective = {
    signal: { from: 'prometheus', measure: 'throughput', selector: 'all' },
    comparator: '>',
    limit: 50,
    unit: 'req/s',
  };
  const at = (scrapes: readonly RawSeries[]) =>
    findingOn({ ...objective, signal: objective.signal as never }, { series: { all: [seen] }, scrapes });
  expect(at([up()])).toMatchObject({ outcome: 'fail' });
  expect(at([up(), up(() => 0, 'k')])).toMatchObject({ outcome: 'inconclusive', value: { high: null } });
});

test('an idle service has a throughput of nothing, which is too little and never little enough', () => {
  const idle = series({}, () => 1000);
  const at = (comparator: Objective['comparator']) =>
    findingOn(
      {
        signal: { from: 'prometheus', measure: 'throughput', selector: 'all' },
        comparator,
        limit: 50,
        unit: 'req/s',
      },
      { series: { all: [idle] }, scrapes: [up()] },
    );
  expect(at('>')).toMatchObject({ outcome: 'fail', value: { low: 0, high: 0 } });
  expect(at('<')).toMatchObject({ outcome: 'inconclusive', reason: 'too-few-samples' });
});

test.each([
  ['is shown again after a while', (at: number) => (at >= 3 && at < 7 ? undefined : 3)],
  ['ends', (at: number) => (at >= 6 ? undefined : 3)],
  ['is only born in the middle', (at: number) => (at < 5 ? undefined : 3)],
])('a series that %s, of a target that is scraped well, may have hidden anything', (_, value) => {
  const signal = { from: 'prometheus', measure: 'gauge', selector: 'g', take: 'max' } as const;
  const list = [series({ pool: 'a' }, () => 3), series({ pool: 'b', __name__: 'g' }, value)];
  expect(judged(signal, 5, { g: list }, [up()])).toMatchObject({
    outcome: 'inconclusive',
    reason: 'stale',
    explanation: expect.stringContaining('g{job="j", instance="i", pool="b"}'),
  });
  // One that ended before the window is not of it.
  const old = series({ pool: 'b' }, (at) => (at < 0 ? 9 : undefined));
  expect(judged(signal, 5, { g: [series({ pool: 'a' }, () => 3), old] }, [up()])?.outcome).toBe('pass');
});

test('the largest of the gauges that were scraped says nothing of a target that could not be', () => {
  const at = (scrapes: readonly RawSeries[]) =>
    findingOn(
      {
        signal: { from: 'prometheus', measure: 'gauge', selector: 'g', take: 'max' },
        comparator: '<',
        limit: 5,
        unit: '1',
      },
      { series: { g: [series({}, () => 3)] }, scrapes },
    );
  expect(at([up(), up(() => 1, 'k')]).outcome).toBe('pass');
  expect(at([up(), up(() => 0, 'k')])).toMatchObject({ outcome: 'inconclusive', reason: 'stale' });
});
