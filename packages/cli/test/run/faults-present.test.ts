import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { expect, it } from 'vitest';
import { faultsPresent } from '../../src/run/faults-present.ts';
import type { LoadedPlatform } from '../../src/load/load-platform.ts';

it('looks at every fault, also behind a driver that breaks, and calls nothing healed that cannot be seen', async () => {
  const entry = (title: string) => ({ title, driver: 'x', config: {}, revives: 'nothing' });
  const says: Record<string, () => Promise<unknown>> = {
    broken: () => Promise.reject(new Error('no connection')),
    gone: async () => ({ state: 'absent' }),
    in: async () => ({ state: 'present', detail: 'still there' }),
    silent: () => new Promise(() => {}),
  };
  const faults = Object.fromEntries(Object.keys(says).map((name) => [name, entry(name)]));
  const loaded = {
    platform: { faults },
    drivers: { fault: (name: string) => ({ driver: { status: says[name] }, config: {} }) },
  } as unknown as LoadedPlatform;
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const found = await faultsPresent(loaded, { clock, withinMs: 10_000 });
  expect(found.map(({ entry: { title }, status }) => [title, status])).toEqual([
    ['broken', { state: 'unknown', reason: 'no connection' }],
    ['in', { state: 'present', detail: 'still there' }],
    ['silent', { state: 'unknown', reason: 'The look at its targets took longer than 10 s.' }],
  ]);
});
