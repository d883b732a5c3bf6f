import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { leakRecords } from '../../src/judge/leaks/leak-records.ts';
import { needsOf } from '../../src/judge/needs.ts';
import type { Observations } from '../../src/judge/observations.ts';
import type { PrometheusReading } from '../../src/judge/readings.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { RawSeries, SampleValue } from '../../src/prometheus/reading.ts';
import { random } from '../statistics/support/random.ts';
import { anchor, observationsOf, windowAt } from './observations-of.ts';

const MINUTE = 60_000;
const EACH_MS = 5000;
const MINUTES = 40;

type Leak = Extract<PrometheusSignal, { measure: 'leak' }>;
const gauge: Leak = { from: 'prometheus', measure: 'leak', of: { gauge: 'memory' }, exhaustedAt: 500 };
const megabytes = (signal: Leak = gauge, limit = 0.2): Objective & { signal: Leak } => ({
  signal,
  comparator: '<',
  limit,
  unit: 'MB/min',
});

/** A sample each 5 s, by the minute, from a minute before the window until some seconds after it. */
function series(
  instance: string,
  value: (minute: number) => SampleValue | undefined,
  name = 'memory',
): RawSeries {
  const count = ((MINUTES + 1) * MINUTE) / EACH_MS + 3;
  return {
    labels: { __name__: name, job: 'api', instance },
    samples: Array.from({ length: count }, (_, index) => index * EACH_MS - MINUTE).flatMap((ms) => {
      const is = value(ms / MINUTE);
      return is === undefined ? [] : [[anchor.wallMs + ms + 100, is] as const];
    }),
  };
}

/** The scrapes of a target whose process began at these minutes. */
function scrapes(instance: string, ...starts: readonly number[]): readonly RawSeries[] {
  const startAt = (minute: number): number =>
    (anchor.wallMs + (starts.findLast((start) => start <= minute) ?? -600) * MINUTE) / 1000;
  return [
    series(instance, () => 1, 'up'),
    series(instance, startAt, 'process_start_time_seconds'),
    series(instance, () => 0.01, 'scrape_duration_seconds'),
  ];
}

function observed(
  objective: Objective & { signal: Leak },
  list: readonly RawSeries[],
  behind: readonly RawSeries[] = [],
  minutes = MINUTES,
): Observations {
  const reading = (all: readonly RawSeries[]) => ({
    ok: true as const,
    value: { series: all, warnings: [] },
  });
  const readings = needsOf(objective.signal, minutes * MINUTE).map((need): PrometheusReading => {
    const common = { window: 'soak', scrapeIntervalMs: EACH_MS, answer: reading(list) };
    if (need.kind === 'points') return { ...common, kind: 'points', query: need.query, at: need.at };
    if (need.kind !== 'samples') throw new Error('a leak needs no rules');
    return { ...common, kind: 'samples', selector: need.selector, leadMs: 0, scrapes: reading(behind) };
  });
  return observationsOf({
    windows: [windowAt('soak', 0, minutes * MINUTE)],
    assignments: [{ objectiveName: 'memory', objective, window: 'soak' }],
    readings,
  });
}

const findingOn = (...args: Parameters<typeof observed>) => judge(observed(...args))[0]!;

const noisy = (seed: number, of: (minute: number) => number) => {
  const source = random(seed);
  return (minute: number): number => of(minute) + source.between(-3, 3);
};

