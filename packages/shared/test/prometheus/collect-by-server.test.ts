import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectReadings } from '../../src/judge/collect.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Assignment, Observations } from '../../src/judge/observations.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSettings } from '../../src/platform/platform.ts';
import { createPrometheus } from '../../src/prometheus/client.ts';
import { numberOf, type RawSeries } from '../../src/prometheus/reading.ts';
import type { WindowRecord } from '../../src/record/record.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { observationsOf } from '../judge/observations-of.ts';
import { startPrometheus, type RealPrometheus } from './real-prometheus.ts';
import { remoteWrite, type WrittenSeries } from './remote-write.ts';
import { span, worldOf, type World } from './world.ts';

/** Everything is too much for a read of raw samples: the server computes the growth. */
const limits = { samplesPerRead: 1 };
const WORLDS = 120;
/** Where the worlds' zero lies. Prometheus takes samples of the past, if they come first. */
const ZERO = Math.floor(systemClock.wall() / 1000) * 1000 - 1_800_000;

let server: RealPrometheus;
let worlds: readonly { readonly job: string; readonly world: World }[];
let byServer: ReadonlyMap<string, Finding>;
let observations: Observations;

beforeAll(async () => {
  server = await startPrometheus(1000, [], { remoteWrite: true });
  worlds = Array.from({ length: WORLDS }, (_, index) => ({
    job: `w${index + 1}`,
    world: worldOf(index + 1),
  }));
  for (const { job, world } of worlds) await remoteWrite(server.url, writtenOf(job, world));
  const settings: PrometheusSettings = { url: server.url, scrapeIntervalSeconds: 1, targets: [], limits };
  const window = windowOf(span);
  const assignments = worlds.flatMap(({ job }) => assignmentsOf(job));
  const prometheus = createPrometheus(settings, systemClock);
  const readings = await collectReadings(prometheus, settings, assignments, [window]);
  observations = observationsOf({
    anchor: { monotonicMs: 0, wallMs: ZERO },
    assignments,
    windows: [window],
    readings,
  });
  byServer = new Map(judge(observations).map((finding) => [finding.objective, finding]));
}, 60_000);

afterAll(() => server?.stop());

function windowOf({ from, to }: { from: number; to: number }): WindowRecord {
  const iso = (ms: number): string => new Date(ZERO + ms).toISOString();
  return { name: 'w', phase: 'w', from: iso(from), to: iso(to), monotonicFrom: from, monotonicTo: to };
}

function writtenOf(job: string, world: World): readonly WrittenSeries[] {
  const named = (name: string, list: readonly RawSeries[]): WrittenSeries[] =>
    list.map(({ labels, samples }) => ({
      labels: { __name__: name, ...labels, job },
      samples: samples.map(([at, value]) => [ZERO + at, numberOf(value)]),
    }));
  return [
    ...named('requests_total', world.requests),
    ...named('errors_total', world.errors),
    ...named('took_seconds_bucket', world.buckets),
    ...world.scrapes.flatMap((one) => named(one.labels['__name__'] ?? '', [one])),
  ].filter(({ samples }) => samples?.length !== 0);
}

function assignmentsOf(job: string): readonly Assignment[] {
  const ratio: Objective = {
    signal: {
      from: 'prometheus',
      measure: 'ratio',
      bad: `errors_total{job="${job}"}`,
      all: `requests_total{job="${job}"}`,
    },
    comparator: '<',
    limit: 0.01,
    unit: 'ratio',
    leastSamples: 1,
  };
  const share: Objective = {
    signal: {
      from: 'prometheus',
      measure: 'latency-share',
      underMs: 200,
      histogram: 'took_seconds',
      matchers: `job="${job}"`,
    },
    comparator: '>=',
    limit: 0.5,
    unit: 'ratio',
    leastSamples: 1,
  };
  const rateOf = (metric: string): Objective => ({
    signal: { from: 'prometheus', measure: 'throughput', selector: `${metric}{job="${job}"}` },
    comparator: '>=',
    limit: 20,
    unit: '1/s',
    leastSamples: 1,
  });
  return [
    { objectiveName: `${job} requests`, objective: rateOf('requests_total'), window: 'w' },
    { objectiveName: `${job} errors`, objective: rateOf('errors_total'), window: 'w' },
    { objectiveName: `${job} ratio`, objective: ratio, window: 'w' },
    { objectiveName: `${job} share`, objective: share, window: 'w' },
  ];
}

