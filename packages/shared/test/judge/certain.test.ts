import { describe, expect, test } from 'vitest';
import { certainFailures } from '../../src/judge/certain.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Assignment, Observations } from '../../src/judge/observations.ts';
import type { SampleReading } from '../../src/judge/readings.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { observationsOf, seeded, windowAt } from './observations-of.ts';

const SCRAPE_MS = 1000;
const FROM = 10_000;
const END = 70_000;
/** A round ends its window so far back that everything that is scraped was scraped since. */
const SEEN_AFTER_MS = 2000;
const from = 'prometheus' as const;

function objective(signal: PrometheusSignal, comparator: Objective['comparator'], limit: number): Objective {
  return { signal, comparator, limit, unit: '1' };
}

const objectives: Readonly<Record<string, Objective>> = {
  errors: objective({ from, measure: 'ratio', bad: 'bad', all: 'all' }, '<', 0.05),
  'errors, inferred': {
    ...objective({ from, measure: 'ratio', bad: 'bad', all: 'all' }, '<', 0.1),
    claim: 'inferred',
  },
  'errors at most': objective({ from, measure: 'ratio', bad: 'bad', all: 'all' }, '<=', 0.1),
  'good ones': objective({ from, measure: 'ratio', bad: 'good', all: 'all' }, '>', 0.95),
  availability: objective({ from, measure: 'availability', bad: 'bad', all: 'all' }, '>=', 0.9),
  p90: objective({ from, measure: 'latency', quantile: 0.9, histogram: 'h', matchers: '' }, '<', 200),
  'share under 200 ms': objective(
    { from, measure: 'latency-share', underMs: 200, histogram: 'h', matchers: '' },
    '>=',
    0.8,
  ),
  'largest in flight': objective({ from, measure: 'gauge', selector: 'g', take: 'max' }, '<', 60),
  'smallest in flight': objective({ from, measure: 'gauge', selector: 'g', take: 'min' }, '>', 3),
  'a peak': objective({ from, measure: 'gauge', selector: 'g', take: 'max' }, '>', 60),
  'not too busy': objective({ from, measure: 'throughput', selector: 'all' }, '<', 60),
  'busy enough': objective({ from, measure: 'throughput', selector: 'all' }, '>', 100),
  'there at the end': objective({ from, measure: 'present', selector: 'all' }, '>=', 2),
};

const assignments: readonly Assignment[] = Object.entries(objectives).map(([objectiveName, one]) => ({
  objectiveName,
  objective: one,
  window: 'w',
}));

interface Event {
  readonly at: number;
  readonly bad: boolean;
  readonly slow: boolean;
}

interface TargetWorld {
  readonly offset: number;
  readonly events: readonly Event[];
  readonly gauge: (at: number) => number;
}

/** Two targets whose traffic, errors and delays change every few seconds. */
function worldOf(seed: number): readonly TargetWorld[] {
  const random = seeded(seed);
  return [0, 1].map(() => {
    const events: Event[] = [];
    let at = 0;
    while (at < END + 5000) {
      const until = at + 3000 + random() * 20_000;
      const perSecond = 2 + random() * 60;
      const bad = random() < 0.4 ? 0 : random() * 0.5;
      const slow = random() < 0.4 ? 0 : random() * 0.6;
      for (; at < until; at += (1000 * (0.8 + 0.4 * random())) / perSecond) {
        events.push({ at, bad: random() < bad, slow: random() < slow });
      }
    }
    const peak = random() * 80;
    const peakAt = FROM + random() * (END - FROM);
    return {
      offset: random() * SCRAPE_MS,
      events,
      gauge: (instant: number) => (Math.abs(instant - peakAt) < 3000 ? peak : 20),
    };
  });
}

/** The same up to an instant; after it nothing but good traffic, as fast as the rule grants. */
function bestFrom(world: readonly TargetWorld[], now: number): readonly TargetWorld[] {
  return world.map((target) => {
    const before = target.events.filter(({ at }) => at <= now);
    let busiest = 0;
    for (let stamp = target.offset + SCRAPE_MS; stamp <= now; stamp += SCRAPE_MS) {
      const grown = before.filter(({ at }) => at > stamp - SCRAPE_MS && at <= stamp).length;
      busiest = Math.max(busiest, grown);
    }
    const good: Event[] = [];
    const step = SCRAPE_MS / (2 * busiest);
    for (let at = now + step; at < END + 5000; at += step) good.push({ at, bad: false, slow: false });
    return { ...target, events: [...before, ...good], gauge: (at) => (at <= now ? target.gauge(at) : 20) };
  });
}

