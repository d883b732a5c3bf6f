import { describe, expect, it } from 'vitest';
import type { Attempt, ProbeStream } from '../../src/observers/observers.ts';
import { analyseOutage, rtoOf, type OutageQuestion } from '../../src/outage/outage.ts';
import { streamStore } from '../../src/observers/stream-store.ts';
import { randomFrom } from './random.ts';
import { simulate } from './simulate.ts';

/** A stream that saw one or several outages, or none, with its attempts numbered as the prober does. */
function trial(seed: number): { readonly stream: ProbeStream; readonly question: OutageQuestion } {
  const random = randomFrom(seed);
  const everyMs = 10 + 40 * random();
  const down: { from: number; to: number }[] = [];
  let at = 400 + 100 * random();
  for (let i = Math.floor(random() * 4); i > 0; i -= 1) {
    const to = at + everyMs * (0.5 + 10 * random());
    down.push({ from: at, to });
    at = to + everyMs * (1 + 8 * random());
  }
  const failing = (['refuse', 'hang', 'hold'] as const)[seed % 3] ?? 'hang';
  const stream = simulate(
    { down, failing },
    { everyMs, timeoutMs: 100, lastMs: 3000, random, lateMs: 0.5 * everyMs, latencyMs: 5, noticeMs: 2 },
  );
  const attempts = stream.attempts.map((attempt, number) => ({ ...attempt, number }));
  const from = { low: 390, high: 400 };
  return { stream: { ...stream, attempts }, question: { from, stableForMs: 300, stableAttempts: 10 } };
}

/** Seconds of recovery at most: what a drill is gated on. */
function gated(stream: ProbeStream, question: OutageQuestion): number {
  return rtoOf([analyseOutage(stream, question)], question.from).high;
}

const seeds = Array.from({ length: 600 }, (_, seed) => seed);

describe('the recovery time of a stream', () => {
  it('never gets shorter because attempts are missing, whichever they are', () => {
    let open = 0;
    for (const seed of seeds) {
      const random = randomFrom(seed + 5000);
      const { stream, question } = trial(seed);
      const share = random() * 0.3;
      const badOnly = random() < 0.5;
      const attempts = stream.attempts.filter((one) => random() >= share || (badOnly && one.ok));
      const [before, after] = [gated(stream, question), gated({ ...stream, attempts }, question)];
      expect(after, `seed ${seed}`).toBeGreaterThanOrEqual(before - 1e-9);
      if (after === Infinity) open += 1;
    }
    expect(open).toBeLessThan(seeds.length);
  });

  it('would get shorter without their numbers: that is what they are for', () => {
    const shorter = seeds.filter((seed) => {
      const { stream, question } = trial(seed);
      const attempts = stream.attempts
        .filter((one) => one.ok)
        .map(({ due, sent, completed, ok, status }): Attempt => ({ due, sent, completed, ok, status }));
      return gated({ ...stream, attempts }, question) < gated(stream, question) - 1e-9;
    });
    expect(shorter.length).toBeGreaterThan(seeds.length / 10);
  });

  it('never gets shorter because more attempts were bad, or answers came later', () => {
    for (const seed of seeds) {
      const random = randomFrom(seed + 6000);
      const { stream, question } = trial(seed);
      const share = random() * 0.1;
      const attempts = stream.attempts.map((one): Attempt => {
        if (one.sent < question.from.high || random() >= share) return one;
        return random() < 0.5
          ? { ...one, ok: false, status: 0, error: 'timeout' }
          : { ...one, completed: one.completed + 20 * random() };
      });
      const [before, after] = [gated(stream, question), gated({ ...stream, attempts }, question)];
      expect(after, `seed ${seed}`).toBeGreaterThanOrEqual(before - 1e-9);
    }
  });

  it('is the same whatever order the attempts were told in', () => {
    for (const seed of seeds.slice(0, 100)) {
      const random = randomFrom(seed + 7000);
      const { stream, question } = trial(seed);
      const shuffled = stream.attempts
        .map((attempt) => ({ attempt, at: random() }))
        .sort((one, other) => one.at - other.at)
        .map(({ attempt }) => attempt);
      const store = streamStore(stream.name, stream.everyMs, stream.timeoutMs);
      for (let i = 0; i < shuffled.length; i += 10) {
        store.add({ attempts: shuffled.slice(i, i + 10), missedTicks: 0, settledUntil: null });
      }
      expect(analyseOutage(store.stream(), question), `seed ${seed}`).toEqual(
        analyseOutage(stream, question),
      );
    }
  });

  it('never gets shorter because the prober stood still', () => {
    for (const seed of seeds.slice(0, 200)) {
      const random = randomFrom(seed + 8000);
      const { stream, question } = trial(seed);
      const from = 450 + 800 * random();
      const to = from + stream.everyMs + stream.timeoutMs + 20 + 300 * random();
      // The numbers go on, as nothing was sent meanwhile.
      const attempts = stream.attempts
        .filter((one) => one.sent < from || one.sent > to)
        .map((one, number) => ({ ...one, number }));
      const after = gated({ ...stream, attempts }, question);
      expect(after, `seed ${seed}`).toBeGreaterThanOrEqual(gated(stream, question) - 1e-9);
    }
  });
});
