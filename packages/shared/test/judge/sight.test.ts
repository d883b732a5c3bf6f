import { describe, expect, test } from 'vitest';
import { collectSight, gapsOf, sightBefore } from '../../src/judge/collect-sight.ts';
import { judge } from '../../src/judge/judge.ts';
import { observerFindings } from '../../src/judge/observer-findings.ts';
import { sampleClock } from '../../src/judge/prometheus-clock.ts';
import { restartDoubt } from '../../src/judge/prometheus-restart.ts';
import type { PrometheusSight } from '../../src/judge/prometheus-sight.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { growthOf, totalGrowth } from '../../src/prometheus/counters.ts';
import type { Prometheus } from '../../src/prometheus/client.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';
import { anchor, observationsOf, windowAt } from './observations-of.ts';

const well: PrometheusSight = {
  clockOffsetMs: { low: -1, high: 2 },
  stampOffsetMs: { low: -800, high: 1200 },
  startedAt: { before: anchor.wallMs - 9000, after: anchor.wallMs - 9000 },
  gaps: [{ target: 'api i', longestMs: 1010, failed: 0 }],
  gone: [],
  version: '2.42.0',
  scrapeIntervalMs: 1000,
};

const findings = (sight: PrometheusSight) =>
  new Map(
    observerFindings(observationsOf({ sight })).map((one) => [one.objective.replace('observer: ', ''), one]),
  );

