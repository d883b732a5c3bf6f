import { describe, expect, it } from 'vitest';
import {
  bound,
  clockFace,
  count,
  duration,
  figure,
  interval,
  quantity,
  timeOfDay,
} from '../../src/report/figures.ts';

describe('interval', () => {
  it('rounds outwards, so that it never looks narrower than it is', () => {
    expect(interval({ low: 5.1478, high: 5.3712 }, 's')).toBe('5.14–5.38 s');
    expect(interval({ low: 41.31, high: 41.59 }, 's')).toBe('41.3–41.6 s');
  });

  it('is not moved by binary fractions', () => {
    expect(interval({ low: 0.0029, high: 0.0031 }, 'ratio')).toBe('0.29–0.31 %');
  });

  it('adds digits until it stands on its own side of the limit', () => {
    expect(interval({ low: 190, high: 199.997 }, 'ms', 200)).toBe('190.000–199.997 ms');
    expect(interval({ low: 200.0004, high: 260 }, 'ms', 200)).toBe('200.0004–260.0000 ms');
  });

  it('does so of one number as well', () => {
    expect(interval({ low: 0.80004, high: 0.80004 }, 'ratio', 0.8)).toBe('80.004 %');
    expect(interval({ low: 899.96, high: 899.96 }, 's', 900)).toBe('899.96 s');
    expect(interval({ low: 0.8, high: 0.8 }, 'ratio', 0.8)).toBe('80 %');
  });

  it('shows one number where both ends are one, and says when there is no upper bound', () => {
    expect(interval({ low: 0, high: 0 }, 'writes')).toBe('0 writes');
    expect(interval({ low: 90, high: null }, 's')).toBe('≥ 90 s');
  });

  it('keeps whole numbers whole and drops zeros that nobody needs', () => {
    expect(interval({ low: 1, high: 2 }, 's')).toBe('1–2 s');
    expect(interval({ low: 0, high: 0.00031 }, 'ratio')).toBe('0–0.031 %');
    expect(interval({ low: 2, high: 2.15 }, 's')).toBe('2.00–2.15 s');
  });

  it('does not hide what is no number', () => {
    expect(interval({ low: Number.NaN, high: 2 }, 's')).toContain('not a number');
    expect(figure(Number.POSITIVE_INFINITY)).toBe('∞');
  });
});

describe('other figures', () => {
  it('writes counts, limits and percents as people read them', () => {
    expect(count(18_204)).toBe('18,204');
    expect(bound('<=', 0, 'writes')).toBe('≤ 0 writes');
    expect(quantity(0.01, 'ratio')).toBe('1 %');
    expect(quantity(97, '1')).toBe('97');
  });

  it('writes lengths and instants', () => {
    expect(duration(8.24)).toBe('8.2 s');
    expect(duration(188.5)).toBe('3 min 09 s');
    expect(duration(Number.NaN)).toBe('unknown');
    expect(clockFace(187)).toBe('3:07');
    expect(clockFace(3750)).toBe('1:02:30');
    expect(timeOfDay('2026-03-14T02:00:07.412Z')).toBe('02:00:07.412');
    expect(timeOfDay('no time')).toBe('no time');
  });
});