describe('a leak', () => {
  const leaking = series(
    'a',
    noisy(1, (minute) => 100 + minute),
  );
  const level = series(
    'b',
    noisy(2, () => 100),
  );
  const both = [...scrapes('a'), ...scrapes('b')];

  it('fails, with its growth a minute and the time until it is exhausted', () => {
    const finding = findingOn(megabytes(), [leaking, level], both);
    expect(finding).toMatchObject({ outcome: 'fail', unit: 'MB/min' });
    expect(finding.value!.low).toBeGreaterThan(0.9);
    expect(finding.value!.low).toBeLessThan(1);
    expect(finding.value!.high).toBeGreaterThan(1);
    expect(finding.value!.high).toBeLessThan(1.1);
    expect(finding.explanation).toMatch(
      /memory\{job="api", instance="a"\}: It grows by .* MB a minute .* It comes to 500 MB in [56]h to [67]h\./,
    );
    expect(finding.query).toBe('3600 * deriv(memory[W])');
  });

  it('is told by the hour where the unit says so', () => {
    const finding = findingOn({ ...megabytes(gauge, 12), unit: 'MB/h' }, [leaking], both);
    expect(finding.outcome).toBe('fail');
    expect(finding.value!.low).toBeGreaterThan(54);
    expect(finding.explanation).toContain('MB an hour');
  });

  it('does not matter up to the limit', () => {
    expect(findingOn(megabytes(gauge, 2), [leaking, level], both).outcome).toBe('pass');
    expect(findingOn(megabytes(gauge, 1), [leaking, level], both)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      wouldDecide: expect.stringContaining('of running'),
    });
  });

  it('is proven by one series, whatever cannot be told of the others', () => {
    const short = series('b', (minute) => (minute > 38 ? 100 : undefined));
    expect(findingOn(megabytes(), [leaking, short], both).outcome).toBe('fail');
    expect(findingOn(megabytes(), [level, short], both).outcome).toBe('inconclusive');
  });

  it('passes when every series stays, and shows the one that grew most', () => {
    const finding = findingOn(
      megabytes(),
      [
        level,
        series(
          'a',
          noisy(3, () => 50),
        ),
      ],
      both,
    );
    expect(finding).toMatchObject({ outcome: 'pass', samples: 960 });
    expect(finding.value!.high).toBeLessThan(0.2);
    expect(finding.explanation).toContain('1 more series grows less.');
  });

  it('is looked for within the lives of a process, without their warm-up', () => {
    // Each life begins at 100 and warms up by 20: across the lives it seems to fall back again and again.
    const warming = (minute: number): number => {
      const age = minute < 20 ? minute + 600 : minute - 20;
      return 100 + Math.min(20, age * 5);
    };
    const value = series('a', noisy(4, warming));
    expect(findingOn(megabytes(), [value], scrapes('a', 20)).outcome).toBe('pass');
    const [record] = leakRecords(observed(megabytes(), [value], scrapes('a', 20)));
    expect(record!.lives).toEqual({ judged: 2, all: 2 });
    expect(record!.judgedSeconds / 60).toBeCloseTo(35, 0);
    const twice = series(
      'a',
      noisy(5, (minute) => 100 + (minute % 20)),
    );
    expect(findingOn(megabytes(), [twice], scrapes('a', 0, 20)).outcome).toBe('fail');
    expect(findingOn(megabytes(), [twice], scrapes('a')).outcome).not.toBe('fail');
  });

  it('may be of any query, of which no process is known', () => {
    const query: Leak = { from: 'prometheus', measure: 'leak', of: { query: 'sum(memory)' }, take: 'middle' };
    expect(needsOf(query, 1)).toEqual([{ kind: 'points', query: 'sum(memory)', at: 'spread' }]);
    expect(findingOn(megabytes(query), [leaking]).outcome).toBe('fail');
    expect(findingOn(megabytes(query), [level]).outcome).toBe('pass');
  });

  it('is in the record series by series', () => {
    const records = leakRecords(observed(megabytes(), [leaking, level], both));
    expect(records).toMatchObject([
      {
        objective: 'memory',
        series: 'memory{job="api", instance="a"}',
        outcome: 'leak',
        unit: 'MB/min',
        lives: { judged: 1, all: 1 },
      },
      { series: 'memory{job="api", instance="b"}', outcome: 'no-leak' },
    ]);
    expect(records[0]!.growth!.low).toBeGreaterThan(0.9);
    expect(records[0]!.secondsToLimit!.low).toBeGreaterThan(18_000);
  });
});

describe('nothing is never a pass', () => {
  const level = noisy(6, () => 100);
  it.each<[string, readonly RawSeries[], string]>([
    ['no series', [], 'no-samples'],
    [
      'a sample that is no number',
      [series('a', (minute) => (minute === 20 ? 'NaN' : level(minute)))],
      'not-a-number',
    ],
    [
      'a target that was gone for long',
      [series('a', (minute) => (minute < 20 || minute > 25 ? level(minute) : undefined))],
      'stale',
    ],
    [
      'a target that was gone at the end',
      [series('a', (minute) => (minute < 36 ? level(minute) : undefined))],
      'stale',
    ],
    ['few samples', [series('a', (minute) => (minute % 4 === 0 ? level(minute) : undefined))], 'stale'],
  ])('%s', (_, list, reason) => {
    expect(findingOn(megabytes(), list, scrapes('a'))).toMatchObject({ outcome: 'inconclusive', reason });
  });

  it('a short time, which is said with how long it has to be', () => {
    const short = findingOn(megabytes(), [series('a', level)], scrapes('a'), 15);
    expect(short).toMatchObject({
      outcome: 'inconclusive',
      reason: 'too-few-samples',
      wouldDecide: 'This would decide it: at least 19m without warm-up.',
    });
    const enough = megabytes({ ...gauge, leastSeconds: 600 });
    expect(findingOn(enough, [series('a', level)], scrapes('a'), 15).outcome).toBe('pass');
  });

  it('a scrape that was missed says nothing', () => {
    const gap = series('a', (minute) => (minute > 20 && minute < 20.5 ? undefined : level(minute)));
    expect(findingOn(megabytes(), [gap], scrapes('a')).outcome).toBe('pass');
  });
});
