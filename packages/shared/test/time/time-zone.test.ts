import { describe, expect, it } from 'vitest';
import { isTimeZone, openTimeZone } from '../../src/time/time-zone.ts';

const momentsOf = (zone: string, shown: string): readonly string[] =>
  openTimeZone(zone)
    .momentsOf(shown)
    .map((at) => new Date(at).toISOString().slice(0, 16));

describe('clocks of a time zone', () => {
  it.each([
    ['UTC', '2026-11-30T02:00:00.000', ['2026-11-30T02:00']],
    ['+05:30', '2026-11-30T02:00:00.000', ['2026-11-29T20:30']],
    ['-03:00', '2026-11-30T22:00:00.000', ['2026-12-01T01:00']],
    ['Europe/Berlin', '2026-07-01T02:00:00.000', ['2026-07-01T00:00']],
    ['Europe/Berlin', '2026-11-30T00:30:00.000', ['2026-11-29T23:30']],
    ['Pacific/Kiritimati', '2026-11-30T02:00:00.000', ['2026-11-29T12:00']],
    // Over this one they go forward: a job of that time runs at 03:30.
    ['Europe/Berlin', '2026-03-29T02:30:00.000', ['2026-03-29T01:30']],
    ['Europe/Berlin', '2026-03-29T03:00:00.000', ['2026-03-29T01:00']],
    // And over this one back.
    ['Europe/Berlin', '2026-10-25T02:30:00.000', ['2026-10-25T00:30', '2026-10-25T01:30']],
    ['Europe/Berlin', '2026-10-25T03:00:00.000', ['2026-10-25T02:00']],
    ['America/New_York', '2026-11-01T01:30:00.000', ['2026-11-01T05:30', '2026-11-01T06:30']],
    ['America/New_York', '2026-03-08T02:30:00.000', ['2026-03-08T07:30']],
  ])('%s show %s then', (zone, shown, moments) => {
    expect(momentsOf(zone, shown)).toEqual(moments);
  });

  it('show what they are read by', () => {
    const at = Date.UTC(2026, 6, 1, 23, 15, 3, 250);
    expect(openTimeZone('UTC').shownAt(at)).toBe('2026-07-01T23:15:03.250');
    expect(openTimeZone('Europe/Berlin').shownAt(at)).toBe('2026-07-02T01:15:03.250');
    expect(openTimeZone('-03:00').shownAt(at)).toBe('2026-07-01T20:15:03.250');
  });

  it('are of a zone that there is', () => {
    expect(['UTC', 'Etc/UTC', 'Europe/Berlin', '+02:00'].filter(isTimeZone)).toHaveLength(4);
    expect(['Europe/Bärlin', '', 'Z', '02:00', '+2'].filter(isTimeZone)).toEqual([]);
  });
});
