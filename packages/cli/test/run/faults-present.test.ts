import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import { faultsPresent } from '../../src/run/faults-present.ts';
import type { Session } from '../../src/run/session.ts';

it('looks at every fault, also behind a driver that breaks, and calls nothing healed that cannot be seen', async () => {
  const entry = (title: string) => ({ title, driver: 'x', config: {}, revives: 'nothing' });
  const says: Record<string, () => Promise<unknown>> = {
    broken: () => Promise.reject(new Error('no connection')),
    gone: async () => ({ state: 'absent' }),
    in: async () => ({ state: 'present', detail: 'still there' }),
  };
  const faults = Object.fromEntries(Object.keys(says).map((name) => [name, entry(name)]));
  const session = {
    loaded: {
      platform: { faults },
      drivers: { fault: (name: string) => ({ driver: { status: says[name] }, config: {} }) },
    },
    context: { clock: systemClock },
  } as unknown as Session;
  const found = await faultsPresent(session, () => new AbortController().signal);
  expect(found.map(({ entry: { title }, status }) => [title, status])).toEqual([
    ['broken', { state: 'unknown', reason: 'no connection' }],
    ['in', { state: 'present', detail: 'still there' }],
  ]);
});
