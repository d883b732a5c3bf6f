import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectReadings } from '../../src/judge/collect.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Assignment } from '../../src/judge/observations.ts';
import type { PrometheusReading } from '../../src/judge/readings.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSettings } from '../../src/platform/platform.ts';
import { waitForScrapes, type Barrier } from '../../src/prometheus/barrier.ts';
import { createPrometheus } from '../../src/prometheus/client.ts';
import type { WindowRecord } from '../../src/record/record.ts';
import { anchorOf, toWall } from '../../src/time/clock.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { observationsOf } from '../judge/observations-of.ts';
import { startPrometheus, type RealPrometheus } from './real-prometheus.ts';
import { ScriptedExporter } from './scripted-exporter.ts';

const INTERVAL_MS = 250;
const LEAD_MS = 1500;
const WINDOW_MS = 3500;

/** What an exporter does on a tick of 20 ms; `ms` counts from the window's start. */
interface Case {
  readonly bounds?: readonly number[];
  readonly tick: (exporter: ScriptedExporter, ms: number, tick: number) => void;
}

const cases = {
  plain: { tick: (it, _ms, n) => it.count(4, n % 10 === 0 ? 1 : 0, n % 9 === 0 ? 0.3 : 0.05) },
  'reset in the window': {
    tick: (it, ms, n) => {
      it.count(4, n % 12 === 0 ? 1 : 0, n % 9 === 0 ? 0.3 : 0.05);
      if (once(it, 'reset', ms > 1700)) it.restart();
    },
  },
  'errors born in the window': {
    tick: (it, ms) => {
      it.count(4, 0);
      if (once(it, 'burst', ms > 1000)) it.count(0, 57);
    },
  },
  'process born in the window': {
    tick: (it, ms, n) => {
      it.bare = ms < 1000;
      if (once(it, 'start', ms > 1000)) it.restart();
      if (ms > 1000) it.count(4, n % 4 === 0 ? 1 : 0);
    },
  },
  vanishing: {
    tick: (it, ms, n) => {
      it.count(4, n % 10 === 0 ? 1 : 0);
      if (once(it, 'gone', ms > 1500)) void it.stop();
    },
  },
  idle: { tick: (it, ms) => (ms < -1000 ? it.count(1, 0) : undefined) },
  NaN: {
    tick: (it, ms) => {
      it.count(4, 0);
      it.override = ms > 1500 ? 'NaN' : undefined;
    },
  },
  'all in +Inf': { bounds: [0.1, 0.2], tick: (it) => it.count(4, 0, 0.9) },
} satisfies Record<string, Case>;
type Name = keyof typeof cases;

const done = new WeakMap<object, Set<string>>();
function once(it: object, what: string, now: boolean): boolean {
  const set = done.get(it) ?? new Set();
  done.set(it, set);
  if (!now || set.has(what)) return false;
  set.add(what);
  return true;
}

function objectivesOf(job: string): Record<'ratio' | 'latency' | 'gauge' | 'present', Objective> {
  const all = `requests_total{job="${job}"}`;
  return {
    ratio: {
      signal: { from: 'prometheus', measure: 'ratio', bad: `requests_total{job="${job}",code=~"5.."}`, all },
      comparator: '<',
      limit: 0.01,
      unit: 'ratio',
    },
    latency: {
      signal: {
        from: 'prometheus',
        measure: 'latency',
        quantile: 0.95,
        histogram: 'took_seconds',
        matchers: `job="${job}"`,
      },
      comparator: '<',
      limit: 200,
      unit: 'ms',
    },
    gauge: {
      signal: { from: 'prometheus', measure: 'gauge', selector: `in_flight{job="${job}"}`, take: 'max' },
      comparator: '<',
      limit: 7,
      unit: '1',
    },
    present: {
      signal: { from: 'prometheus', measure: 'present', selector: all },
      comparator: '>=',
      limit: 1,
      unit: 'series',
    },
  };
}

