import { expect, test } from 'vitest';
import type { RawSeries, SampleValue } from '../../src/prometheus/reading.ts';
import { anchor, seeded } from './observations-of.ts';
import { each, findingOn, WINDOW } from './prometheus-observed.ts';

const unix = anchor.wallMs / 1000;

const judged = (series: readonly RawSeries[], limit: number, comparator: '<' | '>' = '<') =>
  findingOn(
    { signal: { from: 'prometheus', measure: 'age', selector: 'done' }, comparator, limit, unit: 's' },
    { series: { done: series } },
  );

const gauge = (value: (second: number) => SampleValue | undefined, instance = 'i') =>
  each({ instance }, value);

test('is counted at the end of the window, from the newest instant of all series', () => {
  const series = [gauge(() => unix - 500), gauge(() => unix - 90, 'k')];
  expect(judged(series, 101)).toMatchObject({ outcome: 'pass', value: { low: 100, high: 100 }, samples: 10 });
  expect(judged(series, 100).outcome).toBe('fail');
});

test('is good to one scrape: it may have moved on since the last one', () => {
  const moves = gauge((at) => (at < 10 ? unix - 90 : unix + 9.5));
  expect(judged([moves], 101)).toMatchObject({ outcome: 'pass', value: { low: 0.5, high: 100 } });
  expect(judged([moves], 50)).toMatchObject({ outcome: 'inconclusive', reason: 'straddles-limit' });
});

test.each<[string, readonly RawSeries[], string]>([
  ['no series', [], 'no-samples'],
  ['nothing in the window', [gauge((at) => (at < 0 ? unix : undefined))], 'no-samples'],
  ['all NaN', [gauge(() => 'NaN')], 'not-a-number'],
  ['a NaN', [gauge((at) => (at === 4 ? 'NaN' : unix))], 'not-a-number'],
  ['milliseconds', [gauge(() => anchor.wallMs)], 'not-a-number'],
  ['an end of the samples before the window’s', [gauge((at) => (at < 7 ? unix : undefined))], 'stale'],
])('%s is inconclusive', (_name, series, reason) => {
  expect(judged(series, 1e6)).toMatchObject({ outcome: 'inconclusive', reason });
});

test('an instant of 0 is very long ago', () => {
  expect(judged([gauge(() => 0)], 86_400).outcome).toBe('fail');
});

test('bounds contain the truth, and lost samples never make it younger', () => {
  const rank = { pass: 0, inconclusive: 1, fail: 2 } as const;
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    // Each gauge shows the newest of its own instants that lie in the past.
    const own = Array.from({ length: 1 + Math.floor(3 * random()) }, () =>
      Array.from({ length: 8 }, () => -30 + 45 * random()).sort((left, right) => left - right),
    );
    const shown = (instants: readonly number[], at: number): number =>
      unix + (instants.findLast((one) => one <= at) ?? -100);
    const series = own.map((instants, index) =>
      gauge((second) => shown(instants, second + 0.1), `i${index}`),
    );
    const truth = unix + WINDOW - Math.max(...own.map((instants) => shown(instants, WINDOW)));
    const before = judged(series, 4);
    const hint = `seed ${seed}: ${truth} in ${JSON.stringify(before.value)}`;
    expect(before.value?.low, hint).toBeLessThanOrEqual(truth + 1e-3);
    expect(before.value?.high ?? Infinity, hint).toBeGreaterThanOrEqual(truth - 1e-3);
    outcomes.add(before.outcome);
    for (const keep of [0.9, 0.5, 0.1]) {
      const thinned = series.map((one) => ({ ...one, samples: one.samples.filter(() => random() < keep) }));
      const after = judged(thinned, 4);
      expect(before.outcome !== 'pass' && after.outcome === 'pass', hint).toBe(false);
      const older = own.map((instants, index) =>
        gauge((second) => shown(instants, second + 0.1) - 10 * random(), `i${index}`),
      );
      expect(rank[judged(older, 4).outcome], hint).toBeGreaterThanOrEqual(before.outcome === 'fail' ? 1 : 0);
    }
  }
  expect([...outcomes].sort()).toEqual(['fail', 'inconclusive', 'pass']);
});
