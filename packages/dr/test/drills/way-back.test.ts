import type { StoreNode } from '@ordeal/shared/drivers/store';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { expect, it } from 'vitest';
import type { DrillDeps } from '../../src/drills/drill.ts';
import type { Observers } from '../../src/observers/observers.ts';
import { drillOn, type Drilling } from './drilling.ts';
import { failover } from './failover-phase.ts';
import { trace } from './platform.ts';

type Role = 'primary' | 'standby' | 'gone';

const node = (name: string, role: Role): StoreNode =>
  role === 'gone'
    ? { name, reachable: false, reason: 'connection refused' }
    : { name, reachable: true, role, timeline: 1, position: 1, lagSeconds: 0, detail: {} };

/** What is said of a failover that a person decides against, by what a and b are so many milliseconds after the healing. */
async function decidedAgainst(afterHeal: (ms: number) => readonly [Role, Role]): Promise<string> {
  const clock = createVirtualClock({ now: 1000, wall: Date.parse('2026-03-01T02:00:00Z') });
  let [lost, healed] = [false, Infinity];
  const roles = (): readonly [Role, Role] => {
    if (clock.now() >= healed) return afterHeal(clock.now() - healed);
    return [lost ? 'gone' : 'primary', 'standby'];
  };
  const store = {
    kind: 'made-up',
    status: async () => {
      const [a, b] = roles();
      return { settings: {}, nodes: [node('a', a), node('b', b)] };
    },
  } as unknown as DrillDeps['store'];
  const fault = {
    kind: 'made-up',
    describe: () => 'region a is lost',
    inject: async () => {
      lost = true;
      return [{ target: 'a', sent: clock.now(), confirmed: clock.now() + 1, detail: 'gone' }];
    },
    heal: async () => void (healed = clock.now()),
  } as unknown as Drilling['platform']['fault'];
  const route = {
    status: async () => ({ regions: { a: 'active', b: 'active' }, detail: {} }),
    health: async () => ({ a: { up: lost ? 0 : 1, total: 1 }, b: { up: 1, total: 1 } }),
  } as unknown as Drilling['platform']['route'];
  const observers = {
    streams: () => [],
    ledger: () => ({ first: 1000, last: clock.now(), acknowledged: 40 }),
    healthy: () => ({ ok: true }),
    stopWriting: async () => undefined,
    readBack: async () => ({ lost: 0, acknowledged: 40 }),
    stopProbes: async () => undefined,
    dispose: async () => undefined,
  } as unknown as Observers;
  const approve = async () => ({ approved: false, by: 'ann' });
  const { record } = await drillOn(failover, {
    platform: { store, route, fault },
    run: trace(),
    clock,
    change: { approve },
    observe: () => observers,
  });
  return record.failed ?? '';
}

it('a region that was restored has the primary as before once that was seen', async () => {
  const said = await decidedAgainst((ms) => [ms < 3000 ? 'gone' : 'primary', 'standby']);
  expect(said).toContain('region a was restored, and its node a is the primary as before');
});

it('one whose primary has moved meanwhile, or does not come back, is not said to have it', async () => {
  const moved = await decidedAgainst(() => ['standby', 'primary']);
  expect(moved).toContain(
    'region a was restored, and its node a is not the primary as before: node a is standby, node b is primary',
  );
  const away = await decidedAgainst(() => ['gone', 'standby']);
  expect(away).toContain('is not the primary as before: node a does not answer: connection refused');
  const both = await decidedAgainst(() => ['primary', 'primary']);
  expect(both).toContain('node a is primary, node b is primary. See which of them may write');
});
