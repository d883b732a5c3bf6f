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