/** What is seen of it, by scrapes until an instant, in the window from its start until `to`. */
function observe(world: readonly TargetWorld[], to: number, until = to): Observations {
  const series = (
    labels: Record<string, string>,
    valuesOf: (target: TargetWorld) => (at: number) => number,
  ): readonly RawSeries[] =>
    world.map((target, index) => {
      const samples: [number, number][] = [];
      const valueAt = valuesOf(target);
      for (let at = target.offset; at <= until; at += SCRAPE_MS) {
        samples.push([Math.round(at), valueAt(Math.round(at))]);
      }
      return { labels: { job: 'api', instance: `i${index}`, ...labels }, samples };
    });
  /** Counts what has happened, asked for rising instants. */
  const counted = (which: (event: Event) => boolean) => (target: TargetWorld) => {
    let [next, count] = [0, 0];
    return (at: number): number => {
      for (
        let event = target.events[next];
        event !== undefined && event.at <= at;
        event = target.events[next]
      ) {
        next += 1;
        if (which(event)) count += 1;
      }
      return count;
    };
  };
  const scrapes = {
    ok: true as const,
    value: {
      warnings: [],
      series: [
        ...series({ __name__: 'up' }, () => () => 1),
        ...series({ __name__: 'scrape_duration_seconds' }, () => () => 0.001),
        ...series({ __name__: 'process_start_time_seconds' }, () => () => -100),
      ],
    },
  };
  const reading = (selector: string, list: readonly RawSeries[]): SampleReading => ({
    kind: 'samples',
    window: 'w',
    selector,
    leadMs: 0,
    scrapeIntervalMs: SCRAPE_MS,
    answer: { ok: true, value: { series: list, warnings: [] } },
    scrapes,
  });
  return observationsOf({
    anchor: { monotonicMs: 0, wallMs: 0 },
    windows: [{ ...windowAt('w', 0, 0), monotonicFrom: FROM, monotonicTo: to }],
    assignments,
    readings: [
      reading(
        'all',
        series(
          {},
          counted(() => true),
        ),
      ),
      reading(
        'bad',
        series(
          {},
          counted(({ bad }) => bad),
        ),
      ),
      reading(
        'good',
        series(
          {},
          counted(({ bad }) => !bad),
        ),
      ),
      reading(
        'g',
        series({}, ({ gauge }) => gauge),
      ),
      reading('h_bucket{}', [
        ...series(
          { le: '0.2' },
          counted(({ slow }) => !slow),
        ),
        ...series(
          { le: '+Inf' },
          counted(() => true),
        ),
      ]),
    ],
  });
}

function certainAt(world: readonly TargetWorld[], now: number): readonly string[] {
  const seen = observe(world, now, now + SEEN_AFTER_MS);
  return certainFailures(seen, judge(seen), END - now).map(({ finding }) => finding.objective);
}

const finalOf = (world: readonly TargetWorld[]) => judge(observe(world, END, END + 3000));

describe('a failure that is certain', () => {
  test('is never turned into a pass, neither by what came nor by the best that could have come', () => {
    const called = new Map<string, number>();
    const failedButOpen = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const world = worldOf(seed);
      for (const now of [18_000, 30_400, 45_000, 62_700]) {
        const seen = observe(world, now, now + SEEN_AFTER_MS);
        const findings = judge(seen);
        const certain = certainFailures(seen, findings, END - now).map(({ finding }) => finding.objective);
        for (const { objective: name, outcome } of findings) {
          if (outcome === 'fail' && !certain.includes(name)) failedButOpen.add(name);
        }
        if (certain.length === 0) continue;
        for (const final of [finalOf(world), finalOf(bestFrom(world, now + SEEN_AFTER_MS))]) {
          for (const name of certain) {
            called.set(name, (called.get(name) ?? 0) + 1);
            const end = final.find((one) => one.objective === name);
            // Of a sample's claim it is not enough that too many are bad: they must show that too many are.
            const never = name === 'errors, inferred' ? ['pass', 'inconclusive'] : ['pass'];
            expect(never, `seed ${seed} at ${now}: ${name} ${JSON.stringify(end?.value)}`).not.toContain(
              end?.outcome,
            );
          }
        }
      }
    }
    // Each rule was at work, and was not made by saying yes to every failure.
    expect([...called.keys()].sort()).toEqual(
      Object.keys(objectives)
        .filter((name) => !['a peak', 'there at the end'].includes(name))
        .sort(),
    );
    for (const name of ['errors', 'p90', 'availability', 'a peak']) expect(failedButOpen).toContain(name);
  });

  test('is not called while the objective holds, may still be met, or need not hold', () => {
    const world = worldOf(3);
    const seen = observe(world, 45_000, 47_000);
    const findings = judge(seen);
    const asShould = findings.map((one) => ({ ...one, severity: 'should' as const }));
    expect(certainFailures(seen, asShould, 0)).toEqual([]);
    const withoutValue = findings.map((one) => ({ ...one, outcome: 'fail' as const, value: null }));
    expect(certainFailures(seen, withoutValue, 0)).toEqual([]);
    const strangers = findings.map((one) => ({ ...one, objective: `${one.objective} (against history)` }));
    expect(certainFailures(seen, strangers, 0)).toEqual([]);
  });

  test('of a share comes the earlier, the less time is left', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const seen = observe(worldOf(seed), 30_000, 32_000);
      const findings = judge(seen);
      const names = (msLeft: number) =>
        new Set(certainFailures(seen, findings, msLeft).map(({ finding }) => finding.objective));
      const [soon, later] = [names(1000), names(3_600_000)];
      // Too little traffic is certain the earlier for the same reason.
      for (const name of later) expect(soon).toContain(name);
    }
  });

  test('of a gauge is certain at its first sample beyond the limit, of what is read at the end never', () => {
    const world: readonly TargetWorld[] = [0, 1].map((index) => ({
      offset: 100 * index,
      events: Array.from({ length: 700 }, (_, at) => ({ at: at * 100, bad: false, slow: false })),
      gauge: (at) => (Math.round(at / 1000) === 15 ? 99 : 20),
    }));
    expect(certainAt(world, 14_000)).not.toContain('largest in flight');
    expect(certainAt(world, 18_000)).toContain('largest in flight');
    // The second one appears at half time.
    const late = world.map((target, index) => ({ ...target, offset: index * 40_000 }));
    const seen = observe(late, 30_000, 32_000);
    const there = judge(seen).filter(({ objective: name }) => name === 'there at the end');
    expect(there).toMatchObject([{ outcome: 'fail', value: { low: 1, high: 1 } }]);
    expect(certainAt(late, 30_000)).not.toContain('there at the end');
    expect(finalOf(late).find((one) => one.objective === 'there at the end')?.outcome).toBe('pass');
  });
});
