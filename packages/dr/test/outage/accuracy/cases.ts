import type { GateFailure } from '../../observers/fixtures/gate-protocol.ts';

/** Outages of one kind and length, as a gate makes them. */
export interface Case {
  readonly title: string;
  /** Of each stretch down, milliseconds. */
  readonly ms: number;
  readonly failure: GateFailure;
  /** Names of the streams that fail; all others must not notice. */
  readonly hits: readonly string[];
  readonly trials: number;
}

/** Cases that run one after the other, on streams of their own. */
export interface Lane {
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly cases: readonly Case[];
}

const streams = ['write', 'read', 'fresh', 'pooled'];

/** The cases of one length. `upMs` is how long a flapping platform is well in between, too short to count. */
function lane(
  ms: number,
  everyMs: number,
  timeoutMs: number,
  upMs: number,
  trials: readonly [refused: number, hole: number, flapping: number, slow: number, path: number],
): Lane {
  const [refused, hole, flapping, slow, path] = trials;
  const one = (
    title: string,
    count: number,
    failure: Partial<GateFailure>,
    hits: readonly string[] = streams,
  ): Case => ({
    title,
    ms,
    trials: count,
    hits,
    failure: { how: 'refuse', slowMs: 2 * timeoutMs, only: '', spans: [ms], ...failure },
  });
  return {
    everyMs,
    timeoutMs,
    cases: [
      one('refused', refused, {}),
      one('a black hole', hole, { how: 'hole' }),
      one('refused three times over', flapping, { spans: [ms, upMs, ms, upMs, ms] }),
      one('answers come after 2 τ', slow, { how: 'slow' }),
      one('a black hole on one path only', path, { how: 'hole', only: 'GET /fresh' }, ['fresh']),
    ].filter((each) => each.trials > 0),
  };
}

/** All 200 of them, in lanes of some minutes each. */
export const allLanes: readonly Lane[] = [
  lane(50, 10, 500, 100, [40, 20, 10, 15, 15]),
  lane(500, 20, 500, 100, [20, 15, 10, 8, 7]),
  lane(5000, 50, 1000, 200, [10, 8, 4, 4, 4]),
  lane(50_000, 100, 1000, 300, [3, 1, 0, 1, 0]),
  lane(50_000, 100, 1000, 300, [1, 2, 1, 0, 1]),
];

/** What continuous integration tries. Its timeout is long, as the machine may be slow: that makes intervals wider. */
export const sampleLanes: readonly Lane[] = [
  lane(50, 20, 4000, 100, [2, 0, 1, 0, 0]),
  lane(50, 20, 4000, 100, [0, 1, 0, 0, 1]),
  lane(500, 20, 4000, 100, [1, 0, 0, 1, 0]),
];
