import { expect, test } from 'vitest';
import { collectSecondWitness } from '../../src/judge/second-witness.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { Prometheus } from '../../src/prometheus/client.ts';
import type { Answer, RawSeries, Reading } from '../../src/prometheus/reading.ts';

const objective: Objective = {
  signal: { from: 'prometheus', measure: 'ratio', bad: 'bad', all: 'all' },
  comparator: '<',
  limit: 0.01,
  unit: 'ratio',
};
const platform = {
  objectives: { 'API errors': objective },
  prometheus: { url: 'http://x', scrapeIntervalSeconds: 1, targets: [] },
};
const anchor = { monotonicMs: 0, wallMs: 0 };

/** Scrapes once a second: 100 requests each, all of them failing from `from` to `to` seconds. */
function server(from: number, to: number, trafficUntil = 100): Pick<Prometheus, 'rawSamples'> {
  const scrapes = Array.from({ length: 60 }, (_, index) => index);
  const series = (growth: (second: number) => number): RawSeries => {
    let value = 1000;
    return {
      labels: {},
      samples: scrapes.map((at) => {
        value += at <= trafficUntil ? growth(at) : 0;
        return [at * 1000, value];
      }),
    };
  };
  return {
    rawSamples: async (selector): Promise<Answer<Reading>> => ({
      ok: true,
      value: {
        warnings: [],
        series: [series((at) => (selector === 'all' || (at > from && at <= to) ? 100 : 0))],
      },
    }),
  };
}

const ask = (prometheus: Pick<Prometheus, 'rawSamples'>, recoveredSecond: number) =>
  collectSecondWitness(
    prometheus as Prometheus,
    platform,
    { from: 20_000, to: recoveredSecond * 1000 },
    anchor,
    1000,
  );

test.each([
  ['agrees within two scrapes and the timeout', server(20, 25), 25, true],
  ['agrees a little before', server(20, 27), 25, true],
  ['contradicts when errors go on', server(20, 35), 25, false],
  ['cannot tell when servers saw less than clients', server(20, 25), 35, null],
  ['cannot tell without any error', server(0, 0), 25, null],
  ['cannot tell without traffic', server(20, 25, 10), 25, null],
])('%s', async (_name, prometheus, recovered, agrees) => {
  const said = await ask(prometheus, recovered);
  expect(said.agrees, said.detail).toBe(agrees);
  expect(said.detail).toMatch(/^API errors: /);
});

test('a witness that cannot be heard neither agrees nor disagrees', async () => {
  const silent = {
    rawSamples: async (): Promise<Answer<Reading>> => ({
      ok: false,
      error: { kind: 'unreachable', message: 'Prometheus is gone' },
    }),
  };
  expect(await ask(silent, 25)).toEqual({ agrees: null, detail: 'API errors: Prometheus is gone' });
});
