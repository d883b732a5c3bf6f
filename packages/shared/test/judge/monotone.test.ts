import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { Assignment, Observations } from '../../src/judge/observations.ts';
import type { SampleReading } from '../../src/judge/readings.ts';
import type { ClientInterval } from '../../src/load/client-interval.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { worldOf } from '../prometheus/world.ts';
import { errorRatio, observationsOf, p95, second, seeded, throughput, windowAt } from './observations-of.ts';

const rank = { pass: 0, inconclusive: 1, fail: 2 } as const;

function outcomes(findings: readonly Finding[]): number[] {
  return findings.map(({ outcome }) => rank[outcome]);
}

/** No finding is better than before. */
function neverBetter(before: readonly Finding[], after: readonly Finding[], hint: string): void {
  outcomes(after).forEach((now, index) => {
    const finding = after[index];
    expect(now, `${hint}: ${finding?.objective} ${finding?.explanation}`).toBeGreaterThanOrEqual(
      outcomes(before)[index] ?? 0,
    );
  });
}

/** Nothing passes that did not before. */
function noNewPass(before: readonly Finding[], after: readonly Finding[], hint: string): void {
  const turned = after.filter((one, index) => one.outcome === 'pass' && before[index]?.outcome !== 'pass');
  expect(turned, hint).toEqual([]);
}

function assign(objectives: readonly Objective[]): Assignment[] {
  return objectives.map((objective, index) => ({ objectiveName: `o${index}`, objective, window: 'w' }));
}

describe('the client', () => {
  const assignments = assign([errorRatio, p95, throughput, { ...errorRatio, comparator: '<=', limit: 0.2 }]);
  const window = windowAt('w', 0, 6000);

  interface Second {
    readonly requests: number;
    readonly failed: number;
    readonly dropped: number;
    readonly iterations: number;
    readonly tookMs: readonly number[];
  }

  function seconds(seed: number): Second[] {
    const random = seeded(seed);
    const slow = random() < 0.5 ? 0.03 : 0.08;
    const bad = [0, 0.005, 0.01, 0.05, 0.3][Math.floor(random() * 5)] ?? 0;
    return Array.from({ length: 6 }, () => {
      const requests = Math.floor(random() * [20, 120, 400][seed % 3]!);
      return {
        requests,
        failed: Array.from({ length: requests }, random).filter((one) => one < bad).length,
        dropped: random() < 0.1 ? Math.floor(random() * 5) : 0,
        iterations: Math.ceil(requests / 2),
        tookMs: Array.from({ length: requests }, () => (random() < slow ? 250 : 20 + 100 * random())),
      };
    });
  }

  const judged = (list: readonly Second[], without: readonly number[] = []): readonly Finding[] => {
    const intervals: ClientInterval[] = list.map((one, index) => second(index, one));
    return judge(
      observationsOf({
        assignments,
        windows: [window],
        intervals: intervals.filter((_, index) => !without.includes(index)),
      }),
    );
  };

  test('making the data worse never makes a finding better', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 300; seed += 1) {
      const list = seconds(seed);
      const before = judged(list);
      for (const { outcome } of before) seen.add(outcome);
      const worse: Record<string, (one: Second) => Second> = {
        failed: (one) => ({ ...one, failed: Math.min(one.requests, one.failed + 3) }),
        dropped: (one) => ({ ...one, dropped: one.dropped + 4 }),
        slow: (one) => ({
          ...one,
          tookMs: one.tookMs.map((ms, index) => (index < 8 ? Math.max(ms, 300) : ms)),
        }),
      };
      for (const [what, make] of Object.entries(worse)) {
        neverBetter(before, judged(list.map(make)), `seed ${seed}, ${what}`);
      }
    }
    expect([...seen].sort()).toEqual(['fail', 'inconclusive', 'pass']);
  });

  test('dropping reports never turns anything into a pass', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const list = seconds(seed);
      const before = judged(list);
      for (const without of [[0], [2], [5], [0, 1], [4, 5], [0, 1, 2, 3, 4, 5]]) {
        const after = judged(list, without);
        noNewPass(before, after, `seed ${seed} without ${without.join()}`);
        expect(after.every(({ outcome }) => outcome !== 'pass')).toBe(true);
      }
    }
  });
});

