import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/time/duration.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 0.5],
    ['90s', 90],
    ['2m', 120],
    ['1h30m', 5400],
    [' 1h 30m ', 5400],
    ['1.5h', 5400],
    ['.5s', 0.5],
    ['0.1h', 360],
    ['7d', 604_800],
    ['2M', 120],
  ])('%s is %d s', (text, seconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, seconds });
  });

  it.each([
    ['', /empty/],
    ['90', /no unit \(ms, s, m, h, d\)/],
    ['-2m', /negative/],
    ['2 minutes', /no unit "minutes"/],
    ['m', /numbers with units/],
    ['2m!', /numbers with units/],
    ['1m-2s', /numbers with units/],
    ['2m1h', /large to small/],
    ['1m1m', /large to small/],
    ['0s', /above zero/],
    ['1e3s', /numbers with units|no unit/],
    ['Infinity', /numbers with units/],
  ])('"%s" is none, and it is said why and what to write', (text, why) => {
    const parsed = parseDuration(text);
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringMatching(why) });
    expect(parsed).toMatchObject({ problem: expect.stringMatching(/30s, 2m or 1h30m/) });
  });

  it('is written as it is read', () => {
    for (const text of ['500ms', '1s500ms', '2m', '1h30m', '7d', '1d1s']) {
      const parsed = parseDuration(text);
      expect(parsed.ok && formatDuration(parsed.seconds)).toBe(text);
    }
    expect(formatDuration(0)).toBe('0s');
    expect(formatDuration(-90)).toBe('-1m30s');
  });
});
