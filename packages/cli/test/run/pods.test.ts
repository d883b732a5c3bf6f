import type { DeploymentSeen, PodsSaw } from '@ordeal/shared/judge/pods/look';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { expect, it } from 'vitest';
import { looksUntilReady } from '../../src/run/pods.ts';

const seen = (ready: number): PodsSaw => ({
  kind: 'seen',
  seen: { replicas: 3, ready, rollout: null, containers: [] } satisfies DeploymentSeen,
});

it.each<[string, readonly PodsSaw[]]>([
  ['once where all are ready', [seen(3)]],
  ['until the one that was replaced is ready', [seen(2), seen(2), seen(3)]],
  ['once where it is not there', [{ kind: 'absent' }]],
  ['no more once it cannot be read', [seen(0), { kind: 'unread', reason: 'forbidden' }]],
])('pods are looked at %s', async (_, looks) => {
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const left = [...looks];
  const once = async (): Promise<PodsSaw> =>
    left.shift() ?? { kind: 'unread', reason: 'looked at once more' };
  const found: PodsSaw[] = [];
  for await (const saw of looksUntilReady(once, clock, new AbortController().signal)) found.push(saw);
  expect(found).toEqual(looks);
});

it('pods that never become ready are looked at until the phase ends', async () => {
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const ending = new AbortController();
  const found: PodsSaw[] = [];
  const looking = async (): Promise<void> => {
    for await (const saw of looksUntilReady(async () => seen(0), clock, ending.signal)) {
      found.push(saw);
      if (clock.now() >= 10_000) ending.abort();
    }
  };
  await expect(looking()).rejects.toThrow('aborted');
  expect(found).toEqual([seen(0), seen(0), seen(0)]);
});
