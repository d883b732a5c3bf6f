import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeStream } from '../../src/observers/observers.ts';
import { analyseOutage, rtoOf, type OutageAnalysis } from '../../src/outage/outage.ts';
import { observe, type Observed } from './fixtures/observed.ts';
import { startFixturePlatform, type FixturePlatform } from './fixtures/platform.ts';
import type { FixtureAnswer } from './fixtures/protocol.ts';
import { until } from './fixtures/until.ts';

const stable = { stableForMs: 300, stableAttempts: 12 };
let platform: FixturePlatform;
let observed: Observed;

beforeEach(async () => {
  platform = await startFixturePlatform();
  observed = await observe(platform.entry);
  await until(
    () => observed.observers.streams().every((one) => one.attempts.filter((a) => a.ok).length > 10),
    'good attempts in every stream',
  );
});

afterEach(async () => {
  await observed.end();
  await platform.end();
});

/** Takes the platform down for these times, each followed by a time up; tells when it went and when it came. */
async function failFor(how: 'refuse' | 'hang', ...times: readonly number[]) {
  const seen: { readonly down: FixtureAnswer; readonly up: FixtureAnswer }[] = [];
  for (const [i, ms] of times.entries()) {
    if (i > 0) await systemClock.sleep(120);
    const down = await platform.tell({ type: how });
    await systemClock.sleep(ms);
    seen.push({ down, up: await platform.tell({ type: 'answer' }) });
  }
  return seen;
}

async function recovered(from: FixtureAnswer): Promise<readonly OutageAnalysis[]> {
  const question = { from: { low: from.from, high: from.to }, ...stable };
  const analyses = (): OutageAnalysis[] =>
    observed.observers.streams().map((stream) => analyseOutage(stream, question));
  await until(() => analyses().every((one) => one.outage !== null && one.recovered !== null), 'recovery');
  return analyses();
}

/** 2Δ + τ + L + J, with the latency of the good attempt and the lateness on both sides as they were. */
function widest(stream: ProbeStream, seen: OutageAnalysis): number {
  const good = stream.attempts.find((one) => one.ok && one.completed === seen.end?.high);
  const latency = good === undefined ? 0 : good.completed - good.sent;
  const overshoot = Math.max(
    0,
    ...stream.attempts.filter((one) => !one.ok).map((one) => one.completed - one.sent - stream.timeoutMs),
  );
  const lateness = 2 * seen.lateness.max + overshoot + stream.missedTicks * stream.everyMs;
  return 2 * stream.everyMs + stream.timeoutMs + latency + lateness;
}

describe('an outage of known length', () => {
  it.each([
    ['refused for 300 ms', 'refuse', [300]],
    ['a black hole of 500 ms', 'hang', [500]],
    ['a black hole of 1.2 s', 'hang', [1200]],
    ['flapping', 'refuse', [150, 200, 150]],
  ] as const)('%s lies within the interval of every stream', async (_, how, times) => {
    const truth = await failFor(how, ...times);
    const first = truth[0]?.down;
    const last = truth.at(-1)?.up;
    if (first === undefined || last === undefined) throw new Error('Nothing was done.');
    for (const seen of await recovered(first)) {
      const told = JSON.stringify({ first, last, seen });
      const stream = observed.observers.streams().find((one) => one.name === seen.stream);
      if (stream === undefined || seen.start === null || seen.recovered === null || seen.outage === null) {
        throw new Error(told);
      }
      // What took effect between `from` and `to` lies within [low, high] when these overlap.
      expect(seen.start.low, told).toBeLessThanOrEqual(first.to);
      expect(seen.start.high, told).toBeGreaterThanOrEqual(first.from);
      expect(seen.recovered.low, told).toBeLessThanOrEqual(last.to);
      expect(seen.recovered.high, told).toBeGreaterThanOrEqual(last.from);
      expect(seen.outage.low, told).toBeLessThanOrEqual(last.to - first.from);
      expect(seen.outage.high, told).toBeGreaterThanOrEqual(last.from - first.to);
      const width = seen.end!.high - seen.end!.low + seen.start.high - seen.start.low;
      expect(width, told).toBeLessThanOrEqual(widest(stream, seen));
      expect(seen.flaps, told).toBe(times.length - 1);
    }
    const rto = rtoOf(await recovered(first), { low: first.from, high: first.to });
    expect(rto.low).toBeLessThanOrEqual(last.to - first.from);
    expect(rto.high).toBeGreaterThanOrEqual(last.from - first.from);
  });
});

describe('the streams', () => {
  it('send at their interval, and never wait for an attempt that hangs', async () => {
    await platform.tell({ type: 'hang' });
    const from = systemClock.now();
    await systemClock.sleep(1000);
    const to = systemClock.now() - 350;
    for (const stream of observed.observers.streams()) {
      const sent = stream.attempts.filter((one) => one.sent >= from && one.sent < to);
      const due = (to - from) / stream.everyMs;
      expect(sent.length + stream.missedTicks, stream.name).toBeGreaterThan(due - 4);
      expect(sent.length, stream.name).toBeLessThan(due + 4);
      expect(
        sent.slice(3).every((one) => one.error === 'timeout'),
        stream.name,
      ).toBe(true);
    }
  });

  it('give completed attempts in the order of sending, each once, as in their evidence', async () => {
    await failFor('hang', 200);
    await systemClock.sleep(200);
    await observed.observers.stopProbes();
    const lines = readFileSync(join(observed.dir, 'probes-drill.jsonl'), 'utf8').trim().split('\n');
    const evidence = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    for (const stream of observed.observers.streams()) {
      const sent = stream.attempts.map((one) => one.sent);
      expect(sent).toEqual([...new Set(sent)].sort((a, b) => a - b));
      expect(stream.settledUntil).toBeUndefined();
      const written = evidence.filter((line) => line['stream'] === stream.name);
      expect(written.flatMap((line) => line['attempts'])).toHaveLength(sent.length);
    }
    const counts = observed.observers.streams().map((one) => one.attempts.length);
    await systemClock.sleep(150);
    expect(observed.observers.streams().map((one) => one.attempts.length)).toEqual(counts);
    expect(observed.observers.healthy()).toEqual({ ok: true });
  });

  it('open a connection for each fresh attempt, and keep the pooled ones', async () => {
    const before = await platform.tell({ type: 'tell' });
    const count = (name: string): number =>
      observed.observers.streams().find((one) => one.name === name)?.attempts.length ?? 0;
    const [fresh, pooled] = [count('fresh'), count('pooled')];
    await until(() => count('pooled') > pooled + 50, 'fifty attempts more');
    const after = await platform.tell({ type: 'tell' });
    const opened = after.connections - before.connections;
    expect(Math.abs(opened - (count('fresh') - fresh))).toBeLessThan(15);
  });
});
