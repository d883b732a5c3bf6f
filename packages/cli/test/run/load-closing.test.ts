import { describe, expect, it } from 'vitest';
import { emptyHistogram } from '@ordeal/shared/load/histogram';
import type { LoadWindow } from '@ordeal/shared/scenario/load-windows';
import { closeWindows } from '../../src/run/phases/load-closing.ts';

const anchor = { monotonicMs: 0, wallMs: 1_700_000_000_000 };
/** Reports of a second each, at half seconds from when the load began. */
const reports = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    from: 10_000 + Math.max(0, index * 1000 - 500),
    to: 10_500 + index * 1000,
    iterations: 1,
    dropped: 0,
    requests: 1,
    failed: 0,
    errors: {},
    latency: emptyHistogram(),
    under: {},
  }));
const planned = (
  name: string,
  from: number,
  to: number,
  part: LoadWindow['part'] = 'judged',
): LoadWindow => ({
  name,
  part,
  span: { from, to },
  rate: 1,
  objectives: [],
});
const close = (windows: readonly LoadWindow[], until: number, count = 40) =>
  closeWindows(windows, { phase: 'p', began: 10_000, until, intervals: reports(count), anchor }).map(
    ({ name, phase, monotonicFrom, monotonicTo }) => [name, phase, monotonicFrom, monotonicTo],
  );

describe("a shape's windows", () => {
  it('begin and end with a report within what was planned', () => {
    expect(close([planned('before', 2, 10), planned('during', 10, 15)], 40_000)).toEqual([
      ['before', 'p', 12_500, 19_500],
      ['during', 'p', 20_500, 24_500],
    ]);
  });

  it('leave out no time in which nothing was reported, or much in one report', () => {
    const closed = (left: (second: number) => boolean) => {
      const intervals = reports(40).filter((_, second) => left(second));
      const ended = { phase: 'p', began: 10_000, until: 40_000, intervals, anchor };
      return closeWindows([planned('during', 10, 20)], ended).map(({ monotonicFrom, monotonicTo }) => [
        monotonicFrom,
        monotonicTo,
      ]);
    };
    // The first report within is over 3 s late; so is the last one early.
    expect(closed((second) => second < 10 || second > 13)).toEqual([[20_000, 29_500]]);
    expect(closed((second) => second < 16)).toEqual([[20_500, 30_000]]);
    expect(closed((second) => second !== 11)).toEqual([[21_500, 29_500]]);
  });

  it('end with the load, and do not come about when it ended before they began', () => {
    expect(close([planned('before', 2, 10), planned('during', 10, 15)], 16_000)).toEqual([
      ['before', 'p', 12_500, 15_500],
    ]);
  });

  it('are what was planned where settling is judged by its own instants, and none of a search', () => {
    expect(close([planned('settling', 10, 20, 'settling')], 40_000)).toEqual([
      ['settling', 'p', 20_000, 30_000],
    ]);
    expect(close([{ ...planned('search', 0, 1, 'search'), span: null }], 40_000)).toEqual([]);
  });

  it('are closed without any report as well: what is judged in them then says that there was none', () => {
    expect(close([planned('before', 2, 10)], 40_000, 0)).toEqual([['before', 'p', 12_000, 20_000]]);
  });
});
