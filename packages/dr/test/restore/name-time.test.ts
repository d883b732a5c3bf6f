import { describe, expect, it } from 'vitest';
import { openTimeZone } from '@ordeal/shared/time/time-zone';
import { timeInName } from '../../src/drivers/pg-dump/name-time.ts';

const DATE = String.raw`(?<year>\d{4})-?(?<month>\d\d)-?(?<day>\d\d)`;
const day = new RegExp(`^shop-${DATE}`);
const second = new RegExp(`^shop-${DATE}T(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)`);
const utc = openTimeZone('UTC');

describe('the time in the name of a dump', () => {
  it('is as wide as the name is coarse', () => {
    const low = Date.UTC(2026, 10, 30);
    expect(timeInName('shop-2026-11-30.sql.gz', day, utc)).toEqual({
      there: true,
      span: { low, high: low + 86_400_000 - 1 },
    });
    expect(timeInName('shop-20261130T021503.sql.gz', second, utc)).toEqual({
      there: true,
      span: { low: Date.UTC(2026, 10, 30, 2, 15, 3), high: Date.UTC(2026, 10, 30, 2, 15, 3, 999) },
    });
  });

  it('is that of the clock by which it was named', () => {
    expect(timeInName('shop-20261130T021503.sql.gz', second, openTimeZone('+02:00'))).toMatchObject({
      span: { low: Date.UTC(2026, 10, 30, 0, 15, 3) },
    });
  });

  it('follows a clock that is changed twice a year, and is as wide as an hour that comes twice', () => {
    const berlin = openTimeZone('Europe/Berlin');
    const named = (name: string) => timeInName(name, second, berlin);
    expect(named('shop-20260701T021500')).toMatchObject({ span: { low: Date.UTC(2026, 6, 1, 0, 15) } });
    expect(named('shop-20261130T021500')).toMatchObject({ span: { low: Date.UTC(2026, 10, 30, 1, 15) } });
    expect(named('shop-20261025T021500')).toEqual({
      there: true,
      span: { low: Date.UTC(2026, 9, 25, 0, 15), high: Date.UTC(2026, 9, 25, 1, 15, 0, 999) },
    });
  });

  it('is none where there is none', () => {
    expect(timeInName('shop-latest.sql.gz', day, utc)).toBeUndefined();
    expect(timeInName('shop-2026-11-30.sql.gz', /^shop-/, utc)).toBeUndefined();
  });

  it.each([
    ['shop-2026-13-40.sql.gz', day, '2026-13-40'],
    ['shop-2026-02-30.sql.gz', day, '2026-02-30'],
    ['shop-2026-02-29.sql.gz', day, '2026-02-29'],
    ['shop-20260431T101500.sql.gz', second, '2026-04-31 10:15:00'],
    ['shop-20260430T241500.sql.gz', second, '2026-04-30 24:15:00'],
  ])('of %s is one that there is not', (name, pattern, named) => {
    expect(timeInName(name, pattern, openTimeZone('+02:00'))).toEqual({ there: false, named });
  });

  it('knows of leap years', () => {
    expect(timeInName('shop-2028-02-29.sql.gz', day, utc)).toMatchObject({ there: true });
  });
});
