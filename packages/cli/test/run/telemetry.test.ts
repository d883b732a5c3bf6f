import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Objective } from '@ordeal/shared/objectives/objective';
import type { PrometheusSignal } from '@ordeal/shared/objectives/signal';
import type { Platform } from '@ordeal/shared/platform/platform';
import { createPrometheus, type Prometheus } from '@ordeal/shared/prometheus/client';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { startPrometheus, type RealPrometheus } from '../../../shared/test/prometheus/real-prometheus.ts';
import { nativeHistogramOf, remoteWrite } from '../../../shared/test/prometheus/remote-write.ts';
import { readTelemetry, signalsOf } from '../../src/run/telemetry/read-telemetry.ts';

/** What a plan learns from a real Prometheus that holds ten minutes of samples. */

let server: RealPrometheus;
beforeAll(async () => {
  server = await startPrometheus(1000, [], { remoteWrite: true });
  const now = Date.now();
  const every = (seconds: number, value: (place: number) => number): [number, number][] => {
    const count = Math.floor(600 / seconds);
    return Array.from({ length: count }, (_, place) => [
      now - (count - 1 - place) * seconds * 1000,
      value(place),
    ]);
  };
  const api = (name: string, instance: string, rest: Record<string, string> = {}) => ({
    __name__: name,
    job: 'api',
    instance,
    path: '/a "quoted" \\ path',
    ...rest,
  });
  await remoteWrite(server.url, [
    // Some scrapes were missed lately.
    {
      labels: { __name__: 'up', job: 'api', instance: 'a' },
      samples: every(5, () => 1).filter((_, place) => place !== 108 && place !== 115),
    },
    // 20 requests a second at each of two instances.
    ...['a', 'b'].flatMap((instance) => [
      { labels: api('requests_total', instance), samples: every(5, (place) => 100 * place) },
      { labels: api('took_seconds_count', instance), samples: every(5, (place) => 100 * place) },
      ...['0.1', '0.25', '1', '+Inf'].map((le) => ({
        labels: api('took_seconds_bucket', instance, { le }),
        samples: every(5, (place) => 100 * place),
      })),
    ]),
    { labels: api('took_seconds_bucket', 'b', { le: '0.2' }), samples: every(5, (place) => 100 * place) },
    { labels: { __name__: 'lag_seconds', job: 'db', instance: 'd' }, samples: every(30, () => 1) },
    {
      labels: { __name__: 'exact_seconds', job: 'native', instance: 'n' },
      histograms: every(5, (place) => place).map(([at, place]) => [
        at,
        nativeHistogramOf(
          3,
          Array.from({ length: place }, () => 0.1),
        ),
      ]),
    },
  ]);
});
afterAll(() => server?.stop());

const latency = (histogram: string, buckets?: 'native'): PrometheusSignal => ({
  from: 'prometheus',
  measure: 'latency',
  quantile: 0.95,
  histogram,
  matchers: 'job!=""',
  ...(buckets === undefined ? {} : { buckets }),
});
const gauge = (selector: string): PrometheusSignal => ({
  from: 'prometheus',
  measure: 'gauge',
  selector,
  take: 'max',
});

function read(
  signals: Readonly<Record<string, PrometheusSignal>>,
  url = server.url,
  wrap: (prometheus: Prometheus) => Prometheus = (one) => one,
) {
  const objectives: Record<string, Objective> = Object.fromEntries(
    Object.entries(signals).map(([name, signal]) => [
      name,
      { signal, comparator: '<', limit: 200, unit: 'ms' } as const,
    ]),
  );
  const platform = {
    prometheus: {
      url,
      scrapeIntervalSeconds: 5,
      targets: [{ name: 'API', selector: 'up{job="api"}', least: 1 }],
    },
    objectives,
  } as unknown as Platform;
  const scenario: Scenario = {
    name: 'day',
    title: 'Day',
    phases: [
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline',
        rate: 1,
        warmUp: 0,
        judgeFor: 60,
        objectives: Object.keys(signals),
      },
    ],
  };
  const prometheus = createPrometheus(platform.prometheus, systemClock, { timeoutMs: 1000 });
  return readTelemetry(wrap(prometheus), platform, signalsOf(platform, scenario), systemClock);
}

