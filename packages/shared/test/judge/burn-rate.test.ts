import { expect, test } from 'vitest';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { each, findingOn } from './prometheus-observed.ts';

type BurnRate = Extract<PrometheusSignal, { measure: 'burn-rate' }>;

const signal: BurnRate = {
  from: 'prometheus',
  measure: 'burn-rate',
  bad: 'bad',
  all: 'all',
  target: 0.99,
  windows: [
    { longSeconds: 60, shortSeconds: 5, factor: 10 },
    { longSeconds: 30, shortSeconds: 3, factor: 20 },
  ],
};
const SINCE = -70;

/** Requests at 1,000 a second; `bad` of these from one second to another. */
function judged(
  bad: (second: number) => number,
  {
    since = SINCE,
    limit = 1,
    of = signal,
    idleFrom = Infinity,
  }: { since?: number; limit?: number; of?: BurnRate; idleFrom?: number } = {},
) {
  const grown =
    (rate: (second: number) => number) =>
    (at: number): number | undefined => {
      if (at < since) return undefined;
      let sum = 5000;
      for (let second = SINCE; second < at; second += 1) sum += rate(second);
      return sum;
    };
  const meta = (name: string, value: number): RawSeries =>
    each({ __name__: name }, (at) => (at < since ? undefined : value), SINCE);
  return findingOn(
    { signal: of, comparator: '<', limit, unit: '1' },
    {
      series: {
        bad: [each({ code: '500' }, grown(bad), SINCE)],
        all: [
          each(
            {},
            grown((at) => (at >= idleFrom ? 0 : 1000)),
            SINCE,
          ),
        ],
      },
      scrapes: [meta('up', 1), meta('process_start_time_seconds', 1_600_000_000)],
    },
  );
}

test('the worst pair counts, by the smaller of its two burns', () => {
  // 5 % of errors all along burn five times the budget of 1 %: 0.5 of the first pair, 0.25 of the second.
  const steady = judged(() => 50);
  expect(steady.outcome).toBe('pass');
  // Of the short window of five seconds, two scrapes lie at its edges.
  expect(steady.value?.low).toBeGreaterThan(0.3);
  expect(steady.value?.low).toBeLessThan(0.5);
  expect(steady.value?.high).toBeGreaterThan(0.5);
  expect(steady.value?.high).toBeLessThan(0.75);
  expect(judged(() => 150).outcome).toBe('fail');
});

test('a burst that is over does not burn, nor does one that has only begun', () => {
  expect(judged((at) => (at < 0 ? 500 : 0)).outcome).toBe('pass');
  expect(judged((at) => (at >= 8 ? 500 : 0)).value?.high).toBeLessThan(0.3);
  // In the last three seconds and half of the last thirty it is 50 and 25 times the budget: 25 / 20 of the second pair.
  expect(judged((at) => (at >= -5 ? 500 : 0))).toMatchObject({ outcome: 'fail' });
});

test('a Prometheus that is younger than a window decides nothing, and says which', () => {
  const young = judged(() => 0, { since: -30 });
  expect(young).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
  expect(young.explanation).toContain('40 s of the window of 60 s');
  expect(young.wouldDecide).toContain('60 s');
  // The pair that is covered may prove it all the same.
  expect(judged(() => 500, { since: -30 }).outcome).toBe('fail');
  expect(judged(() => 0, { since: -47 }).outcome).toBe('inconclusive');
  expect(judged(() => 0, { since: -49 }).outcome).toBe('pass');
});

test('a window without traffic decides nothing', () => {
  expect(judged(() => 0, { idleFrom: 3 })).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
  expect(judged(() => 0, { idleFrom: SINCE })).toMatchObject({
    outcome: 'inconclusive',
    reason: 'no-samples',
  });
});

test('too few requests in a window decide nothing', () => {
  const strict: BurnRate = { ...signal, target: 0.9999 };
  // 14,400 requests without an error would have to come in the short window to rule out a burn of 2 × 1/10,000.
  const finding = judged(() => 0, {
    of: { ...strict, windows: [{ longSeconds: 60, shortSeconds: 5, factor: 2 }] },
  });
  expect(finding).toMatchObject({ outcome: 'inconclusive', reason: 'too-few-samples' });
  expect(finding.wouldDecide).toMatch(/^14,97\d samples would decide it/);
});