describe('what the observer saw of itself, as findings', () => {
  test('all was well', () => {
    const all = [...findings(well).values()];
    expect(all.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
    for (const one of all) expect(one).toMatchObject({ severity: 'should', window: 'run' });
    expect(all[0]?.signal).toContain('Prometheus 2.42.0');
  });

  test('nothing is said when nothing was asked', () => {
    expect(observerFindings(observationsOf({}))).toEqual([]);
  });

  test.each<[string, Partial<PrometheusSight>, string, RegExp]>([
    [
      'scrapes without gaps',
      { gaps: [...well.gaps, { target: 'api b', longestMs: 2600, failed: 2 }] },
      'fail',
      /longest was that of api b\. Scrapes failed: api b \(2\)/,
    ],
    ['scrapes without gaps', { gaps: [] }, 'inconclusive', /None of the watched targets/],
    ['scrapes without gaps', { gaps: [], unread: { scrapes: 'it is gone' } }, 'inconclusive', /it is gone\./],
    ['targets still there', { gone: ['api i'] }, 'fail', /Gone: api i/],
    [
      'not started anew',
      { startedAt: { before: 1000, after: 90_000 }, kept: false },
      'fail',
      /started anew at 1970-01-01T00:01:30.000Z, without anything/,
    ],
    ['not started anew', { startedAt: { before: 1, after: null } }, 'inconclusive', /not known when/],
    ['not started anew', { startedAt: { before: null, after: null } }, 'inconclusive', /not known when/],
    [
      'not started anew',
      { startedAt: { before: null, after: 90_000 }, kept: false },
      'fail',
      /started anew at 1970-01-01T00:01:30.000Z, without anything/,
    ],
    ['clock agrees with the runner', { clockOffsetMs: { low: 1500, high: 1600 } }, 'fail', /ahead by 1500/],
    ['clock agrees with the runner', { clockOffsetMs: { low: 900, high: 1100 } }, 'inconclusive', /ahead by/],
    ['clock agrees with the runner', { clockOffsetMs: null }, 'inconclusive', /agree with the runner/],
  ])('%s %#', (name, given, outcome, said) => {
    const finding = findings({ ...well, ...given }).get(name);
    expect(finding).toMatchObject({ outcome });
    expect(finding?.explanation).toMatch(said);
  });
});

describe('the clock that stamps the samples', () => {
  test('is the one that the server tells, if the stamps agree', () => {
    expect(sampleClock({ ...well, clockOffsetMs: { low: 400, high: 420 } })).toEqual({
      offsetMs: 410,
      blurMs: 10,
    });
  });

  test('is that of the runner when the server does not tell, and the stamps agree with it', () => {
    expect(sampleClock({ ...well, clockOffsetMs: null })).toEqual({ offsetMs: 0, blurMs: 0 });
  });

  test.each<[string, Partial<PrometheusSight>]>([
    ['the stamps lie elsewhere', { stampOffsetMs: { low: 60_000, high: 62_000 } }],
    [
      'the stamps lie elsewhere, and nothing else is told',
      { clockOffsetMs: null, stampOffsetMs: { low: 5e4, high: 6e4 } },
    ],
    ['nothing is told', { clockOffsetMs: null, stampOffsetMs: null }],
  ])('is a doubt when %s', (_name, given) => {
    expect(sampleClock({ ...well, ...given }).doubt?.reason).toBe('observer-broke');
  });

  test('moves the window, and what lies near its edges may be in or out', () => {
    const samples = Array.from({ length: 31 }, (_, second) => [second * 1000 + 500, second * 10] as const);
    const series: RawSeries[] = [{ labels: { job: 'j', instance: 'i' }, samples }];
    const total = (blurMs: number) =>
      totalGrowth(growthOf(series, [], { from: 10_000, to: 20_000, blurMs }).values());
    expect(total(0)).toEqual({ low: 90, high: 110 });
    expect(total(700)).toEqual({ low: 70, high: 130 });
  });
});

const gauge: Objective = {
  signal: { from: 'prometheus', measure: 'gauge', selector: 'g', take: 'max' },
  comparator: '<',
  limit: 10,
  unit: '1',
};

function judged(sight: PrometheusSight | undefined, value: number, from = 0) {
  const window = windowAt('w', 0, 10_000);
  const samples = Array.from(
    { length: 14 },
    (_, index) => [anchor.wallMs + (index - 1) * 1000, value] as const,
  ).filter(([at]) => at >= anchor.wallMs + from);
  const assignment = { objectiveName: 'o', objective: gauge, window: 'w' };
  const [finding] = judge(
    observationsOf({
      assignments: [assignment],
      windows: [window],
      readings: [
        {
          kind: 'samples',
          window: 'w',
          selector: 'g',
          leadMs: 0,
          scrapeIntervalMs: 1000,
          answer: {
            ok: true,
            value: { series: [{ labels: { job: 'j', instance: 'i' }, samples }], warnings: [] },
          },
          scrapes: null,
        },
      ],
      ...(sight === undefined ? {} : { sight }),
    }),
  );
  return finding;
}

describe('a Prometheus that was started anew', () => {
  const at = anchor.wallMs + 6000;
  const restarted = { ...well, startedAt: { before: anchor.wallMs - 9000, after: at } };

  test('with an empty store makes what rests on its samples inconclusive, and says exactly that', () => {
    const finding = judged({ ...restarted, kept: false }, 5, 6000);
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason: 'observer-broke' });
    expect(finding?.explanation).toMatch(
      /started anew at .* with an empty store: .* the beginning of the window/,
    );
  });

  test('after the window it has lost all of it', () => {
    const late = { ...restarted, startedAt: { before: 0, after: anchor.wallMs + 20_000 }, kept: false };
    const finding = judged(late, 5, 20_000);
    expect(finding?.explanation).toMatch(/all of the window/);
  });

  test('never takes a proven violation back', () => {
    expect(judged({ ...restarted, kept: false }, 50, 6000)?.outcome).toBe('fail');
  });

  test('is no doubt when it kept what it had, nor for a window that came after', () => {
    expect(judged({ ...restarted, kept: true }, 5)?.outcome).toBe('pass');
    expect(restartDoubt({ ...restarted, kept: false }, { from: at, to: at + 1 })).toBeUndefined();
    expect(judged(well, 5)?.outcome).toBe('pass');
  });

  test('is one as well when nobody was there to ask it before, if that was after the beginning', () => {
    const past = { ...well, startedAt: { before: null, after: at } };
    expect(judged({ ...past, kept: false }, 5, 6000)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'observer-broke',
      explanation: expect.stringContaining('after the beginning of what is judged, with an empty store'),
    });
    expect(judged({ ...past, kept: true }, 5)?.outcome).toBe('pass');
    const long = { ...well, startedAt: { before: null, after: anchor.wallMs - 9000 }, kept: null };
    expect(judged(long, 5)?.outcome).toBe('pass');
    expect(findings(long).get('not started anew')).toMatchObject({
      outcome: 'pass',
      value: { low: 0, high: 0 },
    });
  });

  test('is a doubt when nobody knows what it kept', () => {
    expect(judged({ ...restarted, kept: null }, 5)?.outcome).toBe('inconclusive');
  });
});

test('a clock that nobody knows makes a pass inconclusive, and leaves a failure', () => {
  const unknown = { ...well, clockOffsetMs: null, stampOffsetMs: null };
  expect(judged(unknown, 5)).toMatchObject({ outcome: 'inconclusive', reason: 'observer-broke' });
  expect(judged(unknown, 50)?.outcome).toBe('fail');
});

