import { expect, test } from 'vitest';
import { histogramWindow, quantileOf, shareAtMost } from '../../src/prometheus/classic-histogram.ts';
import { growthByLabel, type WallSpan } from '../../src/prometheus/counters.ts';
import { cumulativeBuckets } from '../../src/prometheus/native-growth.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { targetsFrom, type Target } from '../../src/prometheus/scrapes.ts';
import { nativeHistogram, span, worldOf } from './world.ts';

function windowOf(series: readonly RawSeries[], targets: readonly Target[], over: WallSpan) {
  return histogramWindow(growthByLabel(cumulativeBuckets(series, targets), 'le', targets, over));
}

test.each([true, false])('bounds of shares and quantiles contain the truth (scrapes known: %s)', (known) => {
  let bounded = 0;
  let tight = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const world = worldOf(seed);
    const window = windowOf(world.native, known ? targetsFrom(world.scrapes) : [], span);
    if (window === undefined || world.events.length === 0) continue;
    const took = world.events.map(({ seconds }) => seconds).sort((left, right) => left - right);
    expect(window.count.low, `seed ${seed}`).toBeLessThanOrEqual(took.length);
    expect(window.count.high, `seed ${seed}`).toBeGreaterThanOrEqual(took.length);
    for (const limit of [0.0005, 0.125, 0.25, 0.3, 0.5, 0.7, 2]) {
      const truth = took.filter((seconds) => seconds <= limit).length / took.length;
      const share = shareAtMost(window, limit);
      expect(share.low, `seed ${seed}, ${limit}`).toBeLessThanOrEqual(truth);
      expect(share.high, `seed ${seed}, ${limit}`).toBeGreaterThanOrEqual(truth);
      if (limit === 0.5 && share.high - share.low < 0.1) tight += 1;
    }
    for (const q of [0.5, 0.9, 0.99]) {
      const truth = took[Math.ceil(took.length * q - 1e-9) - 1] ?? 0;
      const quantile = quantileOf(window, q);
      expect(quantile.low, `seed ${seed}, p${q}`).toBeLessThanOrEqual(truth);
      expect(quantile.high, `seed ${seed}, p${q}`).toBeGreaterThanOrEqual(truth);
      if (Number.isFinite(quantile.high)) bounded += 1;
    }
  }
  expect(tight).toBeGreaterThan(known ? 60 : 30);
  expect(bounded).toBeGreaterThan(known ? 200 : 100);
});

const labels = { job: 'j', instance: 'i' };
const series = (samples: readonly (readonly [number, readonly number[], number])[]): RawSeries[] => [
  {
    labels,
    samples: [],
    histograms: samples.map(([at, seconds, schema]) => [at, nativeHistogram(seconds, schema)] as const),
  },
];
const values = (given: readonly RawSeries[], le: string) =>
  cumulativeBuckets(given, [])
    .filter((one) => one.labels['le'] === le)
    .map(({ samples }) => samples.map(([, value]) => value));

test('bounds that a coarser layout reaches across are left out of every sample', () => {
  const given = series([
    [0, [0.3, 0.4, 0.9], 2],
    [1000, [0.3, 0.4, 0.9, 0.36], 0],
  ]);
  const bounds = new Set(cumulativeBuckets(given, []).map((one) => one.labels['le']));
  expect([...bounds]).toEqual(['0.25', '0.5', '1', '+Inf']);
  expect(values(given, '0.5')).toEqual([[2, 3]]);
  expect(values(given, '+Inf')).toEqual([[3, 4]]);
});

test('the zero bucket counts as at most its upper bound', () => {
  const given = series([
    [0, [0, 0.0005, 0.3], 0],
    [1000, [0, 0, 0.0005, 0.3], 0],
  ]);
  expect(values(given, '0.001')).toEqual([[2, 3]]);
});

test('a count that falls begins a life of its own, also for bounds that hide it', () => {
  const given = series([
    [11_000, [0.3, 3, 3, 3], 0],
    [12_000, [0.3, 3, 3, 3], 0],
    [13_000, [0.3, 0.3, 0.3], 0],
    [21_000, [0.3, 0.3, 0.3], 0],
  ]);
  expect(values(given, '0.5')).toEqual([
    [1, 1],
    [3, 3],
  ]);
  const window = windowOf(given, [], span);
  // Three came after it began anew; the two that a difference of 3 and 1 would show are too few.
  expect(window?.buckets.find(({ le }) => le === 0.5)?.hit.high).toBeGreaterThanOrEqual(3);
});

test('a series of plain samples has no buckets', () => {
  expect(cumulativeBuckets([{ labels, samples: [[0, 1]] }], [])).toEqual([]);
});