describe('Prometheus', () => {
  const assignments = assign([
    {
      signal: { from: 'prometheus', measure: 'ratio', bad: 'all{code="500"}', all: 'all' },
      comparator: '<',
      limit: 0.1,
      unit: 'ratio',
    },
    {
      signal: { from: 'prometheus', measure: 'ratio', bad: 'all{code="500"}', all: 'all' },
      comparator: '<',
      limit: 0.01,
      unit: 'ratio',
    },
    {
      signal: { from: 'prometheus', measure: 'latency', quantile: 0.9, histogram: 'h', matchers: '' },
      comparator: '<',
      limit: 500,
      unit: 'ms',
    },
    {
      signal: { from: 'prometheus', measure: 'latency', quantile: 0.5, histogram: 'h', matchers: '' },
      comparator: '<',
      limit: 200,
      unit: 'ms',
    },
  ]);

  type Change = (series: readonly RawSeries[]) => readonly RawSeries[];
  const same: Change = (series) => series;

  function observe(seed: number, worse = 0, change = same): Observations {
    const world = worldOf(seed, worse);
    const answer = (series: readonly RawSeries[]) => ({
      ok: true as const,
      value: { series: change(series), warnings: [] },
    });
    const scrapes = answer(world.scrapes);
    const reading = (selector: string, series: readonly RawSeries[]): SampleReading => ({
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
      assignments,
      readings: [
        reading('all{code="500"}', world.errors),
        reading('all', world.requests),
        reading('h_bucket{}', world.buckets),
      ],
    });
  }

  const until =
    (end: number): Change =>
    (series) =>
      series.map((one) => ({ ...one, samples: one.samples.filter(([at]) => at <= end) }));

  test('making the data worse never makes a finding better', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 80; seed += 1) {
      const before = judge(observe(seed));
      for (const { outcome } of before) seen.add(outcome);
      for (const worse of [0.002, 0.02, 0.3])
        neverBetter(before, judge(observe(seed, worse)), `seed ${seed}, ${worse}`);
    }
    expect([...seen].sort()).toEqual(['fail', 'inconclusive', 'pass']);
  });

  test('dropping scrapes, answers or readings never turns anything into a pass', () => {
    for (let seed = 1; seed <= 80; seed += 1) {
      const all = observe(seed);
      const before = judge(all);
      for (const end of [9000, 12_000, 15_500, 18_000, 19_900]) {
        noNewPass(before, judge(observe(seed, 0, until(end))), `seed ${seed} until ${end}`);
      }
      const failed = {
        ok: false as const,
        error: { kind: 'unreachable' as const, message: 'Prometheus is gone' },
      };
      const samples = all.readings.filter((one) => one.kind === 'samples');
      const broken: Partial<Observations>[] = [
        { readings: [] },
        { readings: samples.map((one) => ({ ...one, answer: failed })) },
        { readings: samples.map((one) => ({ ...one, scrapes: failed })) },
        {
          readings: samples.map((one) => ({
            ...one,
            answer: { ok: true, value: { series: [], warnings: [] } },
          })),
        },
        { windows: [] },
        {
          readings: samples.map((one) =>
            one.answer.ok
              ? {
                  ...one,
                  answer: { ok: true, value: { ...one.answer.value, warnings: ['a store is missing'] } },
                }
              : one,
          ),
        },
      ];
      for (const change of broken) {
        const after = judge({ ...all, ...change });
        expect(after.filter(({ outcome }) => outcome === 'pass')).toEqual([]);
      }
    }
  });
});
