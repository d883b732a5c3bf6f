import { describe, expect, it } from 'vitest';
import { judgeLeak, type LeakQuestion } from '../../src/statistics/leak.ts';
import { lifetimesOf, type Sample } from '../../src/statistics/lifetimes.ts';
import { judgeSoak } from './support/judge-soak.ts';
import { random } from './support/random.ts';
import { leakFree, leaking } from './support/soak.ts';

const seeds = Array.from({ length: 20 }, (_, at) => at + 1);

/** Samples each 5 s over some minutes. */
function series(minutes: number, value: (minute: number) => number): readonly Sample[] {
  return Array.from({ length: minutes * 12 }, (_, at) => [at * 5000, value(at / 12)] as const);
}

function judge(samples: readonly Sample[], more: Partial<LeakQuestion> = {}) {
  return judgeLeak({
    lifetimes: [{ samples }],
    take: 'floor',
    unit: 'MB',
    growthFloor: 10,
    warmUpMs: 0,
    ...more,
  });
}

describe.each(Object.entries(leaking))('a leak of 1 MB a minute with %s', (kind, make) => {
  it('is found, with the truth within the bounds, in four hours of ± 20 MB', () => {
    const verdicts = seeds.map((seed) => judgeSoak(make(seed)));
    const outcomes = verdicts.map(({ outcome }) => outcome);
    expect(outcomes).not.toContain('no-leak');
    expect(outcomes.filter((outcome) => outcome === 'leak').length).toBeGreaterThanOrEqual(
      kind === 'restarts' ? 15 : 18,
    );
    if (kind !== 'noise') return;
    const held = verdicts.filter(({ perHour }) => perHour!.low <= 60 && perHour!.high >= 60);
    expect(held.length).toBeGreaterThanOrEqual(18);
    for (const { secondsToLimit } of verdicts) {
      // From between 400 and 1,100 MB, at 1 MB a minute, to 2,000 MB.
      expect(secondsToLimit!.low).toBeGreaterThan(800 * 60);
      expect(secondsToLimit!.high).toBeLessThan(1700 * 60);
      expect(secondsToLimit!.low).toBeLessThan(secondsToLimit!.high);
    }
  });
});

describe.each(Object.entries(leakFree))('%s without a leak', (kind, make) => {
  it('is never called one', () => {
    const outcomes = seeds.map((seed) => judgeSoak(make(seed)).outcome);
    expect(outcomes).not.toContain('leak');
    const decided = outcomes.filter((outcome) => outcome === 'no-leak').length;
    const least =
      { noise: 19, 'saw-teeth': 16, steps: 16, 'load in waves': 17, 'saw-teeth of an hour': 0 }[kind] ?? 5;
    expect(decided).toBeGreaterThanOrEqual(least);
  });
});

describe('a leak verdict', () => {
  it('names growth, floor, time and the way to the limit', () => {
    const source = random(3);
    const verdict = judge(
      series(120, (minute) => 100 + minute + source.between(-5, 5)),
      { limit: 1000 },
    );
    expect(verdict).toMatchObject({ outcome: 'leak', lifetimes: { judged: 1, all: 1 }, steps: [] });
    expect(verdict.sentence).toMatch(
      /^It grows by [\d.]+ to [\d.]+ MB an hour \(95 %\), over 1h59m55s, and goes on growing; 5 MB an hour would not matter\.$/,
    );
    expect(verdict.perHour!.low).toBeLessThan(60);
    expect(verdict.perHour!.high).toBeGreaterThan(60);
  });

  it('says that a limit is reached already, or may never be', () => {
    const flat = series(60, (minute) => 100 + Math.sin(minute * 40));
    expect(judge(flat, { limit: 90 }).secondsToLimit).toEqual({ low: 0, high: 0 });
    expect(judge(flat, { limit: 1e6 }).secondsToLimit!.high).toBe(Infinity);
    expect(judge(flat).secondsToLimit).toBeNull();
  });

  it('names the jump that it leaves out', () => {
    const source = random(4);
    const verdict = judge(series(120, (minute) => (minute < 50 ? 100 : 300) + source.between(-5, 5)));
    expect(verdict).toMatchObject({ outcome: 'no-leak', sentence: expect.stringMatching(/jumped once/) });
    expect(verdict.steps[0]! / 60_000).toBeGreaterThan(45);
    expect(verdict.steps[0]! / 60_000).toBeLessThan(60);
  });

  it('finds growth in many jumps', () => {
    const source = random(5);
    const stairs = series(240, (minute) => 100 + 20 * Math.floor(minute / 20) + source.between(-2, 2));
    expect(judge(stairs).outcome).toBe('leak');
  });

  it('does not take growth for settled that began late', () => {
    const source = random(6);
    const late = series(240, (minute) => 100 + Math.max(0, minute - 150) + source.between(-2, 2));
    expect(judge(late).outcome).not.toBe('no-leak');
  });

  it('counts whole numbers and constants', () => {
    expect(
      judge(
        series(60, () => 12),
        { growthFloor: 1 },
      ).outcome,
    ).toBe('no-leak');
    const descriptors = series(120, (minute) => 12 + Math.floor(minute / 4));
    expect(judge(descriptors, { growthFloor: 5 }).outcome).toBe('leak');
  });

  it('finds slow growth of latency by its middle', () => {
    const source = random(7);
    const skewed = (): number => -Math.log(1 - source.uniform());
    const rising = series(240, (minute) => 40 + minute / 10 + 10 * skewed());
    const level = series(240, () => 40 + 10 * skewed());
    expect(judge(rising, { take: 'middle', unit: 'ms', growthFloor: 5 }).outcome).toBe('leak');
    expect(judge(level, { take: 'middle', unit: 'ms', growthFloor: 5 }).outcome).toBe('no-leak');
  });

  it('takes lives of a process together, and none across a restart', () => {
    const source = random(8);
    const lives = series(240, (minute) => 100 + (minute % 60) + source.between(-5, 5));
    const startedAt = (at: number): number => Math.floor(at / 3_600_000) * 3_600_000;
    const lifetimes = lifetimesOf(lives, startedAt);
    expect(judgeLeak({ lifetimes, take: 'floor', unit: 'MB', growthFloor: 10, warmUpMs: 0 })).toMatchObject({
      outcome: 'leak',
      lifetimes: { judged: 4, all: 4 },
    });
    expect(judge(lives).outcome).not.toBe('leak');
  });
});