test('the truth lies within what the server computed, in every world', () => {
  let tight = 0;
  for (const { job, world } of worlds) {
    const { events } = world;
    if (events.length === 0) continue;
    const seconds = (span.to - span.from) / 1000;
    const truths = {
      requests: events.length / seconds,
      errors: events.filter(({ bad }) => bad).length / seconds,
      ratio: events.filter(({ bad }) => bad).length / events.length,
      share: events.filter((event) => event.seconds <= 0.2).length / events.length,
    };
    for (const [kind, truth] of Object.entries(truths)) {
      const finding = byServer.get(`${job} ${kind}`);
      const hint = `${job} ${kind}: ${truth}, ${JSON.stringify(finding)}`;
      if (finding?.value === null && finding.outcome === 'inconclusive') continue;
      expect(finding?.value?.low, hint).toBeLessThanOrEqual(truth + 1e-9);
      expect(finding?.value?.high ?? Infinity, hint).toBeGreaterThanOrEqual(truth - 1e-9);
      if (finding !== undefined && finding.outcome !== 'inconclusive') tight += 1;
    }
  }
  // Bounds that are always [0, 1] would contain the truth too.
  expect(tight).toBeGreaterThan(60);
});

test('a report says that the server judged, why, and what that takes for granted', () => {
  const judged = [...byServer.values()].filter(({ outcome }) => outcome === 'pass');
  expect(judged.length).toBeGreaterThan(0);
  for (const { explanation } of judged) {
    expect(explanation).toMatch(/Prometheus itself computed the growth/);
    expect(explanation).toMatch(/prometheus\.limits\.samplesPerRead/);
  }
});

test('raw samples never decide otherwise', async () => {
  const settings: PrometheusSettings = { url: server.url, scrapeIntervalSeconds: 1, targets: [] };
  const prometheus = createPrometheus(settings, systemClock);
  const { assignments, windows } = observations;
  const readings = await collectReadings(prometheus, settings, assignments, windows);
  expect(readings.some(({ kind }) => kind === 'growth')).toBe(false);
  const otherwise = judge({ ...observations, readings }).filter((raw) => {
    const outcomes = [raw.outcome, byServer.get(raw.objective)?.outcome];
    return outcomes.includes('pass') && outcomes.includes('fail');
  });
  expect(otherwise).toEqual([]);
});

test('losing a part of what the server computed never turns anything into a pass', () => {
  const before = new Map([...byServer].map(([name, { outcome }]) => [name, outcome]));
  const nothing = { ok: true, value: { series: [], warnings: [] } } as const;
  const losses: readonly ((of: Observations['readings'][number]) => Observations['readings'][number])[] = [
    (one) => (one.kind === 'growth' ? { ...one, lost: nothing } : one),
    (one) => (one.kind === 'growth' ? { ...one, increase: nothing } : one),
    (one) => (one.kind === 'scrapes' ? { ...one, answer: nothing } : one),
    (one) => (one.kind === 'scrapes' ? { ...one, selector: 'another' } : one),
  ];
  for (const lose of losses) {
    const readings = observations.readings.map(lose);
    for (const finding of judge({ ...observations, readings })) {
      if (finding.outcome !== 'pass') continue;
      expect(before.get(finding.objective), finding.objective).toBe('pass');
    }
  }
});

test('what restarts hid is within the bounds, and said', async () => {
  // 30 requests a second; each sixth second the process is replaced just before it would have been scraped.
  const stamps = Array.from({ length: 80 }, (_, index) => index);
  const startOf = (second: number): number => Math.floor(second / 6) * 6 - 0.1;
  const labels = { job: 'restarts', instance: 'i' };
  const series = (name: string, value: (second: number) => number): WrittenSeries => ({
    labels: { __name__: name, ...labels },
    samples: stamps.map((second) => [ZERO + second * 1000, value(second)]),
  });
  await remoteWrite(server.url, [
    series('requests_total', (second) => Math.round(30 * (second - startOf(second)))),
    series('up', () => 1),
    series('scrape_duration_seconds', () => 0.01),
    series('process_start_time_seconds', (second) => ZERO / 1000 + startOf(second)),
  ]);
  const settings: PrometheusSettings = { url: server.url, scrapeIntervalSeconds: 1, targets: [], limits };
  const window = windowOf({ from: 10_000, to: 70_000 });
  const assignments = assignmentsOf('restarts').slice(0, 1);
  const readings = await collectReadings(createPrometheus(settings, systemClock), settings, assignments, [
    window,
  ]);
  const anchor = { monotonicMs: 0, wallMs: ZERO };
  const [finding] = judge(observationsOf({ anchor, assignments, windows: [window], readings }));
  expect(finding?.value?.low).toBeGreaterThan(20);
  expect(finding?.value?.low).toBeLessThanOrEqual(30);
  expect(finding?.value?.high).toBeGreaterThanOrEqual(30);
  expect(finding?.value?.high).toBeLessThan(60);
  expect(finding?.explanation).toMatch(/were lost/);
});
