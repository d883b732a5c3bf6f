import type { ClientInterval, SparseHistogram } from '../../src/load/client-interval.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { Observations } from '../../src/judge/observations.ts';
import type { WindowRecord } from '../../src/record/record.ts';

export const anchor = { monotonicMs: 1_000_000, wallMs: 1_700_000_000_000 };

/** A window by monotonic milliseconds from the anchor. */
export function windowAt(name: string, from: number, to: number): WindowRecord {
  const iso = (ms: number): string => new Date(anchor.wallMs + ms).toISOString();
  return {
    name,
    phase: name.split('/')[0] ?? name,
    from: iso(from),
    to: iso(to),
    monotonicFrom: anchor.monotonicMs + from,
    monotonicTo: anchor.monotonicMs + to,
  };
}

/** Nothing but what is given: a finished run with a valid load. */
export function observationsOf(given: Partial<Observations>): Observations {
  return {
    anchor,
    assignments: [],
    windows: [],
    intervals: [],
    readings: [],
    loads: [
      {
        workload: 'baseline',
        offered: 1000,
        achieved: 1000,
        dropped: 0,
        failed: 0,
        requests: 1000,
        latencyMs: { p50: 1, p95: 2, p99: 3 },
        validity: { valid: true },
      },
    ],
    generatorBroke: null,
    experiments: [],
    drills: [],
    smoke: null,
    observerProblems: [],
    end: { how: 'finished' },
    ...given,
  };
}

export const errorRatio: Objective = {
  signal: { from: 'client', measure: 'error-ratio' },
  comparator: '<',
  limit: 0.01,
  unit: 'ratio',
};

export const p95: Objective = {
  signal: { from: 'client', measure: 'latency', quantile: 0.95 },
  comparator: '<',
  limit: 200,
  unit: 'ms',
};

export const throughput: Objective = {
  signal: { from: 'client', measure: 'throughput' },
  comparator: '>',
  limit: 20,
  unit: 'req/s',
};

/** One second of the client, by its number from the anchor on. */
export function second(
  index: number,
  given: {
    requests: number;
    failed?: number;
    dropped?: number;
    iterations?: number;
    tookMs?: readonly number[];
  },
): ClientInterval {
  const { requests, failed = 0, dropped = 0, iterations = requests } = given;
  const tookMs = given.tookMs ?? Array.from({ length: requests }, () => 50);
  return {
    from: anchor.monotonicMs + index * 1000,
    to: anchor.monotonicMs + (index + 1) * 1000,
    iterations,
    dropped,
    requests,
    failed,
    errors: failed > 0 ? { 'status 503': failed } : {},
    latency: histogramOf(tookMs),
    under: { 200: tookMs.filter((ms) => ms <= 200).length },
  };
}

export function histogramOf(tookMs: readonly number[]): SparseHistogram {
  const counts = new Map<number, number>();
  for (const ms of tookMs) {
    const index = Math.ceil(Math.log2(ms) * 8);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return {
    schema: 3,
    count: tookMs.length,
    sum: tookMs.reduce((sum, ms) => sum + ms, 0),
    zero: 0,
    buckets: [...counts].sort(([left], [right]) => left - right),
  };
}

/** A seeded generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
