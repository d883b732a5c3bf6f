import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import type { Attempt, ProbeStream } from '../../src/observers/observers.ts';
import { analyseOutage, rtoOf, type OutageQuestion } from '../../src/outage/outage.ts';
import { randomFrom } from './random.ts';
import { simulate, type StreamSettings, type Truth } from './simulate.ts';

/** `g` good after 2 ms, `r` refused after 1 ms, `t` timed out after 50 ms; one every 10 ms from 0. */
function streamOf(letters: string, more: Partial<ProbeStream> = {}): ProbeStream {
  const length = { g: 2, r: 1, t: 50 } as Readonly<Record<string, number>>;
  const attempts = [...letters].map((letter, i): Attempt => {
    const sent = i * 10;
    return {
      due: sent,
      sent,
      completed: sent + (length[letter] ?? 0),
      ok: letter === 'g',
      status: letter === 'g' ? 200 : 0,
    };
  });
  return { name: 's', everyMs: 10, timeoutMs: 50, attempts, missedTicks: 0, ...more };
}

function question(low: number, high: number, more: Partial<OutageQuestion> = {}): OutageQuestion {
  return { from: { low, high }, stableForMs: 30, stableAttempts: 4, ...more };
}

describe('the outage of one stream', () => {
  it('lies between the last good, the first bad, the last bad and the first good attempt', () => {
    const seen = analyseOutage(streamOf('gggrrrggggg'), question(25, 28));
    expect(seen).toMatchObject({
      start: { low: 20, high: 31 },
      end: { low: 50, high: 62 },
      outage: { low: 19, high: 42 },
      recovered: { low: 50, high: 62 },
      firstSuccess: 62,
      flaps: 0,
      bad: 3,
      badMs: 30,
      badAfterRecovery: 0,
    });
  });

  it('knows a refusal before a timeout that was sent earlier', () => {
    const seen = analyseOutage(streamOf('ggtrrggggg'), question(22, 23));
    expect(seen.start).toEqual({ low: 10, high: 31 });
  });

  it('is not recovered before the stable window has passed, in time and in attempts', () => {
    expect(analyseOutage(streamOf('grggg'), question(5, 5)).recovered).toBeNull();
    expect(analyseOutage(streamOf('grgggg'), question(5, 5)).recovered).toEqual({ low: 10, high: 22 });
    const longer = question(5, 5, { stableForMs: 40 });
    expect(analyseOutage(streamOf('grgggg'), longer).recovered).toBeNull();
    expect(analyseOutage(streamOf('grgggg'), longer)).toMatchObject({
      end: { low: 10, high: 22 },
      outage: { high: Infinity },
    });
  });

  it('has no end while attempts fail', () => {
    const seen = analyseOutage(streamOf('ggrrr'), question(15, 16));
    expect(seen).toMatchObject({
      end: { low: 40, high: Infinity },
      recovered: null,
      firstSuccess: null,
      outage: { high: Infinity },
    });
    expect(rtoOf([seen], { low: 15, high: 16 })).toEqual({ low: 25, high: Infinity });
  });

  it('reaches over flaps, counts them, and stamps the recovery at the start of what held', () => {
    const seen = analyseOutage(streamOf('ggrrgrgggrggggggg'), question(15, 16));
    expect(seen).toMatchObject({
      flaps: 2,
      firstSuccess: 42,
      bad: 4,
      badMs: 40,
      recovered: { low: 90, high: 102 },
    });
  });

  it('tells of a relapse after the recovery without moving it', () => {
    const seen = analyseOutage(streamOf('grgggggrrgggggg'), question(5, 5));
    expect(seen).toMatchObject({ recovered: { low: 10, high: 22 }, badAfterRecovery: 2, flaps: 1 });
  });

  it('leaves out what was sent at or after `until`', () => {
    const seen = analyseOutage(streamOf('grgggggrr'), question(5, 5, { until: 70 }));
    expect(seen).toMatchObject({ badAfterRecovery: 0, bad: 1, attempts: 6 });
  });

  it('concludes nothing past an attempt that is still under way', () => {
    const all = streamOf('grgggg');
    expect(analyseOutage({ ...all, settledUntil: 40 }, question(5, 5)).recovered).toBeNull();
    expect(analyseOutage({ ...all, settledUntil: 51 }, question(5, 5)).recovered).not.toBeNull();
  });

  it('takes in an attempt that the fault met under way, and not one that failed before it', () => {
    expect(analyseOutage(streamOf('ggtggggg'), question(30, 30)).start).toEqual({ low: 10, high: 70 });
    expect(analyseOutage(streamOf('ggrggggg'), question(30, 30)).outage).toBeNull();
  });

  it('has an open start when the stream was never good', () => {
    expect(analyseOutage(streamOf('rrgggggg'), question(0, 0)).start?.low).toBe(-Infinity);
  });

  it('says how late the attempts were', () => {
    const stream = streamOf('gggg');
    const late = stream.attempts.map((one, i) => ({ ...one, due: one.due - i }));
    expect(analyseOutage({ ...stream, attempts: late, missedTicks: 7 }, question(0, 0))).toMatchObject({
      lateness: { p99: 3, max: 3 },
      missedTicks: 7,
      attempts: 4,
    });
  });
});