describe('findings from a real Prometheus contain the truth', () => {
  const exporters = new Map<string, ScriptedExporter>();
  let server: RealPrometheus;
  let readings: readonly PrometheusReading[];
  let findings: readonly Finding[];
  let judgedAgain: readonly Finding[];
  let barrier: Barrier;
  let window: WindowRecord;
  let span: { from: number; to: number };

  beforeAll(async () => {
    const jobs = [];
    for (const [name, one] of Object.entries<Case>(cases)) {
      const exporter = new ScriptedExporter(one.bounds);
      exporters.set(name, exporter);
      jobs.push({ job: name, targets: [await exporter.start()] });
    }
    server = await startPrometheus(INTERVAL_MS, jobs);
    const anchor = anchorOf(systemClock);
    const zero = systemClock.now() + LEAD_MS;
    const began = systemClock.now();
    let tick = 0;
    while (systemClock.now() < zero + WINDOW_MS + 2 * INTERVAL_MS) {
      // As many as are due, however late this is: how much is counted is not a matter of the machine.
      for (const due = (systemClock.now() - began) / 20; tick <= due; tick += 1) {
        for (const [name, one] of Object.entries<Case>(cases)) {
          const exporter = exporters.get(name);
          if (exporter !== undefined) one.tick(exporter, systemClock.now() - zero, tick);
        }
      }
      await systemClock.sleep(20);
    }
    span = { from: toWall(anchor, zero), to: toWall(anchor, zero + WINDOW_MS) };
    window = {
      name: 'w',
      phase: 'w',
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
      monotonicFrom: zero,
      monotonicTo: zero + WINDOW_MS,
    };
    const settings: PrometheusSettings = {
      url: server.url,
      scrapeIntervalSeconds: INTERVAL_MS / 1000,
      targets: Object.keys(cases).map((name) => ({
        name,
        selector: `requests_total{job="${name}"} >= 0`,
        least: 1,
      })),
    };
    const prometheus = createPrometheus(settings, systemClock);
    barrier = await waitForScrapes(prometheus, settings, span.to, { clock: systemClock, deadlineMs: 5000 });
    const assignments: Assignment[] = Object.keys(cases).flatMap((name) =>
      Object.entries(objectivesOf(name)).map(([kind, objective]) => ({
        objectiveName: `${name}: ${kind}`,
        objective,
        window: 'w',
      })),
    );
    readings = await collectReadings(prometheus, settings, assignments, [window]);
    const observations = observationsOf({ anchor, assignments, windows: [window], readings });
    findings = judge(observations);
    judgedAgain = judge(JSON.parse(JSON.stringify(observations)));
  });

  afterAll(async () => {
    await server?.stop();
    for (const exporter of exporters.values()) await exporter.stop();
  });

  const finding = (name: Name, kind: keyof ReturnType<typeof objectivesOf>): Finding => {
    const found = findings.find(({ objective }) => objective === `${name}: ${kind}`);
    if (found === undefined) throw new Error(`no finding ${name}: ${kind}`);
    return found;
  };

  function truth(name: Name): { ratio: number; p95Ms: number } {
    const inside = exporters.get(name)?.happened.filter(({ at }) => at > span.from && at <= span.to) ?? [];
    const bad = inside.reduce((sum, one) => sum + one.bad, 0);
    const all = inside.reduce((sum, one) => sum + one.good + one.bad, 0);
    const took = inside.flatMap((one) =>
      Array.from({ length: one.good + one.bad }, () => one.seconds * 1000),
    );
    took.sort((left, right) => left - right);
    return { ratio: bad / all, p95Ms: took[Math.ceil(took.length * 0.95) - 1] ?? Number.NaN };
  }

  test.each([
    'plain',
    'reset in the window',
    'errors born in the window',
    'process born in the window',
    'vanishing',
    'all in +Inf',
  ] as const)('%s: error ratio and p95', (name) => {
    const { ratio, p95Ms } = truth(name);
    for (const [kind, wanted] of [
      ['ratio', ratio],
      ['latency', p95Ms],
    ] as const) {
      const { value } = finding(name, kind);
      expect(value).not.toBeNull();
      expect(value?.low).toBeLessThanOrEqual(wanted);
      expect(value?.high ?? Infinity).toBeGreaterThanOrEqual(wanted);
    }
  });

  test('judged again from JSON, they are the same', () => {
    expect(judgedAgain).toEqual(findings);
  });

  test('plain: tight bounds, and a failure', () => {
    const ratio = finding('plain', 'ratio');
    expect(ratio.outcome).toBe('fail');
    expect((ratio.value?.high ?? 1) - (ratio.value?.low ?? 0)).toBeLessThan(0.02);
    expect(finding('plain', 'latency')).toMatchObject({ outcome: 'fail', value: { low: 200, high: 500 } });
    expect(finding('plain', 'gauge')).toMatchObject({ outcome: 'pass' });
    expect(finding('plain', 'present')).toMatchObject({ outcome: 'pass', value: { low: 2, high: 2 } });
  });

  test('a burst of errors that is born in the window counts in full', () => {
    const ratio = finding('errors born in the window', 'ratio');
    expect(ratio.outcome).toBe('fail');
    expect(ratio.value?.low).toBeGreaterThan(0.05);
  });

  test('a restart leaves an upper end that says what was hidden', () => {
    const ratio = finding('reset in the window', 'ratio');
    expect(ratio.outcome).not.toBe('pass');
    expect(ratio.explanation).toContain('lost');
  });

  test('what cannot be decided has its reason', () => {
    expect(finding('idle', 'ratio')).toMatchObject({
      outcome: 'inconclusive',
      reason: 'no-samples',
      value: null,
    });
    expect(finding('idle', 'latency')).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    expect(finding('NaN', 'ratio')).toMatchObject({ outcome: 'inconclusive', reason: 'not-a-number' });
    expect(finding('NaN', 'gauge')).toMatchObject({ outcome: 'inconclusive', reason: 'not-a-number' });
    expect(finding('vanishing', 'gauge')).toMatchObject({ outcome: 'inconclusive', reason: 'stale' });
    expect(finding('vanishing', 'present')).toMatchObject({ outcome: 'inconclusive', reason: 'stale' });
  });

  test('all in +Inf: only a lower bound, and a failure', () => {
    expect(finding('all in +Inf', 'latency')).toMatchObject({
      outcome: 'fail',
      value: { low: 200, high: null },
    });
  });

  test('the barrier waits for those that live, and names the one that is gone', () => {
    expect(barrier.problems).toEqual([]);
    expect(barrier.covered).toBe(true);
    expect(barrier.gone).toEqual([
      expect.stringMatching(/^vanishing \(vanishing 127/),
      'vanishing (no live series)',
    ]);
  });

  test('dropping scrapes never turns anything into a pass', () => {
    const anchor = { monotonicMs: window.monotonicFrom, wallMs: span.from };
    const assignments = findings.map(({ objective }) => {
      const [name = '', kind] = objective.split(': ');
      const one = objectivesOf(name)[kind as 'ratio'];
      return { objectiveName: objective, objective: one, window: 'w' };
    });
    const before = new Map(findings.map((one) => [one.objective, one.outcome]));
    for (let cut = 1; cut <= 12; cut += 1) {
      const samples = readings.filter((reading) => reading.kind === 'samples');
      const cutOff = samples.map((reading) => ({
        ...reading,
        scrapes: cut % 2 === 0 ? null : reading.scrapes,
        answer: reading.answer.ok
          ? {
              ok: true as const,
              value: {
                ...reading.answer.value,
                series: reading.answer.value.series.map((one) => ({
                  ...one,
                  samples: one.samples.slice(0, -cut),
                })),
              },
            }
          : reading.answer,
      }));
      const again = judge(observationsOf({ anchor, assignments, windows: [window], readings: cutOff }));
      const turned = again.filter((one) => one.outcome === 'pass' && before.get(one.objective) !== 'pass');
      expect(turned).toEqual([]);
    }
  });
});
