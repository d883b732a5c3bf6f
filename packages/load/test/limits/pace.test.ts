import { expect, it } from 'vitest';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { createPace } from '../../src/limits/pace.ts';

async function sentAt(perSecond: number, count: number, pauseAfter?: number): Promise<readonly number[]> {
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const next = createPace(perSecond, { clock, signal: new AbortController().signal });
  const sent: number[] = [];
  for (let i = 0; i < count; i += 1) {
    if (i === pauseAfter) await clock.sleep(1000);
    await next();
    sent.push(clock.now());
  }
  return sent;
}

it.each([4, 80, 700, 3000])('sends at most %i a second, and no less than half as many', async (perSecond) => {
  const sent = await sentAt(perSecond, 2 * perSecond + 1);
  const apart = sent.slice(perSecond).map((at, index) => at - sent[index]!);
  expect(Math.min(...apart)).toBeGreaterThan(998);
  expect(sent.at(-1)!).toBeLessThan(4000);
});

it('does not make up for what was late', async () => {
  const sent = await sentAt(4, 4, 2);
  expect(sent).toEqual([0, 250, 1250, 1500]);
});

it('ends when it is aborted', async () => {
  const abort = new AbortController();
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const next = createPace(1, { clock, signal: abort.signal });
  await next();
  const waiting = next();
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