describe('the recovery time', () => {
  it('of a stream without an outage is bounded by its first good attempt after the fault', () => {
    const seen = analyseOutage(streamOf('gggggggg'), question(15, 25));
    expect(seen).toMatchObject({ outage: null, recovered: { low: 15, high: 32 } });
    expect(rtoOf([seen], { low: 15, high: 25 })).toEqual({ low: 0, high: 17 });
  });

  it('is not known before that is confirmed, nor without any attempt or stream', () => {
    const t0 = { low: 15, high: 25 };
    expect(rtoOf([analyseOutage(streamOf('gggg'), question(15, 25))], t0)).toEqual({
      low: 0,
      high: Infinity,
    });
    expect(rtoOf([analyseOutage(streamOf(''), question(15, 25))], t0)).toEqual({ low: 0, high: Infinity });
    expect(rtoOf([], t0)).toEqual({ low: 0, high: Infinity });
  });

  it('is that of the worst stream', () => {
    const t0 = { low: 5, high: 5 };
    const quick = analyseOutage(streamOf('grgggggg'), question(5, 5));
    const slow = analyseOutage(streamOf('grrrgggggg'), question(5, 5));
    expect(rtoOf([quick, slow], t0)).toEqual({ low: 25, high: 37 });
    const never = analyseOutage(streamOf('grr'), question(5, 5));
    expect(rtoOf([quick, slow, never], t0)).toEqual({ low: 25, high: Infinity });
  });
});

describe('against a known truth', () => {
  const seeds = Array.from({ length: 1200 }, (_, seed) => seed);

  it('holds the truth, no wider than 2Δ + τ + L + J, for every seed', () => {
    for (const seed of seeds) {
      const { truth, settings } = trial(seed);
      const stream = simulate(truth, settings);
      const first = truth.down[0]?.from ?? 0;
      const last = truth.down.at(-1)?.to ?? 0;
      const seen = analyseOutage(stream, {
        from: { low: first - 1, high: first },
        stableForMs: 400,
        stableAttempts: 20,
      });
      const told = `seed ${seed}: ${JSON.stringify({ truth, seen })}`;
      expect(within(first, seen.start), told).toBe(true);
      expect(within(last, seen.recovered), told).toBe(true);
      expect(within(last - first, seen.outage), told).toBe(true);
      const width = (seen.outage?.high ?? Infinity) - (seen.end?.low ?? 0) + (seen.start?.high ?? 0);
      const latency = truth.failing === 'hold' ? settings.timeoutMs : settings.latencyMs;
      expect(width, told).toBeLessThanOrEqual(bound(stream, settings, latency) + 1e-6);
      expect(rtoOf([seen], { low: first - 1, high: first }).high, told).toBeGreaterThanOrEqual(last - first);
    }
  });

  it('would be seen to be wrong: planned send times in place of the actual ones miss the truth', () => {
    const wrong = seeds.filter((seed) => {
      const { truth, settings } = trial(seed);
      const stream = simulate(truth, { ...settings, lateMs: settings.everyMs * 0.9 });
      const attempts = stream.attempts.map((one) => ({ ...one, sent: one.due, completed: one.due + 0.1 }));
      const first = truth.down[0]?.from ?? 0;
      const last = truth.down.at(-1)?.to ?? 0;
      const from = { low: first - settings.everyMs, high: first };
      const seen = analyseOutage({ ...stream, attempts }, { from, stableForMs: 400, stableAttempts: 20 });
      return !within(first, seen.start) || !within(last, seen.recovered);
    });
    expect(wrong.length).toBeGreaterThan(seeds.length / 10);
  });

  it('is asked again live at little cost', () => {
    const { truth, settings } = trial(1);
    const stream = simulate(truth, { ...settings, lastMs: 400_000, everyMs: 20 });
    // Of the processor, as nobody knows what else the machine has to do.
    const before = cpuUsage();
    for (let i = 0; i < 10; i += 1) analyseOutage(stream, question(1, 2));
    expect(cpuUsage(before).user / 1000 / 10).toBeLessThan(50);
  });
});

/** An outage of 2 to 3 intervals at least, so that it cannot hide between two attempts; some with flaps. */
function trial(seed: number): { readonly truth: Truth; readonly settings: StreamSettings } {
  const random = randomFrom(seed);
  const everyMs = 10 + 90 * random();
  const timeoutMs = 50 + 150 * random();
  const settings = {
    everyMs,
    timeoutMs,
    random,
    lateMs: everyMs * 0.5 * random(),
    latencyMs: Math.min(5, timeoutMs / 5),
    noticeMs: 3 * random(),
  };
  const failing = (['refuse', 'hang', 'hold'] as const)[seed % 3] ?? 'hang';
  // What is held for less than the timeout and then answered is no outage to a client.
  const leastMs = failing === 'hold' ? timeoutMs + 2 * everyMs : 0;
  const spans = failing !== 'hold' && random() < 0.3 ? 2 + Math.floor(3 * random()) : 1;
  const down: { from: number; to: number }[] = [];
  let at = 300 + 200 * random();
  for (let i = 0; i < spans; i += 1) {
    const from = at;
    const to = from + leastMs + everyMs * (2 + 20 * random());
    down.push({ from, to });
    at = to + Math.min(350, everyMs * (2 + 4 * random()));
  }
  const lastMs = at + 2000 + timeoutMs + 60 * everyMs;
  return { truth: { down, failing }, settings: { ...settings, lastMs } };
}

function within(value: number, bounds: { readonly low: number; readonly high: number } | null): boolean {
  return bounds !== null && bounds.low <= value && value <= bounds.high;
}

function bound(stream: ProbeStream, settings: StreamSettings, latency: number): number {
  const late = Math.max(...stream.attempts.map((one) => one.sent - one.due));
  // Lateness of both ends: of sending, and of noticing the outcome.
  const lateness = 2 * (late + settings.noticeMs);
  return 2 * settings.everyMs + settings.timeoutMs + latency + 0.5 + lateness;
}