describe('what cannot be told', () => {
  const reasonOf = (samples: readonly Sample[], more: Partial<LeakQuestion> = {}): string => {
    const verdict = judge(samples, more);
    if (verdict.outcome !== 'cannot-tell') return verdict.outcome;
    expect(verdict.sentence).toMatch(/\.$/);
    expect(verdict.wouldDecide).not.toBe('');
    return verdict.reason;
  };

  it('is nothing at all', () => {
    expect(reasonOf([])).toBe('no-samples');
    expect(reasonOf(series(60, () => Number.NaN))).toBe('no-samples');
    expect(reasonOf(series(60, () => Infinity))).toBe('no-samples');
    expect(judge([], {}).perHour).toBeNull();
  });

  it('is what is too short, warm-up left out', () => {
    expect(reasonOf(series(15, (minute) => minute * 100))).toBe('too-short');
    expect(
      reasonOf(
        series(30, (minute) => minute * 100),
        { warmUpMs: 15 * 60_000 },
      ),
    ).toBe('too-short');
    expect(
      reasonOf(
        series(30, (minute) => minute * 100),
        { warmUpMs: 60 * 60_000 },
      ),
    ).toBe('too-short');
    expect(
      reasonOf(
        series(15, (minute) => minute * 100),
        { leastMs: 60_000 },
      ),
    ).toBe('leak');
  });

  it('is what has too few samples, or too short lives', () => {
    const sparse = series(240, (minute) => minute).filter((_, at) => at % 120 === 0);
    expect(reasonOf(sparse)).toBe('too-few-samples');
    const crashing = lifetimesOf(
      series(240, (minute) => minute % 2),
      (at) => Math.floor(at / 120_000) * 120_000,
    );
    const verdict = judgeLeak({
      lifetimes: crashing,
      take: 'floor',
      unit: 'MB',
      growthFloor: 10,
      warmUpMs: 0,
    });
    expect(verdict).toMatchObject({ outcome: 'cannot-tell', reason: 'short-lives' });
  });

  it('is growth among far too much noise, with how long would decide it', () => {
    const source = random(9);
    const noisy = series(30, (minute) => minute / 3 + 300 * source.normal());
    expect(reasonOf(noisy)).toBe('noisy');
    const verdict = judge(noisy);
    expect(verdict).toMatchObject({ wouldDecide: expect.stringMatching(/^about \d+h?\d*m? of running/) });
  });

  it('is a signal that followed a load that only rose', () => {
    const source = random(10);
    const load = series(240, (minute) => 100 + minute + source.normal() * 10);
    const memory = series(240, (minute) => 2 * (100 + minute) + source.between(-10, 10));
    expect(['ambiguous', 'noisy']).toContain(reasonOf(memory, { load }));
    // Without the load nothing shows that it is none.
    expect(reasonOf(memory)).toBe('leak');
  });

  it('is growth that slows down and has not settled', () => {
    const source = random(11);
    const slowing = series(240, (minute) => 400 * (1 - Math.exp(-minute / 70)) + source.between(-5, 5));
    expect(['slowing', 'noisy']).toContain(reasonOf(slowing));
  });

  it('is never a floor of nothing', () => {
    expect(() =>
      judge(
        series(60, () => 1),
        { growthFloor: 0 },
      ),
    ).toThrow(RangeError);
    expect(() =>
      judge(
        series(60, () => 1),
        { growthFloor: Number.NaN },
      ),
    ).toThrow(RangeError);
  });
});

describe('lifetimes', () => {
  it('begin with another process, by its own account, and not with a rounded start', () => {
    const samples = [0, 1, 2, 3, 4].map((at) => [at * 1000, at] as const);
    const starts = [100, 100.3, 400, undefined, 2900];
    const lives = lifetimesOf(samples, (at) => starts[at / 1000]);
    expect(lives.map((life) => life.samples.length)).toEqual([4, 1]);
    expect(lifetimesOf(samples)).toHaveLength(1);
    expect(lifetimesOf([])).toEqual([]);
  });
});
