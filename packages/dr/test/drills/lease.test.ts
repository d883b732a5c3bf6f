import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Attempt } from '../../src/observers/observers.ts';
import { expect, it } from 'vitest';
import { readBounds } from '../../src/drills/configured-times.ts';
import type { Course } from '../../src/drills/course.ts';
import { recover } from '../../src/drills/measuring.ts';

/** Bad right after the fault, good for eleven seconds, and bad once more: as when a lease has run out. */
const wasBad = (at: number): boolean => (at >= 0 && at < 500) || (at >= 11_500 && at < 12_000);

/** A drill of which only recovery is missing. Its time passes as it is slept away. */
function drillOn(store: object): { readonly course: Course; readonly within: DriverContext } {
  let now = 0;
  const attempts = (): readonly Attempt[] =>
    Array.from({ length: Math.floor((now + 1000) / 100) }, (_, i) => {
      const sent = i * 100 - 1000;
      return { due: sent, sent, completed: sent + 1, ok: !wasBad(sent), status: 200 };
    });
  const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
  const course = {
    phase: {
      name: 'drill',
      drill: { kind: 'failover', from: 'a', to: 'b' },
      stableFor: 6,
      stableAttempts: 10,
      probeEvery: 0.1,
      probeTimeout: 0.1,
      ledgerRate: 50,
      deadline: 60,
    },
    deps: { store, route: {}, environment: 'lab' },
    context: { clock, journal: { append: () => undefined } },
    configured: [],
    milestones: new Map(),
    waits: [],
    t0: { low: 0, high: 0 },
    observers: {
      healthy: () => ({ ok: true }),
      ledger: () => ({ first: 0, last: now, acknowledged: 1 }),
      streams: () => [
        {
          name: 'read',
          everyMs: 100,
          timeoutMs: 100,
          missedTicks: 0,
          attempts: attempts(),
          settledUntil: now,
        },
      ],
    },
  } as unknown as Course;
  const { signal } = new AbortController();
  return { course, within: { clock: clock as unknown as Clock, signal, say: () => undefined } };
}

async function recoveredAt(store: object): Promise<number | undefined> {
  const { course, within } = drillOn(store);
  await readBounds.run(course, within);
  await recover.run(course, within);
  return course.milestones.get('recovered')?.high;
}

it('a store without leases has recovered when clients were well for as long as the phase wants', async () => {
  expect(await recoveredAt({})).toBe(501);
});

it('two leases are seen through before it is recovered: what is broken may show when one has run out', async () => {
  expect(await recoveredAt({ leaseSeconds: async () => 10 })).toBe(12_001);
  expect(await recoveredAt({ leaseSeconds: async () => 2 }), 'a short one changes nothing').toBe(501);
});

it('a lease that cannot be read leaves open what recovered means, so nothing is begun', async () => {
  const store = { leaseSeconds: () => Promise.reject(new Error('no member answers')) };
  const { course, within } = drillOn(store);
  await expect(readBounds.run(course, within)).rejects.toThrow(
    'how long a lease of the store lasts could not be read: no member answers',
  );
});
