import type { NativeBucket, NativeHistogram, RawSeries } from '../../src/prometheus/reading.ts';
import { seeded } from '../judge/observations-of.ts';

const SCRAPE_MS = 1000;
export const span = { from: 10_000, to: 20_000 };
const bounds = [0.1, 0.2, 0.5, Infinity];

export interface Event {
  readonly at: number;
  readonly bad: boolean;
  readonly seconds: number;
}

export interface World {
  readonly events: readonly Event[];
  readonly requests: readonly RawSeries[];
  readonly errors: readonly RawSeries[];
  readonly buckets: readonly RawSeries[];
  /** The same durations as native histograms, whose layout gets coarser now and then. */
  readonly native: readonly RawSeries[];
  readonly scrapes: readonly RawSeries[];
}

/**
 * Targets with a steady rate of requests, some errors, restarts, births and deaths, as scrapes see them: at an
 * offset of their own, a little late, and now and then not at all. `worse` adds to the share of errors and to every
 * duration (s), and leaves the rest as it is.
 */
export function worldOf(seed: number, worse = 0): World {
  const random = seeded(seed);
  const events: Event[] = [];
  const requests: RawSeries[] = [];
  const errors: RawSeries[] = [];
  const buckets: RawSeries[] = [];
  const native: (() => RawSeries)[] = [];
  const layouts = seeded(seed + 5000);
  const scrapes: RawSeries[] = [];
  const targets = 1 + Math.floor(random() * 3);
  for (let target = 0; target < targets; target += 1) {
    const labels = { job: 'api', instance: `i${target}` };
    const own: Event[] = [];
    const perMs = 0.01 + random() * 0.1;
    const badFrom = random() < 0.5 ? 0 : 30_000 * random();
    const badShare = random() < 0.3 ? 0 : random() * 0.3;
    for (let at = random() < 0.3 ? 0 : -20_000; at < 30_000; at += (0.9 + 0.2 * random()) / perMs) {
      own.push({ at, bad: at > badFrom && random() < badShare + worse, seconds: random() ** 3 + worse });
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
        return value === 0 && more['code'] === '500' ? [] : [[stamp, value]];
      });
      return { labels: { ...labels, ...more }, samples };
    };
    const alive = own.filter(({ at }) => at <= death);
    own.splice(0, own.length, ...alive);
    // All of them under one label: a series of errors that is not there is then known to be none.
    requests.push(counter({ code: 'any' }, () => true));
    const failing = counter({ code: '500' }, ({ bad }) => bad);
    if (failing.samples.length > 0) errors.push(failing);
    for (const le of bounds) {
      buckets.push(counter({ le: le === Infinity ? '+Inf' : String(le) }, ({ seconds }) => seconds <= le));
    }
    const instantsOfAll = own.map(({ at }) => at);
    const took = own.map(({ seconds }) => seconds);
    const coarserFrom = [30_000 * layouts(), 30_000 * layouts()];
    native.push(() => ({
      labels,
      samples: [],
      histograms: instants.map((stamp) => {
        const seen = stamp + late;
        const since = startedAt(seen);
        const counted = took.slice(countUpTo(instantsOfAll, since), countUpTo(instantsOfAll, seen));
        // It gets coarser as it fills, and begins anew with its process.
        const steps = coarserFrom.filter((from) => seen >= from && from >= since).length;
        return [stamp, nativeHistogram(counted, 2 - steps)] as const;
      }),
    }));
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
  // Most tests need none of these, which take the longest to make.
  let filled: readonly RawSeries[] | undefined;
  const made = { events, requests, errors, buckets, scrapes };
  return {
    ...made,
    get native() {
      filled ??= native.map((make) => make());
      return filled;
    },
  };
}

/** Observations up to so many seconds are in the zero bucket. */
const ZERO = 1e-3;

/** As Prometheus tells of one: buckets that are not empty, bounds at 2^(i / 2^schema). */
export function nativeHistogram(seconds: readonly number[], schema: number): NativeHistogram {
  const step = 2 ** -schema;
  const counts = new Map<number, number>();
  for (const value of seconds) {
    const index = value <= ZERO ? -Infinity : Math.ceil(Math.log2(value) / step);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return {
    count: seconds.length,
    sum: seconds.reduce((sum, value) => sum + value, 0),
    buckets: [...counts]
      .sort(([left], [right]) => left - right)
      .map(([index, count]): NativeBucket =>
        index === -Infinity
          ? [3, -ZERO, ZERO, count]
          : [0, 2 ** ((index - 1) * step), 2 ** (index * step), count],
      ),
  };
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
