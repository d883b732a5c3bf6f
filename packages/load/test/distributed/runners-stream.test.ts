import { describe, expect, test } from 'vitest';
import { sumIntervals } from '@ordeal/shared/load/window';
import { RunnersStream } from '../../src/distributed/measurements/runners-stream.ts';
import type { PushedSeries } from '../../src/remote-write/write-request.ts';

const BEGUN = 1_000_000;
/** The monotonic clock reads 0 when the wall clock reads `BEGUN`. */
const anchor = { monotonicMs: 0, wallMs: BEGUN };

/** A push of one runner that says what there has been since its start: `requests` requests of 3 ms each. */
function push(runner: number, at: number, requests: number, begun = BEGUN, testRun = 't'): PushedSeries[] {
  const labels = { instance_id: String(runner), testrun_name: testRun };
  const counter = (name: string, value: number) => ({
    name: `k6_${name}_total`,
    labels,
    samples: [{ value, timestamp: at }],
    histograms: [],
  });
  return [
    { name: 'k6_ordeal_begun', labels, samples: [{ value: begun, timestamp: at }], histograms: [] },
    counter('ordeal_started', requests),
    counter('ordeal_iterations', requests),
    {
      name: 'k6_ordeal_latency',
      labels: { ...labels, within: '5' },
      samples: [],
      histograms: [
        { timestamp: at, schema: 3, count: requests, sum: requests * 3, zero: 0, buckets: [[13, requests]] },
      ],
    },
  ];
}

const stream = (runners: number): RunnersStream => new RunnersStream('t', runners, [5], anchor);

describe('the stream of several runners', () => {
  test('adds cumulative counts of each runner up, exactly', () => {
    const two = stream(2);
    expect(two.take(push(1, BEGUN + 1000, 10), BEGUN + 1000)).toEqual([]);
    expect(two.take(push(2, BEGUN + 1000, 20), BEGUN + 1000)).toHaveLength(1);
    two.take(push(1, BEGUN + 2000, 25), BEGUN + 2000);
    two.take(push(2, BEGUN + 2000, 45), BEGUN + 2000);
    expect(two.all().map(({ from, to, requests }) => [from, to, requests])).toEqual([
      [0, 1000, 30],
      [1000, 2000, 40],
    ]);
    expect(sumIntervals(two.all())).toMatchObject({ requests: 70, under: { 5: 70 } });
    expect(two.totals()).toMatchObject({ requests: 70, iterations: 70, started: 70 });
    expect(two.started()).toEqual([1, 2]);
  });

  test('places what a runner with a wrong clock says by when it arrives', () => {
    const two = stream(2);
    const [fast, slow] = [3_600_000, -90_000];
    for (const second of [1, 2, 3]) {
      const now = BEGUN + second * 1000;
      // The fastest of the pushes took 2 ms, the others more.
      two.take(push(1, now + fast, 10 * second, BEGUN + fast), now + (second === 2 ? 2 : 40));
      two.take(push(2, now + slow, 10 * second, BEGUN + slow), now + (second === 2 ? 2 : 40));
    }
    expect(two.all().map(({ from, to, requests }) => [from, to, requests])).toEqual([
      [2, 1002, 20],
      [1002, 2002, 20],
      [2002, 3002, 20],
    ]);
    expect(two.clocksBehind()).toEqual([2 - fast, 2 - slow]);
    expect(two.begun()).toEqual([2, 2]);
  });

  test('a push that comes twice, or too late, adds nothing; one that was lost comes with the next', () => {
    const one = stream(1);
    one.take(push(1, BEGUN + 1000, 10), BEGUN + 1000);
    one.take(push(1, BEGUN + 1000, 10), BEGUN + 1100);
    one.take(push(1, BEGUN + 3000, 30), BEGUN + 3000);
    one.take(push(1, BEGUN + 2000, 20), BEGUN + 3100);
    expect(one.all().map(({ from, to, requests }) => [from, to, requests])).toEqual([
      [0, 1000, 10],
      [1000, 3000, 20],
    ]);
  });

  test('says of a runner that it was started a second time', () => {
    const one = stream(1);
    one.take(push(1, BEGUN + 1000, 10), BEGUN + 1000);
    expect(one.startedAnew()).toEqual([]);
    one.take(push(1, BEGUN + 9000, 5, BEGUN + 8000), BEGUN + 9000);
    expect(one.startedAnew()).toEqual([1]);
  });

  test('takes nothing of anybody else', () => {
    const one = stream(1);
    const at = BEGUN + 1000;
    expect(() => one.take(push(2, at, 1), at)).toThrow(/runner "2" of "t", expected one of 1 to 1 of t/);
    expect(() => one.take(push(1, at, 1, BEGUN, 'other'), at)).toThrow(/of "other"/);
    expect(() => one.take([...push(1, at, 1), ...push(2, at, 1)], at)).toThrow(/of several runners/);
    expect(one.take([], at)).toEqual([]);
    expect(one.totals().requests).toBe(0);
  });

  test('ends where one runner falls silent, and goes on when it has ended in order', () => {
    const two = stream(2);
    two.take(push(1, BEGUN + 1000, 10), BEGUN + 1000);
    two.take(push(2, BEGUN + 1000, 10), BEGUN + 1000);
    for (const second of [2, 3, 4])
      two.take(push(1, BEGUN + second * 1000, 10 * second), BEGUN + second * 1000);
    expect(two.completeUntil()).toBe(1000);
    expect(two.all()).toHaveLength(1);
    expect(two.end(2)).toHaveLength(3);
    expect(two.completeUntil()).toBe(4000);
  });
});
