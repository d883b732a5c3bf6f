import { describe, expect, it } from 'vitest';
import { fixedWindow } from '../src/api/rate-limit/fixed-window.ts';

describe('a fixed window', () => {
  it('admits so many of each client, and as many again when it is over', async () => {
    let now = 1_000;
    const limiter = fixedWindow({ requests: 2, windowSeconds: 60, window: 'fixed' }, () => now);
    expect(await limiter.admit('a')).toEqual({ admitted: true, left: 1 });
    now += 59_500;
    expect(await limiter.admit('a')).toEqual({ admitted: true, left: 0 });
    expect(await limiter.admit('a')).toEqual({ admitted: false, retryAfterSeconds: 1 });
    expect(await limiter.admit('b')).toEqual({ admitted: true, left: 1 });
    // One after the other and yet three within a second: that is what a fixed window allows.
    now += 500;
    expect(await limiter.admit('a')).toEqual({ admitted: true, left: 1 });
    expect(await limiter.admit('a')).toEqual({ admitted: true, left: 0 });
  });
});
