import { describe, expect, it } from 'vitest';
import { notJudged, validityOf } from '../../src/run/phases/script-validity.ts';

const valid = { valid: true } as const;
const broke = { valid: false, reason: 'k6 was killed' } as const;
const reasonOf = (validity: ReturnType<typeof notJudged>): string =>
  validity === undefined || validity.valid ? 'valid' : validity.reason;

describe('a script whose window never came about', () => {
  it('was over too soon, and is told how it can be judged', () => {
    const end = { how: 'finished', why: 'the generator ended: finished' } as const;
    expect(reasonOf(notJudged(valid, end, 5))).toMatch(/over within its warm-up of 5 s \(--warm-up 0s/);
    // That was said already.
    expect(reasonOf(notJudged(valid, end, 0))).not.toContain('--warm-up');
  });

  it('was ended to spare the platform, or for being too much, and not over by itself', () => {
    const spared = {
      how: 'spared',
      why: 'ended early, as guardrails.abort asks: 50 % of requests failed',
    } as const;
    expect(reasonOf(notJudged(valid, spared, 5))).toBe(spared.why);
    const tooMuch = { how: 'too-much', why: 'ended early: it came to 900 iterations/s' } as const;
    expect(reasonOf(notJudged(valid, tooMuch, 5))).toBe(tooMuch.why);
  });

  it('was interrupted, or not measured', () => {
    expect(reasonOf(notJudged(valid, undefined, 5))).toMatch(
      /nothing of it was measured beyond its warm-up of 5 s/,
    );
  });

  it('has what was wrong with its load for a reason first', () => {
    expect(notJudged(broke, undefined, 5)).toBe(broke);
  });
});

it('a script that was beyond its ceiling proves nothing, and every other one what its load proves', () => {
  const tooMuch = { how: 'too-much', why: 'too much' } as const;
  expect(validityOf(valid, tooMuch)).toEqual({ valid: false, reason: 'too much' });
  expect(validityOf(broke, tooMuch)).toBe(broke);
  expect(validityOf(valid, undefined)).toBe(valid);
});