it('reads spacing, bounds and usual rates, and tells classic from native histograms', async () => {
  const telemetry = await read({
    errors: { from: 'prometheus', measure: 'ratio', bad: 'no_errors_yet', all: 'requests_total' },
    p95: latency('took_seconds'),
    exact: latency('exact_seconds', 'native'),
    'not exact': latency('took_seconds', 'native'),
    lag: gauge('lag_seconds'),
    absent: gauge('nothing_there'),
    alerts: { from: 'prometheus', measure: 'alerts-fired', alerts: 'severity="critical"' },
  });
  if (!telemetry.known) throw new Error(telemetry.why);
  const { errors, p95, exact, lag } = telemetry.objectives;
  expect(errors?.spacingSeconds).toBeCloseTo(5);
  expect(errors?.eventsPerSecond).toBeCloseTo(40, 0);
  expect(p95?.buckets?.toSorted((left, right) => left.le - right.le)).toEqual([
    { le: 0.1, series: 2 },
    { le: 0.2, series: 1 },
    { le: 0.25, series: 2 },
    { le: 1, series: 2 },
  ]);
  expect(p95?.eventsPerSecond).toBeCloseTo(40, 0);
  expect(exact?.native).toBe(true);
  expect(exact?.eventsPerSecond).toBeCloseTo(0.2, 1);
  expect(telemetry.objectives['not exact']?.native).toBe(false);
  expect(lag?.spacingSeconds).toBeCloseTo(30);
  expect(telemetry.objectives['absent']).toEqual({});
  expect(telemetry.objectives).not.toHaveProperty('alerts');
  expect(telemetry.unknown).toEqual([
    'Prometheus has no series yet of absent: what these need was not checked',
  ]);
  const spacings = Object.fromEntries(telemetry.spacings.map(({ of, seconds }) => [of, Math.round(seconds)]));
  expect(spacings).toEqual({ api: 5, db: 30 });
});

it('asks little, however many objectives there are', async () => {
  let asked = 0;
  const counted = (prometheus: Prometheus): Prometheus => ({
    ...prometheus,
    instant: (...args) => {
      asked += 1;
      return prometheus.instant(...args);
    },
    rawSamples: (...args) => {
      asked += 1;
      return prometheus.rawSamples(...args);
    },
  });
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, place) => [`p95 ${place}`, latency('took_seconds')]),
  );
  const telemetry = await read(many, server.url, counted);
  expect(telemetry).toMatchObject({ known: true, unknown: [] });
  // 61 exemplars and 120 questions by twenties, and one look at the samples of the one job.
  expect(asked).toBe(4 + 6 + 1);
});

it('goes on without the answers that it did not get, and says so', async () => {
  const old = (prometheus: Prometheus): Prometheus => ({
    ...prometheus,
    instant: (query, ...rest) =>
      query.includes('histogram_count')
        ? Promise.resolve({ ok: false, error: { kind: 'refused-query', message: 'unknown function' } })
        : prometheus.instant(query, ...rest),
  });
  const telemetry = await read(
    { p95: latency('took_seconds'), exact: latency('exact_seconds', 'native') },
    server.url,
    old,
  );
  expect(telemetry).toMatchObject({
    known: true,
    objectives: { p95: { eventsPerSecond: expect.any(Number) } },
  });
  expect(telemetry.known && telemetry.objectives['exact']).not.toHaveProperty('native');
  expect(telemetry.known && telemetry.unknown.join()).toContain('unknown function');
});

it('knows nothing of a Prometheus that is not there, or does not answer', async () => {
  const signals = { lag: gauge('lag_seconds') };
  expect(await read(signals, 'http://127.0.0.1:1')).toMatchObject({
    known: false,
    why: expect.stringContaining('cannot be reached'),
  });
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  expect(await read(signals, `http://127.0.0.1:${port}`)).toMatchObject({ known: false });
  silent.close();
});

it('asks nothing when nothing is judged by it', async () => {
  expect(await read({}, 'http://127.0.0.1:1')).toEqual({
    known: true,
    spacings: [],
    objectives: {},
    unknown: [],
  });
});
