import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import { describe, expect, it } from 'vitest';
import { judgeSchedule } from '../../src/restore/schedule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.UTC(2026, 10, 30, 12);
const daily = { everySeconds: 86_400, lateSeconds: 21_600 };
const monthly = { ...daily, keepSeconds: 30 * 86_400, since: '2020-01-01T00:00:00Z' };

/** Copies of so many days ago, each made within a minute. */
const of = (...daysAgo: readonly number[]): readonly BackupCopy[] =>
  daysAgo.map((ago) => between(now - ago * DAY - 60_000, now - ago * DAY));

function between(low: number, high: number): BackupCopy {
  return { id: String(high), instant: { low, high }, bytes: 1, source: null, content: null, detail: {} };
}

const everyDay = (days: number): readonly number[] => Array.from({ length: days + 1 }, (_, ago) => ago);

describe('copies against their schedule', () => {
  it('hold it when one of each day is there, in whatever order they are listed', () => {
    const kept = judgeSchedule(of(...everyDay(30)), monthly, now);
    expect(kept).toMatchObject({ copies: 31, departures: [], unknown: [] });
    expect(kept.newest).toBe(new Date(now).toISOString());
    expect(kept.oldest).toBe(new Date(now - 30 * DAY).toISOString());
  });

  it('depart from it in each gap, and when none is there at all', () => {
    const gaps = of(...everyDay(30).filter((ago) => ![2, 3, 10].includes(ago)));
    const { departures } = judgeSchedule(gaps, monthly, now);
    expect(departures).toHaveLength(2);
    expect(departures.join()).toContain(
      'between the copies of 2026-11-26 12:00 and 2026-11-29 12:00 lie 72.0 hours',
    );
    expect(judgeSchedule([], daily, now).departures).toEqual(['there is no complete copy at all']);
  });

  it('depart from it when the newest is older than the next one would be', () => {
    const { departures } = judgeSchedule(of(2, 3, 4), daily, now);
    expect(departures).toEqual([
      expect.stringMatching(/since the newest copy, of 2026-11-28 12:00, have gone 48/),
    ]);
  });

  it('depart from it when they are removed too soon', () => {
    const { departures, unknown } = judgeSchedule(of(...everyDay(3)), monthly, now);
    expect(departures).toEqual([expect.stringMatching(/oldest copy is of 2026-11-27.* kept for 30.0 days/)]);
    expect(unknown).toEqual([]);
  });

  it('are no older than they can be, and of an age that nobody can judge where nobody knows since when', () => {
    const young = of(...everyDay(3));
    const recent = { ...monthly, since: new Date(now - 3 * DAY).toISOString() };
    expect(judgeSchedule(young, recent, now)).toMatchObject({ departures: [], unknown: [] });
    const { since: _, ...unsaid } = monthly;
    const { departures, unknown } = judgeSchedule(young, unsaid, now);
    expect(departures).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining('schedule.since')]);
  });

  it('that may lie too far apart, as their times are coarse, are not told to', () => {
    const coarse = [between(now - 2 * DAY, now - DAY), between(now - HOUR, now)];
    const { departures, unknown } = judgeSchedule(coarse, daily, now);
    expect(departures).toEqual([]);
    expect(unknown).toEqual([expect.stringMatching(/lie between 23.0 hours and 48.0 hours/)]);
  });

  it('may be missing where they need not be kept any more', () => {
    expect(judgeSchedule(of(...everyDay(30), 90), monthly, now).departures).toEqual([]);
  });
});
