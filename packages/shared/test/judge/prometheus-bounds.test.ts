import { env } from 'node:process';
import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { Observations } from '../../src/judge/observations.ts';
import type { PrometheusReading } from '../../src/judge/readings.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { worldOf, type Event, type World } from '../prometheus/world.ts';
import { observationsOf, seeded, windowAt } from './observations-of.ts';

/** What is judged in each world, and what is true of its events. */
interface Case {
  readonly objective: Objective;
  readonly truth: (events: readonly Event[], world: World) => number | undefined;
}

const counters = { bad: 'all{code="500"}', all: 'all' };
const classic = { histogram: 'h', matchers: '' };
const native = { histogram: 'n', matchers: '', buckets: 'native' } as const;
const SECONDS = 10;

function share(events: readonly Event[], isHit: (event: Event) => boolean): number | undefined {
  return events.length === 0 ? undefined : events.filter(isHit).length / events.length;
}

function quantile(q: number): Case['truth'] {
  return (events) => {
    const took = events.map(({ seconds }) => seconds * 1000).sort((left, right) => left - right);
    return took[Math.ceil(took.length * q - 1e-9) - 1];
  };
}

const cases: Readonly<Record<string, Case>> = {
  availability: {
    objective: {
      signal: { from: 'prometheus', measure: 'availability', ...counters },
      comparator: '>=',
      limit: 0.9,
      unit: 'ratio',
    },
    truth: (events) => share(events, ({ bad }) => !bad),
  },
  ratio: {
    objective: {
      signal: { from: 'prometheus', measure: 'ratio', ...counters },
      comparator: '<',
      limit: 0.05,
      unit: 'ratio',
    },
    truth: (events) => share(events, ({ bad }) => bad),
  },
  'throughput, at least': {
    objective: {
      signal: { from: 'prometheus', measure: 'throughput', selector: 'all' },
      comparator: '>',
      limit: 60,
      unit: 'req/s',
    },
    truth: (events) => events.length / SECONDS,
  },
  'throughput, at most': {
    objective: {
      signal: { from: 'prometheus', measure: 'throughput', selector: 'all' },
      comparator: '<',
      limit: 90,
      unit: 'req/s',
    },
    truth: (events) => events.length / SECONDS,
  },
  'latency-share': {
    objective: {
      signal: { from: 'prometheus', measure: 'latency-share', underMs: 200, ...classic },
      comparator: '>=',
      limit: 0.55,
      unit: 'ratio',
    },
    truth: (events) => share(events, ({ seconds }) => seconds <= 0.2),
  },
  latency: {
    objective: {
      signal: { from: 'prometheus', measure: 'latency', quantile: 0.78, ...classic },
      comparator: '<',
      limit: 500,
      unit: 'ms',
    },
    truth: quantile(0.78),
  },
  'latency, too slow': {
    objective: {
      signal: { from: 'prometheus', measure: 'latency', quantile: 0.9, ...classic },
      comparator: '<',
      limit: 500,
      unit: 'ms',
    },
    truth: quantile(0.9),
  },
  'native latency': {
    objective: {
      signal: { from: 'prometheus', measure: 'latency', quantile: 0.78, ...native },
      comparator: '<',
      limit: 500,
      unit: 'ms',
    },
    truth: quantile(0.78),
  },
  'native latency-share': {
    objective: {
      signal: { from: 'prometheus', measure: 'latency-share', underMs: 250, ...native },
      comparator: '>=',
      limit: 0.6,
      unit: 'ratio',
    },
    truth: (events) => share(events, ({ seconds }) => seconds <= 0.25),
  },
  'burn-rate': {
    objective: {
      signal: {
        from: 'prometheus',
        measure: 'burn-rate',
        ...counters,
        target: 0.9,
        windows: [
          { longSeconds: 10, shortSeconds: 5, factor: 1 },
          { longSeconds: 9, shortSeconds: 3, factor: 2 },
        ],
      },
      comparator: '<',
      limit: 0.6,
      unit: '1',
      leastSamples: 10,
    },
    truth: (events) => {
      const burn = (seconds: number): number | undefined =>
        share(
          events.filter(({ at }) => at > 20_000 - seconds * 1000),
          ({ bad }) => bad,
        );
      const [ten, five, nine, three] = [10, 5, 9, 3].map(burn);
      if (ten === undefined || five === undefined || nine === undefined || three === undefined)
        return undefined;
      return Math.max(Math.min(ten, five), Math.min(nine, three) / 2) / 0.1;
    },
  },
};

type Change = (series: readonly RawSeries[]) => readonly RawSeries[];
const same: Change = (series) => series;

const worlds = new Map<string, World>();

