import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observe, type Observed } from './fixtures/observed.ts';
import { startFixturePlatform, type FixturePlatform } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

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

describe('the streams', () => {
  it('send at their interval, and never wait for an attempt that hangs', async () => {
    await platform.tell({ type: 'hang' });
    const from = systemClock.now();
    await systemClock.sleep(1000);
    const to = systemClock.now();
    await until(
      () => observed.observers.streams().every((one) => (one.settledUntil ?? 0) >= to),
      'everything that was sent until then',
    );
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
    await platform.tell({ type: 'hang' });
    await systemClock.sleep(200);
    await platform.tell({ type: 'answer' });
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
    await until(() => count('pooled') > pooled + 200, 'two hundred attempts more');
    const after = await platform.tell({ type: 'tell' });
    const opened = after.connections - before.connections;
    // What was sent is told some time later.
    expect(opened).toBeGreaterThan((count('fresh') - fresh) / 2);
    expect(opened).toBeLessThan((count('fresh') - fresh) * 1.5);
  });
});

interface Line {
  readonly stream?: string;
  readonly missedTicks?: number;
  readonly attempts?: readonly unknown[];
}

function evidenceIn(dir: string): readonly Line[] {
  const lines = readFileSync(join(dir, 'probes-drill.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('a stream of a tick each 5 ms', () => {
  it('sends each tick once and in order, or counts it as missed, and its evidence says the same', async () => {
    const quick = await observe(platform.entry, { probeEveryMs: 5 });
    try {
      await until(
        () => quick.observers.streams().every((one) => one.attempts.filter((a) => a.ok).length > 200),
        'two hundred good attempts in every stream',
      );
      await quick.observers.stopProbes();
      const evidence = evidenceIn(quick.dir);
      for (const { name, everyMs, attempts, missedTicks } of quick.observers.streams()) {
        expect(everyMs).toBe(5);
        const first = attempts[0]?.due ?? Number.NaN;
        // Places on the grid that begins with the first attempt.
        const ticks = attempts.map(({ due }) => Math.round((due - first) / everyMs));
        expect(attempts.map(({ due }) => due)).toEqual(ticks.map((tick) => first + tick * everyMs));
        expect(ticks, name).toEqual([...new Set(ticks)].toSorted((a, b) => a - b));
        // What lies between them was missed; behind the last one some more may have been.
        const between = (ticks.at(-1) ?? 0) + 1 - ticks.length;
        expect(missedTicks, name).toBeGreaterThanOrEqual(between);
        expect(attempts.every(({ sent, due }) => sent >= due)).toBe(true);
        const written = evidence.filter(({ stream }) => stream === name);
        expect(written.flatMap((line) => line.attempts)).toHaveLength(attempts.length);
        expect(Math.max(...written.map((line) => line.missedTicks ?? Number.NaN))).toBeLessThanOrEqual(
          missedTicks,
        );
      }
    } finally {
      await quick.end();
    }
  });

  it('counts the ticks that passed while its process was stopped', async () => {
    const quick = await observe(platform.entry, { probeEveryMs: 5 });
    try {
      const [pid] = await quick.pids();
      if (pid === undefined) throw new Error('no process');
      process.kill(pid, 'SIGSTOP');
      await systemClock.sleep(500);
      process.kill(pid, 'SIGCONT');
      await until(
        () => quick.observers.streams().every((one) => one.missedTicks >= 90),
        'the ticks of half a second, as missed',
      );
      await quick.observers.stopProbes();
      const evidence = evidenceIn(quick.dir);
      for (const { name, missedTicks } of quick.observers.streams()) {
        const last = evidence.findLast(({ stream }) => stream === name);
        expect(last?.missedTicks, name).toBeGreaterThanOrEqual(90);
        expect(last?.missedTicks, name).toBeLessThanOrEqual(missedTicks);
      }
    } finally {
      await quick.end();
    }
  });
});
