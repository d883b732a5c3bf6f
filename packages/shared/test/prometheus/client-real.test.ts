import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPrometheus } from '../../src/prometheus/client.ts';
import type { Answer, SampleValue } from '../../src/prometheus/reading.ts';
import { numberOf } from '../../src/prometheus/reading.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { eventually, startPrometheus, type RealPrometheus } from './real-prometheus.ts';
import { nativeHistogramOf, remoteWrite } from './remote-write.ts';

const INTERVAL_MS = 500;
const start = Date.now() - 600_000;
const at = (second: number): number => start + second * 1000;

/** Two series where there may be one. */
const TWICE = ['1', '2'].map((value) => `label_replace(vector(1), "a", "${value}", "", "")`).join(' or ');

let server: RealPrometheus;
let startedAfter: number;
let startedBefore: number;

beforeAll(async () => {
  startedAfter = Date.now();
  server = await startPrometheus(INTERVAL_MS, [], {
    remoteWrite: true,
    ruleGroups: [
      {
        name: 'ours',
        rules: [
          { alert: 'Nothing', expr: 'vector(0) > 1', for: '90s', labels: { severity: 'page' } },
          { alert: 'Broken', expr: `vector(1) * on () group_left () (${TWICE})` },
          { record: 'recorded', expr: 'vector(1)' },
        ],
      },
    ],
  });
  startedBefore = Date.now();
  const labels = { __name__: 'requests_total', job: 'api', instance: 'a' };
  await remoteWrite(server.url, [
    { labels, samples: Array.from({ length: 60 }, (_, second) => [at(second), second * 3] as const) },
    {
      labels: { __name__: 'took', job: 'api' },
      histograms: [
        [at(0), nativeHistogramOf(0, [0, 0.3])],
        [at(1), nativeHistogramOf(0, [0, 0.3, 0.3, 1.5, 6])],
      ],
    },
  ]);
});
afterAll(() => server?.stop());

const client = (parameters: Readonly<Record<string, string>> = {}) =>
  createPrometheus(
    { url: server.url, scrapeIntervalSeconds: 1, targets: [], tenant: 'anyone', parameters },
    systemClock,
  );

function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

const firstSamples = (series: readonly { readonly samples: readonly (readonly [number, SampleValue])[] }[]) =>
  series[0]?.samples;

test('raw samples reach a few scrapes back', async () => {
  const { series, warnings } = valueOf(await client().rawSamples('requests_total', at(10), at(12)));
  expect(warnings).toEqual([]);
  expect(firstSamples(series)).toEqual([7, 8, 9, 10, 11, 12].map((second) => [at(second), second * 3]));
});

test('a range has a point at each step, both ends included', async () => {
  const reading = valueOf(await client().range('requests_total', at(10), at(14), 2000));
  expect(firstSamples(reading.series)).toEqual([10, 12, 14].map((second) => [at(second), second * 3]));
});

test('a range of the most points is answered, one more is not even asked for', async () => {
  const points = (count: number) => client().range('vector(1)', at(0), at(0) + (count - 1) * 10, 10);
  expect(firstSamples(valueOf(await points(11_000)).series)).toHaveLength(11_000);
  const answer = await points(11_001);
  expect(answer).toMatchObject({ ok: false, error: { kind: 'refused-query' } });
  expect(!answer.ok && answer.error.message).toContain('11001 points a series');
  for (const [to, step] of [
    [at(-1), 1000],
    [at(1), 0],
    [at(1), Number.NaN],
    [Number.NaN, 1000],
  ] as const) {
    const refused = await client().range('vector(1)', at(0), to, step);
    expect(!refused.ok && refused.error.message).toContain('was not asked');
  }
});

test('a selector of twenty thousand characters works', async () => {
  const long = `requests_total{instance!~"${'x'.repeat(20_000)}"}`;
  expect(valueOf(await client().instant(long, at(5))).series).toHaveLength(1);
});

test('parameters for servers of other makes change nothing', async () => {
  const asked = { extra_label: 'a=b', dedup: 'false', query: 'none', time: '1' };
  expect(await client(asked).instant('requests_total', at(5))).toEqual(
    await client().instant('requests_total', at(5)),
  );
  expect(valueOf(await client(asked).alertRules())).toHaveLength(2);
});

test('native histograms are read, cumulative as they are', async () => {
  const { series } = valueOf(await client().rawSamples('took', at(1), at(2)));
  expect(series).toHaveLength(1);
  expect(series[0]?.samples).toEqual([]);
  expect(series[0]?.histograms?.map(([wallMs, { count, buckets }]) => [wallMs, count, buckets])).toEqual([
    [
      at(0),
      2,
      [
        [3, -1e-9, 1e-9, 1],
        [0, 0.25, 0.5, 1],
      ],
    ],
    [
      at(1),
      5,
      [
        [3, -1e-9, 1e-9, 1],
        [0, 0.25, 0.5, 2],
        [0, 1, 2, 1],
        [0, 4, 8, 1],
      ],
    ],
  ]);
  const [sample] = series[0]?.histograms ?? [];
  expect(numberOf(sample?.[1].sum ?? 'NaN')).toBeCloseTo(0.3);
});

test('alerting rules come with how they fare, and when they were evaluated', async () => {
  const rules = async () => valueOf(await client().alertRules());
  await eventually(10_000, 'rules were evaluated', async () =>
    (await rules()).every(({ lastEvaluation }) => lastEvaluation !== null),
  );
  const [nothing, broken] = await rules();
  expect(nothing).toMatchObject({
    name: 'Nothing',
    labels: { severity: 'page' },
    health: 'ok',
    lastError: '',
    forSeconds: 90,
  });
  expect(nothing?.lastEvaluation).toBeGreaterThan(startedAfter);
  expect(broken).toMatchObject({ name: 'Broken', labels: {}, forSeconds: 0, health: 'err' });
  expect(broken?.lastError).toContain('duplicate series');
});

test('its start, its version and its clock', async () => {
  const started = valueOf(await client().startedAt());
  expect(started).toBeGreaterThanOrEqual(startedAfter - 1);
  expect(started).toBeLessThanOrEqual(startedBefore);
  expect(valueOf(await client().buildInfo()).version).toMatch(/^\d+\.\d+/);
  const anchor = { wall: systemClock.wall(), now: systemClock.now() };
  const { serverWallMs, sentMonotonic, receivedMonotonic } = valueOf(await client().clock());
  // Both clocks are this machine's: what it read lies between the two instants, but for their rounding.
  expect(serverWallMs).toBeGreaterThan(anchor.wall + (sentMonotonic - anchor.now) - 2);
  expect(serverWallMs).toBeLessThan(anchor.wall + (receivedMonotonic - anchor.now) + 2);
});

test('a query that is wrong is refused in its own words', async () => {
  const answer = await client().instant('sum(');
  expect(answer).toMatchObject({ ok: false, error: { kind: 'refused-query' } });
  expect(!answer.ok && answer.error.message).toContain('parse error');
});
