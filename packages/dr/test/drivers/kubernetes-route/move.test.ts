import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { expect, it } from 'vitest';
import { moveTraffic } from '../../../src/drivers/kubernetes-route/move.ts';

it('gives up where somebody else has written the object each time in between', async () => {
  let now = 0;
  let version = 0;
  // What never ends on its own must not hold up the whole suite.
  const signal = new AbortController();
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
    if (now > 60_000) signal.abort(new Error('it went on without end'));
    signal.signal.throwIfAborted();
  };
  const context = { clock: { now: () => now, sleep }, signal: signal.signal } as unknown as DriverContext;
  const moving = moveTraffic(
    {
      read: async () => ({
        name: 'HTTPRoute shop/web',
        resourceVersion: String((version += 1)),
        says: 'a=1 b=0',
        writer: 'labeller at noon',
      }),
      change: async () => ({ says: 'a=0 b=1', patch: {} }),
      patch: async () => undefined,
      notShown: () => undefined,
      shownWithinSeconds: 5,
    },
    context,
  );
  await expect(moving).rejects.toThrow(
    /HTTPRoute shop\/web was not changed: .* for 5 s, the last of them labeller at noon/,
  );
});
