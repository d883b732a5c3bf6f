import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import { describe, expect, it } from 'vitest';
import type { BackupSchedule } from '../../src/restore/config.ts';
import { judgeSchedule } from '../../src/restore/schedule/judge-schedule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.UTC(2026, 10, 30, 12);
const daily = { everySeconds: 86_400, lateSeconds: 21_600 };
const monthly = { ...daily, keepSeconds: 30 * 86_400, since: '2020-01-01T00:00:00Z' };

/** Copies of so many days ago, each made within a minute. */
const of = (...daysAgo: readonly number[]): readonly BackupCopy[] =>
  daysAgo.map((ago) => between(now - ago * DAY - 60_000, now - ago * DAY));

function between(low: number, high: number): BackupCopy {
  return { id: String(high), instant: { low, high }, bytes: 1000, source: null, content: null, detail: {} };
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

  it('are missing where what is there holds nothing, as of a job that failed and went on', () => {
    // `pg_dump` that ended at once, and `gzip` of what it had written.
    const failed = (copy: BackupCopy): BackupCopy => ({ ...copy, bytes: 51 });
    const kept = of(...everyDay(30)).map((copy, ago) => ([2, 3].includes(ago) ? failed(copy) : copy));
    const { copies, empty, departures } = judgeSchedule(kept, monthly, now);
    expect(copies).toBe(29);
    expect(empty).toEqual([2, 3].map((ago) => String(now - ago * DAY)));
    expect(departures).toEqual([expect.stringContaining('2026-11-29 12:00 lie 72.0 hours')]);
    expect(judgeSchedule(of(0).map(failed), daily, now)).toMatchObject({
      copies: 0,
      departures: ['there is no complete copy at all'],
    });
    // What is made again in time is well.
    const again = [...of(...everyDay(30)), failed(between(now - 3 * DAY - HOUR, now - 3 * DAY - HOUR))];
    expect(judgeSchedule(again, monthly, now)).toMatchObject({ copies: 31, departures: [], unknown: [] });
  });

  it('cannot be told from one that is dated ahead of the clock', () => {
    const { departures, unknown } = judgeSchedule(of(-30, 0, 1), daily, now);
    expect(departures.join()).toContain('lie 30.0 days');
    expect(unknown.join()).toMatch(/^of the newest copy: it is dated .* ahead of this machine's clock/);
    expect(judgeSchedule(of(-30), daily, now).unknown).toHaveLength(1);
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

describe('copies that are begun at a time of day', () => {
  const hours = (from: string, to: string, timeZone = 'UTC') => ({
    daily: { from, to, timeZone },
    lateSeconds: 3_600,
  });
  const nightly = { ...hours('02:00', '02:10'), keepSeconds: 30 * 86_400, since: '2020-01-01T00:00:00Z' };
  /** Those of the last days, each begun so long after midnight (UTC) and known within ten seconds. */
  const at = (hour: number, days: readonly number[]): readonly BackupCopy[] =>
    days.map((ago) => {
      const begun = Date.UTC(2026, 10, 30) - ago * DAY + hour * HOUR;
      return between(begun, begun + 10_000);
    });
  const judged = (copies: readonly BackupCopy[], schedule: BackupSchedule = nightly, moment = now) => {
    const { departures, unknown } = judgeSchedule(copies, schedule, moment);
    return { departures, unknown };
  };
  const held = { departures: [], unknown: [] };

  it('hold it when one of each day was begun in time, whatever there is beside it', () => {
    expect(judged(at(2, everyDay(30)))).toEqual(held);
    expect(judged([...at(2, everyDay(30)), ...at(14.5, [1, 3, 40])])).toEqual(held);
  });

  it('depart from it when they are begun at another hour, and none by the way makes up for that', () => {
    expect(judged(at(6, everyDay(30)))).toEqual({
      departures: [
        'no copy was begun between 02:00 and 02:10 (UTC) on 30 days, from 2026-11-01 to 2026-11-30: 31 were at other hours, the newest at 2026-11-30 06:00',
      ],
      unknown: [],
    });
    const one = [
      ...at(
        2,
        everyDay(30).filter((ago) => ago !== 4),
      ),
      ...at(14.5, [4]),
    ];
    expect(judged(one).departures).toEqual([
      'no copy was begun between 02:00 and 02:10 (UTC) on 2026-11-26: one was at 2026-11-26 14:30',
    ]);
  });

  it('depart from it when they are begun too early', () => {
    const early = at(
      2,
      everyDay(30).filter((ago) => ago !== 4),
    );
    expect(judged([...early, ...at(1, [4])]).departures).toEqual([
      'no copy was begun between 02:00 and 02:10 (UTC) on 2026-11-26: one was at 2026-11-26 01:00',
    ]);
  });

  it('depart from it in each row of days that have none at all, the last ones too', () => {
    const { departures, unknown } = judged(
      at(
        2,
        everyDay(30).filter((ago) => ![0, 5, 6].includes(ago)),
      ),
    );
    expect(departures).toEqual([
      'no copy was begun between 02:00 and 02:10 (UTC) on 2 days, from 2026-11-24 to 2026-11-25, nor at any other hour',
      'no copy was begun between 02:00 and 02:10 (UTC) on 2026-11-30, nor at any other hour',
    ]);
    expect(unknown).toEqual([]);
  });

  it('are not missed before their hours are over, and before they have had time to come to an end', () => {
    const until = (moment: number) =>
      judged(
        at(
          2,
          everyDay(30).filter((ago) => ago > 0),
        ),
        nightly,
        moment,
      );
    expect(until(Date.UTC(2026, 10, 30, 1, 59))).toEqual(held);
    expect(until(Date.UTC(2026, 10, 30, 3, 9))).toEqual(held);
    expect(until(Date.UTC(2026, 10, 30, 3, 10)).departures).toHaveLength(1);
  });

  it('depart from it when they are removed too soon, where it is known since when they are made', () => {
    const young = at(2, everyDay(3));
    expect(judged(young).departures).toEqual([
      'the oldest copy is of 2026-11-27 02:00, and each is to be kept for 30.0 days',
    ]);
    expect(judged(young, { ...nightly, since: '2026-11-26T12:00:00Z' })).toEqual(held);
    const { since: _, ...unsaid } = nightly;
    expect(judged(young, unsaid)).toEqual({
      departures: [],
      unknown: [expect.stringContaining('schedule.since')],
    });
    expect(judged(young, hours('02:00', '02:10'))).toEqual(held);
  });

  it('that are there since no such hours were over are not told of', () => {
    expect(judged(at(6, [0]), hours('02:00', '02:10'))).toEqual({
      departures: [],
      unknown: ['no day’s time for a copy, between 02:00 and 02:10 (UTC), is over since there are any'],
    });
  });

  it('whose beginning is not known that well are not told to be in time, nor to be late', () => {
    const coarse = everyDay(30).map((ago) => {
      const end = Date.UTC(2026, 10, 30, 2, 5) - ago * DAY;
      return between(end - HOUR, end);
    });
    expect(judged(coarse)).toEqual({
      departures: [],
      unknown: [expect.stringMatching(/^whether a copy was begun .* on 30 days, .* cannot be told/)],
    });
  });

  it('may be begun after midnight of the hours of the day before', () => {
    const late = hours('23:00', '01:00');
    expect(judged(at(0.5, everyDay(5)), late)).toEqual(held);
    expect(judged(at(1.5, everyDay(5)), late).departures).toEqual([
      expect.stringMatching(
        /^no copy was begun between 23:00 and 01:00 .* on 5 days, from 2026-11-25 to 2026-11-29: 6 were/,
      ),
    ]);
  });

  it('follow the clocks of their zone through the days on which these are changed', () => {
    const berlin = hours('02:00', '02:10', 'Europe/Berlin');
    const begun = (...moments: readonly string[]) =>
      moments.map((moment) => between(Date.parse(moment), Date.parse(moment) + 10_000));
    const afterwards = Date.parse('2026-10-27T12:00:00Z');
    // 02:00 of summer, either 02:00 of the day on which it ends, and 02:00 of winter.
    for (const change of ['2026-10-25T00:00:05Z', '2026-10-25T01:00:05Z']) {
      const copies = begun('2026-10-24T00:00:05Z', change, '2026-10-26T01:00:05Z', '2026-10-27T01:00:05Z');
      expect(judged(copies, berlin, afterwards)).toEqual(held);
    }
    // A clock of UTC is an hour late all winter.
    const utc = begun(
      '2026-10-24T00:00:05Z',
      '2026-10-25T00:00:05Z',
      '2026-10-26T00:00:05Z',
      '2026-10-27T00:00:05Z',
    );
    expect(judged(utc, berlin, afterwards).departures).toEqual([
      expect.stringContaining('on 2 days, from 2026-10-26 to 2026-10-27: '),
    ]);
    // There is no 02:00 on the day on which summer begins: it is 03:00 then.
    const spring = begun('2026-03-28T01:00:05Z', '2026-03-29T01:00:05Z', '2026-03-30T00:00:05Z');
    expect(judged(spring, berlin, Date.parse('2026-03-30T12:00:00Z'))).toEqual(held);
  });
});
