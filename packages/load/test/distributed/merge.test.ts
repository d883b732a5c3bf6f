import { describe, expect, test } from 'vitest';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { intervalsOfTenant, secondsCounted, sumIntervals } from '@ordeal/shared/load/window';
import { Merge } from '../../src/distributed/measurements/merge.ts';

/** A report of `requests` requests of 3 ms each. */
function report(from: number, to: number, requests: number): ClientInterval {
  return {
    from,
    to,
    iterations: requests,
    dropped: 0,
    requests,
    failed: 0,
    errors: {},
    latency: { schema: 3, count: requests, sum: 3 * requests, zero: 0, buckets: [[13, requests]] },
    under: { 5: requests },
  };
}

/** Whole numbers below `below`, the same ones each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

function drain(merge: Merge): ClientInterval[] {
  const all: ClientInterval[] = [];
  for (let one = merge.next(); one !== undefined; one = merge.next()) all.push(one);
  return all;
}

describe('merging', () => {
  test('adds what reports of about the same second say', () => {
    const merge = new Merge([
      [report(0, 1000, 10), report(1000, 2000, 11)],
      [report(300, 1300, 20), report(1300, 2300, 21)],
    ]);
    expect(
      drain(merge).map(({ from, to, requests, latency, under }) => [
        from,
        to,
        requests,
        latency.count,
        under[5],
      ]),
    ).toEqual([
      [0, 1300, 30, 30, 30],
      [1000, 2300, 32, 32, 32],
    ]);
    expect(merge.completeUntil()).toBe(2000);
  });

  test('counts no longer than the runners took, however far apart they reported', () => {
    const merge = new Merge([
      [report(0, 1000, 10), report(1000, 2000, 10), report(2000, 3000, 10)],
      [report(900, 1900, 10), report(1900, 2900, 10), report(2900, 3900, 10)],
    ]);
    const sum = sumIntervals(drain(merge));
    expect(sum).toMatchObject({ seconds: 3, requests: 60 });
    // What is asked of one tenant alone took as long.
    const [own] = intervalsOfTenant([{ ...report(0, 1900, 20), seconds: 1 }], 'acme');
    expect(secondsCounted(own!)).toBe(1);
  });

  test('counts less time while a runner has ended already', () => {
    const merge = new Merge([[report(0, 1000, 10), report(1000, 2000, 10)], [report(0, 1000, 10)]]);
    merge.end(1);
    expect(drain(merge).map(({ seconds }) => seconds)).toEqual([1, 0.5]);
  });

  test('makes nothing up for a runner that does not report', () => {
    const lanes = [[report(0, 1000, 10), report(1000, 2000, 10)], [report(0, 1000, 20)], []];
    const merge = new Merge(lanes);
    expect(drain(merge)).toEqual([]);
    expect(merge.completeUntil()).toBe(-Infinity);
    lanes[2]!.push(report(0, 1000, 30));
    expect(drain(merge).map(({ requests }) => requests)).toEqual([60]);
    expect(merge.completeUntil()).toBe(1000);
  });

  test('goes on without a runner that has ended, after all that it said', () => {
    const merge = new Merge([
      [report(0, 1000, 10), report(1000, 1200, 2)],
      [report(0, 1000, 20), report(1000, 2000, 20), report(2000, 3000, 20)],
    ]);
    merge.end(0);
    expect(drain(merge).map(({ to, requests }) => [to, requests])).toEqual([
      [1000, 30],
      [2000, 22],
      [3000, 20],
    ]);
    merge.end(1);
    expect(merge.completeUntil()).toBe(3000);
  });

  test('a report that lost pushes make long is one interval with what the others said meanwhile', () => {
    const merge = new Merge([
      [report(0, 3000, 30)],
      [report(0, 1000, 1), report(1000, 2000, 2), report(2000, 3000, 3), report(3000, 4000, 4)],
    ]);
    expect(drain(merge).map(({ from, to, requests }) => [from, to, requests])).toEqual([[0, 3000, 36]]);
  });

  test('what comes late is counted, in an interval that reaches back', () => {
    const lanes = [[report(0, 1000, 10)], [report(0, 1000, 20)]];
    const merge = new Merge(lanes);
    drain(merge);
    lanes[0]!.push(report(0, 1000, 3), report(1000, 2000, 10));
    lanes[1]!.push(report(1000, 2000, 20));
    expect(drain(merge).map(({ from, to, requests }) => [from, to, requests])).toEqual([[0, 2000, 33]]);
  });

  test.each(Array.from({ length: 50 }, (_, seed) => seed + 1))(
    'loses nothing, counts nothing twice, leaves no gap and stays sound, whatever comes when (%i)',
    (seed) => {
      const pick = random(seed);
      const runners = 1 + pick(6);
      const source = Array.from({ length: runners }, () => {
        let at = pick(1000);
        return Array.from({ length: 40 }, () => {
          const from = at;
          at += 200 + pick(1600);
          return report(from, at, pick(50));
        });
      });
      const lanes: ClientInterval[][] = source.map(() => []);
      const merge = new Merge(lanes);
      const merged: ClientInterval[] = [];
      const waiting = source.map((one) => [...one]);
      while (waiting.some((one) => one.length > 0)) {
        const open = waiting.flatMap((one, index) => (one.length > 0 ? [index] : []));
        const runner = open[pick(open.length)]!;
        lanes[runner]!.push(waiting[runner]!.shift()!);
        merged.push(...drain(merge));
      }
      for (let runner = 0; runner < runners; runner += 1) merge.end(runner);
      merged.push(...drain(merge));

      const all = source.flat();
      expect(sumIntervals(merged)).toEqual({
        ...sumIntervals(all),
        seconds: expect.any(Number) as number,
      });
      let covered = merged[0]!.from;
      for (const { from, to } of merged) {
        expect(from).toBeLessThanOrEqual(covered);
        covered = Math.max(covered, to);
      }
      // Bounds of any window hold what its requests certainly and possibly are.
      const end = Math.max(...all.map(({ to }) => to));
      const span = { from: pick(10_000), to: 10_000 + pick(end - 10_000) };
      const certain = (list: readonly ClientInterval[]): number =>
        sumIntervals(list.filter(({ from, to }) => from >= span.from && to <= span.to)).requests;
      const possible = (list: readonly ClientInterval[]): number =>
        sumIntervals(list.filter(({ from, to }) => to > span.from && from < span.to)).requests;
      expect(certain(merged)).toBeLessThanOrEqual(certain(all));
      expect(possible(merged)).toBeGreaterThanOrEqual(possible(all));
    },
  );
});