function worldFor(seed: number, worse: number): World {
  const key = `${seed} ${worse}`;
  const world = worlds.get(key) ?? worldOf(seed, worse);
  worlds.set(key, world);
  return world;
}

function observe(
  seed: number,
  worse = 0,
  change: Change = same,
  claim: 'observed' | 'inferred' = 'observed',
): Observations {
  const world = worldFor(seed, worse);
  const answer = (series: readonly RawSeries[]) => ({
    ok: true as const,
    value: { series: change(series), warnings: [] },
  });
  const scrapes = answer(world.scrapes);
  const reading = (selector: string, series: readonly RawSeries[]): PrometheusReading => ({
    kind: 'samples',
    window: 'w',
    leadMs: 0,
    selector,
    scrapeIntervalMs: 1000,
    answer: answer(series),
    scrapes,
  });
  return observationsOf({
    anchor: { monotonicMs: 0, wallMs: 0 },
    windows: [{ ...windowAt('w', 0, 0), monotonicFrom: 10_000, monotonicTo: 20_000 }],
    assignments: Object.entries(cases).map(([objectiveName, { objective }]) => ({
      objectiveName,
      objective: isShare(objective) ? { ...objective, claim } : objective,
      window: 'w',
    })),
    readings: [
      reading('all{code="500"}', world.errors),
      reading('all', world.requests),
      reading('h_bucket{}', world.buckets),
      reading('n{}', world.native),
    ],
  });
}

function isShare({ signal: { measure } }: Objective): boolean {
  return measure !== 'throughput' && measure !== 'burn-rate';
}

const holds = (truth: number, { comparator, limit }: Objective): boolean =>
  ({ '<': truth < limit, '<=': truth <= limit, '>': truth > limit, '>=': truth >= limit })[comparator];

/** `npm run prove -- bounds` tries many more. */
const COUNT = Number(env['ORDEAL_PROVE_BOUNDS'] ?? 60);
const seeds = Array.from({ length: COUNT }, (_, index) => index + 1);
const rank = { pass: 0, inconclusive: 1, fail: 2 } as const;

/** What changed between two judgements in a way that is not allowed. */
function wrong(
  before: readonly Finding[],
  after: readonly Finding[],
  allowed: (was: Finding, is: Finding) => boolean,
): readonly string[] {
  return after.flatMap((is, index) => {
    const was = before[index];
    if (was === undefined) return ['a finding is missing'];
    const said = `${is.objective} was ${was.outcome}, is ${is.outcome} ${JSON.stringify(is.value)} ${is.explanation}`;
    return allowed(was, is) ? [] : [said];
  });
}

const noBetter = (was: Finding, is: Finding): boolean => rank[is.outcome] >= rank[was.outcome];
const noNewPass = (was: Finding, is: Finding): boolean => is.outcome !== 'pass' || was.outcome === 'pass';
const noPass = (_: Finding, is: Finding): boolean => is.outcome !== 'pass';

