import { describe, expect, test } from 'vitest';
import { histogramWindow, quantileOf, shareAtMost } from '../../src/prometheus/classic-histogram.ts';
import { growthOf, totalGrowth } from '../../src/prometheus/counters.ts';
import { ratioBounds } from '../../src/prometheus/ratio-bounds.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { targetsFrom } from '../../src/prometheus/scrapes.ts';
import { seeded } from '../judge/observations-of.ts';

const SCRAPE_MS = 1000;
const span = { from: 10_000, to: 20_000 };
const bounds = [0.1, 0.2, 0.5, Infinity];

interface Event {
  readonly at: number;
  readonly bad: boolean;
  readonly seconds: number;
}

interface World {
  readonly events: readonly Event[];
  readonly requests: readonly RawSeries[];
  readonly errors: readonly RawSeries[];
  readonly buckets: readonly RawSeries[];
  readonly scrapes: readonly RawSeries[];
}

/**
 * Targets with a steady rate of requests, some errors, restarts, births and deaths, as scrapes see them: at an
 * offset of their own, a little late, and now and then not at all.
 */
function worldOf(seed: number): World {
  const random = seeded(seed);
  const events: Event[] = [];
  const requests: RawSeries[] = [];
  const errors: RawSeries[] = [];
  const buckets: RawSeries[] = [];
  const scrapes: RawSeries[] = [];
  const targets = 1 + Math.floor(random() * 3);
  for (let target = 0; target < targets; target += 1) {
    const labels = { job: 'api', instance: `i${target}` };
    const own: Event[] = [];
    const perMs = 0.01 + random() * 0.1;
    const badFrom = random() < 0.5 ? 0 : 30_000 * random();
    const badShare = random() < 0.3 ? 0 : random() * 0.3;
    for (let at = random() < 0.3 ? 0 : -20_000; at < 30_000; at += (0.9 + 0.2 * random()) / perMs) {
      own.push({ at, bad: at > badFrom && random() < badShare, seconds: random() ** 3 });
    }
    const restart = random() < 0.4 ? 5000 + random() * 20_000 : -1e9;
    const death = random() < 0.2 ? 5000 + random() * 20_000 : Infinity;
    const startedAt = (at: number): number => (at >= restart ? restart : -20_000);
    const offset = random() * SCRAPE_MS;
    const late = random() * 20;
    const knowsStart = random() < 0.7;
    const ups: [number, number][] = [];
    const starts: [number, number][] = [];
    const durations: [number, number][] = [];
    const instants: number[] = [];
    for (let at = offset; at < 25_000; at += SCRAPE_MS) {
      const stamp = Math.round(at);
      const failed = stamp > death || random() < 0.05;
      ups.push([stamp, failed ? 0 : 1]);
      durations.push([stamp, late / 1000]);
      if (failed) continue;
      instants.push(stamp);
      // Whole seconds, as many clients round them.
      if (knowsStart) starts.push([stamp, Math.round(startedAt(stamp) / 1000)]);
    }
    const counter = (more: Record<string, string>, counts: (event: Event) => boolean): RawSeries => {
      const instantsCounted = own.filter(counts).map(({ at }) => at);
      const samples = instants.flatMap((stamp): [number, number][] => {
        const seen = stamp + late;
        const value = countUpTo(instantsCounted, seen) - countUpTo(instantsCounted, startedAt(seen));
        return value === 0 && more['code'] !== undefined ? [] : [[stamp, value]];
      });
      return { labels: { ...labels, ...more }, samples };
    };
    const alive = own.filter(({ at }) => at <= death);
    own.splice(0, own.length, ...alive);
    requests.push(counter({}, () => true));
    const failing = counter({ code: '500' }, ({ bad }) => bad);
    if (failing.samples.length > 0) errors.push(failing);
    for (const le of bounds) {
      buckets.push(counter({ le: le === Infinity ? '+Inf' : String(le) }, ({ seconds }) => seconds <= le));
    }
    const meta = (name: string, samples: [number, number][]): RawSeries => ({
      labels: { __name__: name, ...labels },
      samples,
    });
    scrapes.push(
      meta('up', ups),
      meta('scrape_duration_seconds', durations),
      meta('process_start_time_seconds', starts),
    );
    events.push(...own.filter(({ at }) => at > span.from && at <= span.to));
  }
  return { events, requests, errors, buckets, scrapes };
}

/** How many of the rising numbers are at most `limit`. */
function countUpTo(rising: readonly number[], limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

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
    expect(tight).toBeGreaterThan(100);
  });

  test('of shares and quantiles of a classic histogram', () => {
    let bounded = 0;
    for (const { seed, world } of worlds) {
      const window = histogramWindow(world.buckets, targetsFrom(world.scrapes), span);
      if (window === undefined) continue;
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
    expect(bounded).toBeGreaterThan(300);
  });
});

describe('single series', () => {
  const series = (samples: readonly (readonly [number, number])[]): RawSeries[] => [
    { labels: { job: 'j', instance: 'i' }, samples },
  ];
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
    const born: [number, number][] = [
      [15_000, 57],
      [16_000, 57],
      [21_000, 57],
    ];
    expect(total(born, up(7000, 22_000))).toEqual({ low: 57, high: 57 });
    expect(total(born)).toEqual({ low: 0, high: 57 });
  });

  test('a process that started in the window counts from zero', () => {
    const born: [number, number][] = [
      [15_000, 9],
      [21_000, 9],
    ];
    expect(total(born, up(15_000, 22_000, 14_500))).toEqual({ low: 9, high: 9 });
  });

  test('a value that falls in the same process is no restart, and nothing certain', () => {
    const fallen: [number, number][] = [
      [9000, 100],
      [11_000, 110],
      [12_000, 100],
      [21_000, 100],
    ];
    const { low, high } = total(fallen, up(7000, 22_000, 1000));
    expect(low).toBe(0);
    expect(high).toBeGreaterThanOrEqual(10 + 100);
  });

  test('growth across an edge may or may not be of the window', () => {
    const across: [number, number][] = [
      [9500, 0],
      [10_500, 10],
      [19_500, 30],
      [20_500, 40],
    ];
    expect(total(across, up(7500, 22_500))).toEqual({ low: 20, high: 40 });
  });
});
