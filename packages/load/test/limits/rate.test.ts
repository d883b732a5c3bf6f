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

async function look(
  limiter: Limiter,
  window: 'fixed' | 'sliding' = 'fixed',
  answerMs = 5,
  of: { readonly requests: number; readonly windowSeconds: number } = promised,
  another?: Limiter,
) {
  const clock: Clock = createVirtualClock({ now: 10_000, wall: 0 });
  const askOf = (client: Limiter) => async (): Promise<Asked> => {
    const sent = clock.now();
    await clock.sleep(answerMs / 2);
    const admitted = client(clock.now() - 10_000);
    await clock.sleep(answerMs / 2);
    return {
      sent,
      answered: clock.now(),
      outcome: admitted ? 'admitted' : 'refused',
      status: admitted ? 200 : 429,
    };
  };
  const seen = await measureRate(
    of,
    { ask: askOf(limiter), ...(another === undefined ? {} : { askAsAnother: askOf(another) }) },
    { clock, signal: new AbortController().signal },
  );
  const { checks, window: measured } = rateChecks({ ...of, window }, seen);
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

  it.each([
    ['fixed', fixed],
    ['sliding', sliding],
  ] as const)(
    'that is shorter and admits fewer is never taken for the promised one: %s',
    async (_, limiter) => {
      for (const requests of [50, 60, 80, 99]) {
        for (let windowMs = 4000; windowMs < 58_000; windowMs += 2000) {
          for (const window of ['fixed', 'sliding'] as const) {
            const { outcomes } = await look(limiter(requests, windowMs), window);
            expect(outcomes, `${requests} in ${windowMs} ms`).not.toEqual(['held', 'held', 'held']);
          }
        }
      }
    },
  );

  it('that is half as long and admits half is never taken for it, whenever it begins', async () => {
    for (let ahead = 0; ahead < 30_000; ahead += 1000) {
      for (const window of ['fixed', 'sliding'] as const) {
        const { outcomes } = await look(byTheClock(50, 30_000, ahead), window);
        expect(outcomes, `${ahead}`).not.toEqual(['held', 'held', 'held']);
      }
    }
  });

  it('may have begun a moment before its first request', async () => {
    for (const ahead of [0, 100, 250, 400]) {
      const { outcomes } = await look(byTheClock(100, 60_000, ahead));
      expect(outcomes, `${ahead}`).toEqual(['held', 'held', 'held']);
    }
  });

  it('is as promised, or cannot be told, however long its answers take', async () => {
    const many = { requests: 2000, windowSeconds: 60 };
    for (const [kind, limiter] of [
      ['fixed', fixed],
      ['sliding', sliding],
    ] as const) {
      for (const answerMs of [2, 5, 10, 20, 25, 29, 31, 50, 100]) {
        const { outcomes, measured } = await look(limiter(2000, 60_000), kind, answerMs, many);
        expect(outcomes, `${kind}, ${answerMs} ms`).not.toContain('broken');
        expect([kind, null]).toContain(measured.kind);
      }
      expect((await look(limiter(2000, 60_000), kind, 2, many)).outcomes).toEqual(['held', 'held', 'held']);
    }
    const { checks } = await look(fixed(2000, 60_000), 'fixed', 31, many);
    expect(checks[0]).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining('took too long') });
    expect(checks[1]).toMatchObject({ outcome: 'unknown', detail: 'nothing was refused' });
  });

  it('that admits more within one window is found, however long its answers take', async () => {
    const { outcomes } = await look(() => true, 'fixed', 25, { requests: 1000, windowSeconds: 60 });
    expect(outcomes[0]).toBe('broken');
  });

  it('has no length that can be told where it was not refused before the window may have been over', async () => {
    const { checks } = await look(fixed(2000, 60_000), 'fixed', 29.7, { requests: 2000, windowSeconds: 60 });
    const admitted: Asked = { sent: 0, answered: 10, outcome: 'admitted', status: 200 };
    const refused: Asked = { sent: 80_000, answered: 80_010, outcome: 'refused', status: 429 };
    const nothingMore = rateChecks(
      { ...promised, window: 'fixed' },
      { first: [admitted], second: [refused], waiting: [], third: [] },
    );
    for (const one of [checks[1], nothingMore.checks[1]]) {
      expect(one).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining('took too long') });
    }
  });

  it.each([
    ['fixed', fixed],
    ['sliding', sliding],
  ] as const)('admits all of another client in one go: %s', async (kind, limiter) => {
    const { outcomes, checks } = await look(limiter(100, 60_000), kind, 5, promised, limiter(100, 60_000));
    expect(outcomes).toEqual(['held', 'held', 'held', 'held']);
    expect(checks[3]!.name).toBe('100 requests of another client are admitted in one go');
    expect(checks[3]!.detail).toMatch(/^100 were admitted within 0\.\d s$/);
  });

  it('that admits no more than a few at once besides is found', async () => {
    const both = (): Limiter => {
      const [window, burst] = [sliding(100, 60_000), sliding(60, 10_000)];
      return (at) => burst(at) && window(at);
    };
    const { outcomes, checks } = await look(both(), 'sliding', 5, promised, both());
    expect(outcomes).toEqual(['held', 'held', 'held', 'broken']);
    expect(checks[3]!.detail).toContain('60 were admitted');
  });

  it('is not tried in one go where the other client is none, or nothing was admitted, or it took too long', async () => {
    const one = sliding(100, 60_000);
    const same = await look(one, 'sliding', 5, promised, one);
    expect(same.checks[3]).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining('{{id}}') });
    const closed = await look(
      () => false,
      'fixed',
      5,
      promised,
      () => true,
    );
    expect(closed.outcomes[3]).toBe('unknown');
    const slow = await look(fixed(100, 60_000), 'fixed', 200, promised, fixed(100, 60_000));
    expect(slow.outcomes[3]).toBe('unknown');
  });

  it('has the length that an interval shows, where that is narrow enough', () => {
    const asked = (sent: number, outcome: Asked['outcome'], takesMs = 0): Asked => ({
      sent: sent * 1000,
      answered: sent * 1000 + takesMs,
      outcome,
      status: 200,
    });
    const between = (refused: number, again: number) =>
      rateChecks(
        { ...promised, window: 'fixed' },
        {
          first: [asked(0, 'admitted')],
          second: [asked(24, 'refused')],
          waiting: [asked(refused, 'refused'), asked(again, 'admitted')],
          third: [],
        },
      ).checks[1]!.outcome;
    expect(between(59.8, 60.4)).toBe('held');
    expect(between(58.6, 61.4)).toBe('held');
    // As wide as a slow platform makes it.
    expect(between(50, 66)).toBe('unknown');
    expect(between(58, 60.2)).toBe('unknown');
    expect(between(59.8, 62)).toBe('unknown');
    expect(between(57, 58.9)).toBe('broken');
    expect(between(61.1, 61.7)).toBe('broken');
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
    const measuring = measureRate(promised, { ask }, { clock, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(measuring).rejects.toThrow('enough');
  });
});

