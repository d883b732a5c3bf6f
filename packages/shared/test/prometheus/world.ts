import type { RawSeries } from '../../src/prometheus/reading.ts';
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
