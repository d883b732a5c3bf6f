import { describe, expect, test } from 'vitest';
import { histogramWindow, quantileOf, shareAtMost } from '../../src/prometheus/classic-histogram.ts';
import { growthByLabel, growthOf, totalGrowth } from '../../src/prometheus/counters.ts';
import { ratioBounds } from '../../src/prometheus/ratio-bounds.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { targetsFrom } from '../../src/prometheus/scrapes.ts';
import { span, worldOf } from './world.ts';

const worlds = Array.from({ length: 300 }, (_, index) => ({ seed: index + 1, world: worldOf(index + 1) }));

describe('bounds contain the truth', () => {
  test.each([true, false])('of sums and ratios (scrapes known: %s)', (known) => {
    let tight = 0;
    for (const { seed, world } of worlds) {
      const targets = known ? targetsFrom(world.scrapes) : [];
      const all = growthOf(world.requests, targets, span);
      const bad = growthOf(world.errors, targets, span);
      const total = totalGrowth(all.values());
      const trueBad = world.events.filter((one) => one.bad).length;
      const hint = `seed ${seed}: ${trueBad} of ${world.events.length}, total ${JSON.stringify(total)}`;
      expect(total.low, hint).toBeLessThanOrEqual(world.events.length);
      expect(total.high, hint).toBeGreaterThanOrEqual(world.events.length);
      const { ratio } = ratioBounds(bad, all);
      const truth = world.events.length === 0 ? 0 : trueBad / world.events.length;
      const said = `${hint}, ratio ${JSON.stringify(ratio)}`;
      expect(ratio?.low ?? 0, said).toBeLessThanOrEqual(truth);
      expect(ratio?.high ?? 0, said).toBeGreaterThanOrEqual(truth);
      if (ratio !== undefined && ratio.high - ratio.low < 0.05) tight += 1;
    }
    // Bounds that are always [0, 1] would contain the truth too.
    expect(tight).toBeGreaterThan(80);
  });

  test('of shares and quantiles of a classic histogram', () => {
    let bounded = 0;
    for (const { seed, world } of worlds) {
      const window = histogramWindow(growthByLabel(world.buckets, 'le', targetsFrom(world.scrapes), span));
      if (window === undefined || world.events.length === 0) continue;
      const took = world.events.map(({ seconds }) => seconds).sort((left, right) => left - right);
      for (const limit of [0.1, 0.2, 0.3, 0.5, 0.7]) {
        const truth = took.filter((seconds) => seconds <= limit).length / took.length;
        const share = shareAtMost(window, limit);
        expect(share.low, `seed ${seed}, ${limit}`).toBeLessThanOrEqual(truth);
        expect(share.high, `seed ${seed}, ${limit}`).toBeGreaterThanOrEqual(truth);
      }
      for (const q of [0.5, 0.9, 0.99]) {
        const truth = took[Math.ceil(took.length * q - 1e-9) - 1] ?? 0;
        const quantile = quantileOf(window, q);
        expect(quantile.low, `seed ${seed}, p${q}`).toBeLessThanOrEqual(truth);
        expect(quantile.high, `seed ${seed}, p${q}`).toBeGreaterThanOrEqual(truth);
        if (Number.isFinite(quantile.high)) bounded += 1;
      }
    }
    expect(bounded).toBeGreaterThan(200);
  });
});

test('a part that is no part of the whole is bounded by itself: it may be more than all of it', () => {
  const grown = (low: number, high: number) =>
    new Map([
      ['j i', { target: 'j i', inside: { low, high }, edge: { low: 0, high: 0 }, hiddenMs: 0, busiest: 1 }],
    ]);
  expect(ratioBounds(grown(20, 20), grown(10, 10)).ratio).toEqual({ low: 2, high: 2 });
  expect(ratioBounds(grown(5, 5), grown(10, 10)).ratio).toEqual({ low: 0.5, high: 0.5 });
});

describe('single series', () => {
  const series = (samples: readonly (readonly [number, number])[]): RawSeries[] => [
    { labels: { job: 'j', instance: 'i' }, samples },
  ];
  const each = (from: number, to: number, value: (at: number) => number) =>
    Array.from({ length: (to - from) / 1000 + 1 }, (_, index) => {
      const at = from + index * 1000;
      return [at, value(at)] as const;
    });
  const up = (from: number, to: number, start?: number): RawSeries[] => {
    const stamps = Array.from({ length: (to - from) / 1000 + 1 }, (_, index) => from + index * 1000);
    const of = (name: string, value: number): RawSeries => ({
      labels: { __name__: name, job: 'j', instance: 'i' },
      samples: stamps.map((at) => [at, value]),
    });
    return [of('up', 1), ...(start === undefined ? [] : [of('process_start_time_seconds', start / 1000)])];
  };
  const total = (samples: readonly (readonly [number, number])[], scrapes: RawSeries[] = []) =>
    totalGrowth(growthOf(series(samples), targetsFrom(scrapes), span).values());

  test('a series that is born in the window counts from zero only when that is known', () => {
    const born = each(15_000, 22_000, () => 57);
    expect(total(born, up(7000, 22_000))).toEqual({ low: 57, high: 57 });
    expect(total(born)).toEqual({ low: 0, high: 57 });
  });

  test('a process that started in the window counts from zero', () => {
    const born = each(15_000, 22_000, () => 9);
    expect(total(born, up(15_000, 22_000, 14_500))).toEqual({ low: 9, high: 9 });
  });

  test('a value that falls in the same process is no restart, and nothing certain', () => {
    const fallen = each(7000, 22_000, (at) => (at === 11_000 ? 110 : 100));
    const { low, high } = total(fallen, up(7000, 22_000, 1000));
    expect(low).toBe(0);
    expect(high).toBeGreaterThanOrEqual(10 + 100);
  });

  test('a series that was not shown for a while grew by its difference, or by its new value', () => {
    const shown = each(7000, 22_000, (at) => at / 1000).filter(([at]) => at < 13_000 || at > 15_000);
    const { low, high } = total(shown, up(7000, 22_000, 1000));
    expect(low).toBeLessThanOrEqual(10);
    expect(high).toBeGreaterThanOrEqual(10 - 4 + 16);
  });

  test('growth across an edge may or may not be of the window', () => {
    const across = each(7500, 22_500, (at) => (at - 7500) / 100);
    expect(total(across, up(7500, 22_500))).toEqual({ low: 90, high: 110 });
  });
});