describe('when to come back', () => {
  const at = (seconds: number, outcome: 'admitted' | 'refused', retryAfterSeconds?: number): Asked => ({
    sent: seconds * 1000,
    answered: seconds * 1000,
    outcome,
    status: outcome === 'admitted' ? 200 : 429,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
  const checkOf = (second: readonly Asked[], waiting: readonly Asked[]) =>
    rateChecks(
      { ...promised, window: 'sliding' },
      { first: [at(0, 'admitted')], second, waiting, third: [] },
    ).checks.find(({ name }) => name.startsWith('who comes back'));

  it('is right where who comes then is let in', () => {
    expect(checkOf([at(24, 'refused', 36)], [at(30, 'refused', 30), at(60.2, 'admitted')])).toMatchObject({
      outcome: 'held',
      detail: 'a refusal says to come back after 36 s, and it was admitted 36.2 s later',
    });
  });

  it('is wrong where who comes then is refused again', () => {
    expect(checkOf([at(24, 'refused', 1)], [at(30, 'refused', 1), at(60, 'admitted')])).toMatchObject({
      outcome: 'broken',
      detail: 'a refusal says to come back after 1 s, and 6.0 s later it was refused again',
    });
  });

  it('may be cut off to whole seconds', () => {
    const waiting = [at(30, 'refused', 29), at(59.8, 'refused', 0), at(60.4, 'admitted')];
    expect(checkOf([at(24.2, 'refused', 35)], waiting)).toMatchObject({ outcome: 'held' });
  });

  it('is open where nothing was admitted again, and not asked for where no refusal says it', () => {
    expect(checkOf([at(24, 'refused', 51)], [at(74, 'refused', 1)])).toMatchObject({ outcome: 'unknown' });
    expect(checkOf([at(24, 'refused')], [at(60, 'admitted')])).toBeUndefined();
  });
});