describe('what rests on counters', () => {
  test('is bounded by values that contain the truth, and decided in its favour alone', () => {
    const outcomes = new Map<string, Map<string, number>>();
    for (const seed of seeds) {
      const world = worldFor(seed, 0);
      for (const finding of judge(observe(seed))) {
        const { objective, truth } = cases[finding.objective] ?? {};
        if (objective === undefined || truth === undefined) throw new Error(finding.objective);
        const counts = outcomes.get(finding.objective) ?? new Map<string, number>();
        outcomes.set(finding.objective, counts.set(finding.outcome, (counts.get(finding.outcome) ?? 0) + 1));
        const is = truth(world.events, world);
        if (finding.value === null || is === undefined) continue;
        const hint = `seed ${seed}, ${finding.objective}: ${is} in ${JSON.stringify(finding.value)} ${finding.explanation}`;
        expect(finding.value.low, hint).toBeLessThanOrEqual(is + 1e-9);
        expect(finding.value.high ?? Infinity, hint).toBeGreaterThanOrEqual(is - 1e-9);
        const good = holds(is, objective) || is === objective.limit;
        const lie = finding.outcome === 'pass' ? !good : finding.outcome === 'fail' && holds(is, objective);
        expect(lie, hint).toBe(false);
      }
    }
    for (const [name, counts] of outcomes) {
      // Bounds from nothing to everything would contain the truth too, and decide nothing.
      expect(counts.get('inconclusive') ?? 0, `${name}: ${JSON.stringify([...counts])}`).toBeLessThan(
        seeds.length - 2,
      );
    }
  });

  test('is never better where there are more errors, and where everything took longer', () => {
    for (const seed of seeds.slice(0, COUNT / 2)) {
      for (const claim of ['observed', 'inferred'] as const) {
        const before = judge(observe(seed, 0, same, claim));
        for (const worse of [0.02, 0.3]) {
          expect(
            wrong(before, judge(observe(seed, worse, same, claim)), noBetter),
            `seed ${seed}, ${worse}, ${claim}`,
          ).toEqual([]);
        }
      }
    }
  });

  const until =
    (end: number): Change =>
    (series) =>
      series.map((one) => ({
        ...one,
        samples: one.samples.filter(([at]) => at <= end),
        ...(one.histograms === undefined ? {} : { histograms: one.histograms.filter(([at]) => at <= end) }),
      }));

  /** Nothing was scraped of one target, or of all, for a while: nothing is stored of it, or that its scrapes failed. */
  const gap =
    (instance: string | undefined, from: number, to: number, told: boolean): Change =>
    (series) => {
      const isOut = ([at]: readonly [number, unknown]): boolean => at < from || at > to;
      return series.map((one) => {
        if (instance !== undefined && one.labels['instance'] !== instance) return one;
        const { samples, histograms } = one;
        if (told && one.labels['__name__'] === 'up') {
          return { ...one, samples: samples.map(([at, is]) => [at, isOut([at, is]) ? is : 0] as const) };
        }
        return {
          ...one,
          samples: samples.filter(isOut),
          ...(histograms === undefined ? {} : { histograms: histograms.filter(isOut) }),
        };
      });
    };

  test('never passes, and still contains the truth, where scrapes of a target are lost for a while', () => {
    for (const seed of seeds) {
      const random = seeded(seed + 9000);
      const world = worldFor(seed, 0);
      const before = judge(observe(seed));
      for (const told of [true, false]) {
        const from = 6000 + random() * 15_000;
        const one = random() < 0.3 ? undefined : 'i0';
        const after = judge(observe(seed, 0, gap(one, from, from + random() * 8000, told)));
        const hint = `seed ${seed}, ${one} from ${from}, ${told}`;
        expect(wrong(before, after, noNewPass), hint).toEqual([]);
        const outside = after.filter(({ objective, value, outcome, reason }) => {
          const is = cases[objective]?.truth(world.events, world);
          if (value === null || is === undefined) return false;
          // What is in doubt is shown, and claims nothing.
          if (outcome === 'inconclusive' && reason !== 'straddles-limit') return false;
          return value.low > is + 1e-9 || (value.high ?? Infinity) < is - 1e-9;
        });
        expect(outside, hint).toEqual([]);
      }
    }
  });

  test('never passes because samples, scrapes or readings are lost', () => {
    for (const seed of seeds.slice(0, COUNT / 2)) {
      const all = observe(seed);
      const before = judge(all);
      for (const end of [9000, 12_000, 15_500, 18_000, 19_900]) {
        expect(
          wrong(before, judge(observe(seed, 0, until(end))), noNewPass),
          `seed ${seed} until ${end}`,
        ).toEqual([]);
      }
      const samples = all.readings.filter((one) => one.kind === 'samples');
      const failed = {
        ok: false as const,
        error: { kind: 'unreachable' as const, message: 'Prometheus is gone' },
      };
      const empty = { ok: true as const, value: { series: [], warnings: [] } };
      for (const readings of [
        [],
        samples.map((one) => ({ ...one, answer: failed })),
        samples.map((one) => ({ ...one, scrapes: failed })),
        samples.map((one) => ({ ...one, answer: empty })),
        samples.map((one) =>
          one.answer.ok
            ? {
                ...one,
                answer: {
                  ok: true as const,
                  value: { ...one.answer.value, warnings: ['a store is missing'] },
                },
              }
            : one,
        ),
      ]) {
        expect(wrong(before, judge({ ...all, readings }), noPass), `seed ${seed}`).toEqual([]);
      }
      const silent = [{ reason: 'it was not well', observer: 'prometheus' as const }];
      expect(
        wrong(before, judge({ ...all, observerProblems: silent }), noPass),
        `seed ${seed}, unwell`,
      ).toEqual([]);
    }
  });

  test('an inferred value lies around the observed one, and decides less often', () => {
    for (const seed of seeds) {
      const observed = judge(observe(seed));
      expect(
        wrong(
          observed,
          judge(observe(seed, 0, same, 'inferred')),
          (was, is) =>
            (is.outcome === 'inconclusive' || is.outcome === was.outcome) &&
            (is.value?.low ?? 0) <= (was.value?.low ?? 0) + 1e-12 &&
            (is.value?.high ?? Infinity) >= (was.value?.high ?? Infinity) - 1e-12,
        ),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });
});
