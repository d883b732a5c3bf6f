import { describe, expect, it } from 'vitest';
import { ClientSeries } from '../../src/remote-write/client-series.ts';
import { Cumulative } from '../../src/remote-write/cumulative.ts';
import type { PushedSeries } from '../../src/remote-write/write-request.ts';

/** A push that says what there has been since the start: `requests` requests of 3 ms each, `failed` of them refused. */
function push(at: number, requests: number, failed = 0): PushedSeries[] {
  const counter = (name: string, value: number, labels = {}) => ({
    name: `k6_${name}_total`,
    labels,
    samples: [{ value, timestamp: at }],
    histograms: [],
  });
  return [
    counter('ordeal_iterations', requests),
    counter('ordeal_failed', failed),
    counter('ordeal_errors', failed, { kind: 'refused' }),
    {
      name: 'k6_ordeal_latency',
      labels: {},
      samples: [],
      histograms: [
        { timestamp: at, schema: 3, count: requests, sum: requests * 3, zero: 0, buckets: [[13, requests]] },
      ],
    },
  ];
}

/** Series after pushes, on a clock that runs like the wall. */
function after(...pushes: readonly PushedSeries[][]): ClientSeries {
  const cumulative = new Cumulative();
  const series = new ClientSeries([5]);
  for (const one of pushes) {
    const { growth, until } = cumulative.take(one);
    series.add(growth, 0, until ?? series.completeUntil());
  }
  return series;
}

function counts(series: ClientSeries): unknown[] {
  return series
    .all()
    .map(({ from, to, requests, failed, latency, under }) => [
      from,
      to,
      requests,
      failed,
      latency.count,
      under[5],
    ]);
}

describe('intervals from pushes', () => {
  it('hold the growth from one push to the next', () => {
    const series = after(push(1000, 10), push(2000, 30, 4));
    expect(counts(series)).toEqual([
      [0, 1000, 10, 0, 10, 10],
      [1000, 2000, 20, 4, 20, 20],
    ]);
    expect(series.all()[1]).toMatchObject({
      errors: { refused: 4 },
      latency: { sum: 60, buckets: [[13, 20]] },
    });
    expect(series.completeUntil()).toBe(2000);
  });

  it('count the checks that are counted by themselves, and those of them that did not hold', () => {
    const checks = (at: number, made: Readonly<Record<string, number>>): PushedSeries[] =>
      Object.entries(made).map(([held, value]) => ({
        name: 'k6_ordeal_checks_total',
        labels: { check: 'list is its own', held },
        samples: [{ value, timestamp: at }],
        histograms: [],
      }));
    const series = after(
      [...push(1000, 10), ...checks(1000, { yes: 4 })],
      [...push(2000, 20), ...checks(2000, { yes: 6, no: 1 })],
      [...push(3000, 30), ...checks(3000, { yes: 6, no: 1 })],
    );
    expect(series.all().map((one) => one.checks)).toEqual([
      { 'list is its own': { made: 4, failed: 0 } },
      { 'list is its own': { made: 3, failed: 1 } },
      undefined,
    ]);
  });

  it('bring with the next push what a lost one held', () => {
    expect(counts(after(push(1000, 10), push(3000, 40)))).toEqual([
      [0, 1000, 10, 0, 10, 10],
      [1000, 3000, 30, 0, 30, 30],
    ]);
  });

  it('take a push that comes twice, or after a later one, for what it is', () => {
    const inOrder = counts(after(push(1000, 10), push(2000, 20)));
    expect(counts(after(push(1000, 10), push(2000, 20), push(2000, 20)))).toEqual(inOrder);
    expect(counts(after(push(1000, 10), push(2000, 20), push(1000, 10)))).toEqual(inOrder);
    const swapped = after(push(2000, 20), push(1000, 10));
    expect(counts(swapped)).toEqual([[0, 2000, 20, 0, 20, 20]]);
  });

  it('add what is new in a late push to the last interval', () => {
    const late: PushedSeries = {
      name: 'k6_ordeal_errors_total',
      labels: { kind: 'reset' },
      samples: [{ value: 2, timestamp: 900 }],
      histograms: [],
    };
    const series = after(push(1000, 10), push(2000, 20), [late]);
    expect(series.all()).toHaveLength(2);
    expect(series.all()[1]?.errors).toEqual({ reset: 2 });
    expect(series.completeUntil()).toBe(2000);
  });

  it('pass stale markers over, but not the histograms that come with them', () => {
    const stale = push(2000, 13).map((series) => ({
      ...series,
      samples: [{ value: Number.NaN, timestamp: 9999 }],
    }));
    const series = after(push(1000, 10), stale);
    expect(series.completeUntil()).toBe(2000);
    expect(series.all().map(({ requests, latency }) => [requests, latency.count])).toEqual([
      [10, 10],
      [3, 3],
    ]);
  });

  it('are there for silent seconds as well', () => {
    const vus = (at: number): PushedSeries[] => [
      { name: 'k6_vus', labels: {}, samples: [{ value: 3, timestamp: at }], histograms: [] },
    ];
    expect(counts(after(push(1000, 10), vus(2000), vus(3000)))).toEqual([
      [0, 1000, 10, 0, 10, 10],
      [1000, 2000, 0, 0, 0, 0],
      [2000, 3000, 0, 0, 0, 0],
    ]);
  });

  it('overlap a span by more than an end', () => {
    const series = after(push(1000, 10), push(2000, 20), push(3000, 30));
    expect(series.between(1000, 2000).map(({ to }) => to)).toEqual([2000]);
    expect(series.between(999, 2001).map(({ to }) => to)).toEqual([1000, 2000, 3000]);
    expect(series.between(3000, 4000)).toEqual([]);
    expect(new ClientSeries([]).completeUntil()).toBe(-Infinity);
  });

  it('count the requests that kept each limit by the label of their latency', () => {
    const series = new ClientSeries([5, 50, 500]);
    const kept = (labels: Readonly<Record<string, string>>, count: number): PushedSeries => ({
      name: 'k6_ordeal_latency',
      labels,
      samples: [],
      histograms: [{ timestamp: 1000, schema: 3, count, sum: 1, zero: 0, buckets: [[1, count]] }],
    });
    const pushed = [
      kept({}, 1),
      kept({ within: '50' }, 2),
      kept({ within: '500' }, 4),
      kept({ within: 'Infinity' }, 8),
    ];
    series.add(new Cumulative().take(pushed).growth, 0, 1000);
    expect(series.all()[0]).toMatchObject({
      requests: 15,
      under: { 5: 1, 50: 3, 500: 7 },
      latency: { count: 15 },
    });
  });
});
