import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Asked } from '../../src/limits/asked.ts';
import { measureRate } from '../../src/limits/measure-rate.ts';
import { rateChecks } from '../../src/limits/rate-checks.ts';

/** Whether a request that comes at a moment (ms) is let in. */
type Limiter = (at: number) => boolean;

function fixed(requests: number, windowMs: number): Limiter {
  let [begun, count] = [-Infinity, 0];
  return (at) => {
    if (at - begun >= windowMs) [begun, count] = [at, 0];
    count += 1;
    return count <= requests;
  };
}

function sliding(requests: number, windowMs: number, countsRefused = false): Limiter {
  let log: readonly number[] = [];
  return (at) => {
    log = log.filter((one) => at - one < windowMs);
    const admitted = log.length < requests;
    if (admitted || countsRefused) log = [...log, at];
    return admitted;
  };
}

/** Begins with each full window of a clock that has run before. */
function byTheClock(requests: number, windowMs: number, aheadMs: number): Limiter {
  let [current, count] = [-1, 0];
  return (at) => {
    const window = Math.floor((at + aheadMs) / windowMs);
    if (window !== current) [current, count] = [window, 0];
    count += 1;
    return count <= requests;
  };
}

function bucket(requests: number, windowMs: number): Limiter {
  let [tokens, last] = [requests, 0];
  return (at) => {
    tokens = Math.min(requests, tokens + ((at - last) * requests) / windowMs);
    last = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Weighs the window before by how much of it is still within the last one, as many gateways do. */
function weighted(requests: number, windowMs: number): Limiter {
  const counts = new Map<number, number>();
  return (at) => {
    const window = Math.floor(at / windowMs);
    const [now, before] = [counts.get(window) ?? 0, counts.get(window - 1) ?? 0];
    if (now + before * (1 - (at % windowMs) / windowMs) >= requests) return false;
    counts.set(window, now + 1);
    return true;
  };
}

function inTurns(...limiters: readonly Limiter[]): Limiter {
  let turn = 0;
  return (at) => {
    turn += 1;
    return limiters[turn % limiters.length]!(at);
  };
}

const promised = { requests: 100, windowSeconds: 60 };

async function look(limiter: Limiter, window: 'fixed' | 'sliding' = 'fixed', answerMs = 5) {
  const clock: Clock = createVirtualClock({ now: 10_000, wall: 0 });
  const ask = async (): Promise<Asked> => {
    const sent = clock.now();
    await clock.sleep(answerMs / 2);
    const admitted = limiter(clock.now() - 10_000);
    await clock.sleep(answerMs / 2);
    return {
      sent,
      answered: clock.now(),
      outcome: admitted ? 'admitted' : 'refused',
      status: admitted ? 200 : 429,
    };
  };
  const seen = await measureRate(promised, ask, { clock, signal: new AbortController().signal });
  const { checks, window: measured } = rateChecks({ ...promised, window }, seen);
  return {
    outcomes: checks.map(({ outcome }) => outcome),
    checks,
    measured,
    seconds: clock.now() / 1000 - 10,
  };
}

describe('the window of a rate limit', () => {
  it.each([
    ['fixed', fixed],
    ['sliding', sliding],
  ] as const)('%s is told, with its length, in little more than a window', async (kind, limiter) => {
    const { outcomes, measured, seconds } = await look(limiter(100, 60_000), kind);
    expect(outcomes).toEqual(['held', 'held', 'held']);
    expect(measured).toMatchObject({ kind, admitted: [50, 50, kind === 'fixed' ? 100 : 50] });
    expect(measured.seconds!.low).toBeLessThanOrEqual(60);
    expect(measured.seconds!.high).toBeGreaterThanOrEqual(60);
    expect(measured.seconds!.high - measured.seconds!.low).toBeLessThan(0.7);
    expect(seconds).toBeLessThan(64);
  });

  it('a sliding one is told where what is refused counts as well', async () => {
    const { outcomes, measured } = await look(sliding(100, 60_000, true), 'sliding');
    expect(outcomes).toEqual(['held', 'held', 'held']);
    expect(measured.admitted[2]).toBeLessThan(50);
  });

  it.each([
    ['fixed', sliding(100, 60_000), 'sliding'],
    ['sliding', fixed(100, 60_000), 'fixed'],
  ] as const)('is not as promised where it is not %s', async (window, limiter, kind) => {
    const { outcomes, measured } = await look(limiter, window);
    expect(outcomes).toEqual(['held', 'held', 'broken']);
    expect(measured.kind).toBe(kind);
  });

  it.each([
    ['shorter', 40_000],
    ['longer', 70_000],
  ])('is not as promised where it is %s', async (_, windowMs) => {
    const { outcomes, checks } = await look(fixed(100, windowMs));
    expect(outcomes.slice(0, 2)).toEqual(['held', 'broken']);
    expect(checks[1]!.detail).toMatch(
      windowMs === 40_000 ? /admitted again after 3\d\.\d–4\d/ : /after 6\d|after 7\d/,
    );
  });

  it('is not waited for for ever', async () => {
    const { outcomes, checks, seconds } = await look(fixed(100, 600_000));
    expect(outcomes).toEqual(['held', 'broken', 'unknown']);
    expect(checks[1]!.detail).toContain('nothing was admitted again');
    expect(seconds).toBeLessThan(80);
  });

  it('that admits fewer is found', async () => {
    expect((await look(fixed(20, 60_000))).outcomes).toEqual(['broken', 'unknown', 'unknown']);
    expect((await look(fixed(80, 60_000))).outcomes[0]).toBe('broken');
  });

  it('that admits more is found, whyever it does', async () => {
    const more: Record<string, Limiter> = {
      'nobody counts': () => true,
      'several count': inTurns(fixed(100, 60_000), fixed(100, 60_000), fixed(100, 60_000)),
      'two count, and one refuses sooner': inTurns(fixed(70, 60_000), fixed(50, 60_000)),
      'it refills': bucket(100, 60_000),
      'it begins by the clock': byTheClock(100, 60_000, 45_000),
    };
    for (const [why, limiter] of Object.entries(more)) {
      const { outcomes, checks } = await look(limiter);
      expect(outcomes[0], why).toBe('broken');
      expect(checks[0]!.detail, why).toMatch(/\d+ were admitted within/);
      expect(outcomes[2], why).toBe('unknown');
    }
  });

  it('is never said to be of a kind that it is not', async () => {
    for (const ahead of [0, 5_000, 20_000, 29_000, 31_000, 50_000]) {
      const { outcomes } = await look(byTheClock(100, 60_000, ahead), 'sliding');
      expect(outcomes[2], `${ahead}`).not.toBe('held');
    }
    const { measured } = await look(weighted(100, 60_000), 'fixed');
    expect(measured.kind).not.toBe('fixed');
  });

  it('is not told by answers that take too long', async () => {
    const { outcomes, checks } = await look(fixed(100, 60_000), 'fixed', 400);
    expect(outcomes[2]).toBe('unknown');
    expect(checks[2]!.detail).toContain('took too long');
  });

  it('is not told by answers that are neither', async () => {
    for (const [status, outcome] of [
      [500, 'broken'],
      [0, 'unknown'],
    ] as const) {
      const asked: Asked = { sent: 0, answered: 1, outcome: 'neither', status };
      const { checks } = rateChecks(
        { ...promised, window: 'fixed' },
        { first: [asked], second: [], waiting: [], third: [] },
      );
      expect(checks.map((one) => one.outcome)).toEqual([outcome, 'unknown', 'unknown']);
    }
  });

  it('ends when it is aborted', async () => {
    const clock = createVirtualClock({ now: 0, wall: 0 });
    const abort = new AbortController();
    const ask = async (): Promise<Asked> => ({
      sent: clock.now(),
      answered: clock.now(),
      outcome: 'admitted',
      status: 200,
    });
    const measuring = measureRate(promised, ask, { clock, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(measuring).rejects.toThrow('enough');
  });
});