test('gaps lie within the windows, between scrapes that succeeded', () => {
  const up: RawSeries = {
    labels: { __name__: 'up', job: 'j', instance: 'i' },
    samples: [0, 1000, 2000, 3000, 4000, 8000, 9000, 20_000].map((at) => [at, at === 2000 ? 0 : 1]),
  };
  expect(gapsOf([up], [{ from: 0, to: 4000 }])).toEqual([{ target: 'j i', longestMs: 2000, failed: 1 }]);
  expect(gapsOf([up], [{ from: 3500, to: 9500 }])).toEqual([{ target: 'j i', longestMs: 4000, failed: 0 }]);
  expect(gapsOf([up], [{ from: 9000, to: 15_000 }])).toEqual([{ target: 'j i', longestMs: 6000, failed: 0 }]);
});

describe('looking at it', () => {
  const clock = createVirtualClock({ now: anchor.monotonicMs, wall: anchor.wallMs });
  const settings = {
    url: 'http://x',
    scrapeIntervalSeconds: 1,
    targets: [{ name: 'API', selector: 'up{job="j"} == 1', least: 1 }],
  };
  const up: RawSeries = {
    labels: { __name__: 'up', job: 'j', instance: 'i' },
    samples: Array.from({ length: 20 }, (_, index) => [anchor.wallMs - 20_000 + index * 1000, 1]),
  };
  const failed = { ok: false, error: { kind: 'unreachable', message: 'it is gone' } } as const;
  let looks = 0;
  const server: Partial<Prometheus> = {
    clock: async () => {
      looks += 1;
      const rtt = looks === 3 ? 4 : 40;
      const sentMonotonic = clock.now();
      return {
        ok: true,
        value: {
          serverWallMs: clock.wall() + 300 + rtt / 2,
          sentMonotonic,
          receivedMonotonic: sentMonotonic + rtt,
        },
      };
    },
    startedAt: async () => ({ ok: true, value: anchor.wallMs - 5000 }),
    buildInfo: async () => ({ ok: true, value: { version: '2.42.0' } }),
    instant: async () => ({
      ok: true,
      value: { series: [{ labels: {}, samples: [[0, (clock.wall() - 100) / 1000]] }], warnings: [] },
    }),
    rawSamples: async () => ({ ok: true, value: { series: [up], warnings: [] } }),
  };
  const windows = [windowAt('w', -15_000, -1000)];
  const options = { clock, anchor };

  test('takes the tightest look at the clock, and sees a restart without its store', async () => {
    const before = { startedAt: anchor.wallMs - 90_000, clockOffsetMs: null };
    const lost = {
      ...server,
      rawSamples: async () => ({
        ok: true as const,
        value: {
          series: [{ ...up, samples: up.samples.filter(([at]) => at > anchor.wallMs - 5000) }],
          warnings: [],
        },
      }),
    };
    const sight = await collectSight(lost as Prometheus, settings, windows, ['x'], before, options);
    expect(sight.clockOffsetMs).toEqual({ low: 298, high: 303 });
    expect(sight).toMatchObject({ kept: false, gone: ['x'], version: '2.42.0' });
    expect(sight.gaps).toEqual([{ target: 'j i', longestMs: 11_000, failed: 0 }]);
    const kept = await collectSight(server as Prometheus, settings, windows, [], before, options);
    expect(kept.kept).toBe(true);
  });

  test('one that is gone is said, and nothing of it is taken for well', async () => {
    const gone = Object.fromEntries(
      ['clock', 'startedAt', 'buildInfo', 'instant', 'rawSamples'].map((name) => [name, async () => failed]),
    ) as unknown as Prometheus;
    expect(await sightBefore(gone, options)).toEqual({ startedAt: null, clockOffsetMs: null });
    const sight = await collectSight(gone, settings, windows, [], null, options);
    const said = [...findings(sight).values()];
    expect(said.filter(({ outcome }) => outcome === 'pass').map(({ objective }) => objective)).toEqual([]);
  });

  test('a target that is not scraped while a fault is in shows the fault, not a gap of the observer', async () => {
    const until = (end: number) => ({
      ...up,
      samples: up.samples.filter(([at]) => at <= anchor.wallMs + end),
    });
    const killed = {
      ...server,
      rawSamples: async () => ({ ok: true as const, value: { series: [until(-8000)], warnings: [] } }),
    } as Prometheus;
    const list = [windowAt('calm', -15_000, -8000), windowAt('kill', -8000, -1000)];
    const instant = { low: anchor.monotonicMs - 7500, high: anchor.monotonicMs - 7400 };
    const longest = async (faults: { phase: string; instant: { low: number; high: number } }[]) =>
      (await collectSight(killed, settings, list, [], null, { ...options, faults })).gaps[0]?.longestMs;
    expect(await longest([])).toBeGreaterThan(5000);
    expect(await longest([{ phase: 'kill', instant }])).toBeLessThan(2500);
  });
});
