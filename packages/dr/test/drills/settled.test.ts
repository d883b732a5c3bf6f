import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode } from '@ordeal/shared/drivers/store';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import { describe, expect, it } from 'vitest';
import type { DrillDeps } from '../../src/drills/drill.ts';
import { settledStatus } from '../../src/drills/settled.ts';
import type { Observers } from '../../src/observers/observers.ts';
import { drillOn, rolesIn, type Drilling } from './drilling.ts';
import { failover } from './failover-phase.ts';
import { trace } from './platform.ts';

/** What a node is: a letter each for a and b. */
type Roles = 'ps' | 'ss' | 'sp' | '-p' | 's-';

interface Standing {
  readonly roles: Roles;
  readonly underWay?: string;
}

/** So many milliseconds after it was asked for. */
type Story = (ms: number) => Standing;

const begunWithinSeconds = 3;

/** Seen by nobody for two seconds, then under way for three. */
const moves: Story = (ms) =>
  ms < 2000
    ? { roles: 'ps' }
    : ms < 5000
      ? { roles: ms < 4000 ? 'ss' : '-p', underWay: 'a hands over to b' }
      : { roles: 'sp' };

function node(name: string, letter: string | undefined): StoreNode {
  return letter === '-'
    ? { name, reachable: false, reason: 'connection refused' }
    : {
        name,
        reachable: true,
        role: letter === 'p' ? 'primary' : 'standby',
        timeline: 1,
        position: 1,
        lagSeconds: 0,
        detail: {},
      };
}

function storeOf(story: Story, clock: Clock, since: () => number) {
  const now = (): Standing => story(clock.now() - since());
  return {
    kind: 'made-up',
    status: async () => {
      const [a, b] = now().roles;
      return { settings: {}, nodes: [node('a', a), node('b', b)] };
    },
    underWay: async () => now().underWay,
    begunWithinSeconds: async () => begunWithinSeconds,
  };
}

function virtual(): Clock {
  return createVirtualClock({ now: 1000, wall: Date.parse('2026-03-01T02:00:00Z') });
}

async function settledOf(story: Story, change: object = {}) {
  const clock = virtual();
  const began = clock.now();
  const store = { ...storeOf(story, clock, () => began), ...change } as unknown as DrillDeps['store'];
  const context: DriverContext = { clock, signal: new AbortController().signal, say: () => undefined };
  const status = await settledStatus(store, ['a', 'b'], context);
  return { roles: rolesIn(status), afterMs: clock.now() - began };
}

describe('a store whose primary somebody else moves', () => {
  it('is looked at until looks agree for as long as it takes to begin what was asked for', async () => {
    const { roles, afterMs } = await settledOf(() => ({ roles: 'ps' }));
    expect(roles).toEqual({ a: 'primary', b: 'standby' });
    expect(afterMs).toBeGreaterThanOrEqual(3000);
  });

  it('is not taken for what it is in the midst of a change', async () => {
    const { roles, afterMs } = await settledOf(moves);
    expect(roles).toEqual({ a: 'standby', b: 'primary' });
    expect(afterMs).toBeGreaterThanOrEqual(8000);
  });

  it('is known to have a node that stays silent only when that was waited for', async () => {
    const { roles, afterMs } = await settledOf(() => ({ roles: 's-' }));
    expect(roles).toEqual({ a: 'standby', b: 'gone' });
    expect(afterMs).toBeGreaterThan(60_000);
  });

  it('is not known when a change does not come to its end, or nobody tells', async () => {
    const stuck: Story = () => ({ roles: 'ss', underWay: 'nobody holds the lock' });
    await expect(settledOf(stuck)).rejects.toThrow(
      'how the store stands is not known, as it did not settle within 60 s (nobody holds the lock)',
    );
    const silent = { underWay: () => Promise.reject(new Error('no member answers')) };
    await expect(settledOf(moves, silent)).rejects.toThrow('(no member answers)');
  });

  it('is looked at once where nobody else moves it', async () => {
    const { afterMs } = await settledOf(() => ({ roles: 'ps' }), { underWay: undefined });
    expect(afterMs).toBe(0);
  });
});

const switchover: DrillPhase = {
  ...failover,
  name: 'move',
  drill: { kind: 'switchover', from: 'a', to: 'b' },
};

/** A planned move that is stopped right after it was asked for. */
async function stopped(story: Story) {
  const clock = virtual();
  const stop = new AbortController();
  const run = trace();
  const began = clock.now();
  const promoted: string[] = [];
  let asked = Infinity;
  const store = {
    ...storeOf(
      (ms) => (ms < 0 ? { roles: 'ps' } : story(ms)),
      clock,
      () => asked,
    ),
    demote: async (_node: string, _heir: string, { signal }: DriverContext) => {
      asked = clock.now();
      stop.abort(new Error('interrupted by SIGINT'));
      signal.throwIfAborted();
    },
    promote: async (name: string) => void promoted.push(name),
  } as unknown as DrillDeps['store'];
  const up = { up: 1, total: 1 };
  const route = {
    status: async () => ({ regions: { a: 'active', b: 'active' }, detail: {} }),
    health: async () => ({ a: up, b: up }),
  } as unknown as Drilling['platform']['route'];
  const observers = {
    streams: () => [],
    ledger: () => ({ first: began, last: clock.now(), acknowledged: 40 }),
    healthy: () => ({ ok: true }),
    stopWriting: async () => undefined,
    stopProbes: async () => undefined,
    dispose: async () => undefined,
  } as unknown as Observers;
  const outcome = await drillOn(switchover, {
    platform: { store, route, fault: {} as Drilling['platform']['fault'] },
    run,
    clock,
    signal: stop.signal,
    observe: () => observers,
  });
  return { failed: outcome.record.failed ?? '', promoted, mark: run.undo.promotion() };
}

describe('a planned move that is stopped, and that somebody else goes on with', () => {
  it('is not put back when it has come about all the same', async () => {
    const { failed, promoted, mark } = await stopped(moves);
    expect(failed).toContain('demote: stopped: interrupted by SIGINT');
    expect(failed).toContain('node b had taken over already and is the only writer');
    expect(promoted).toEqual([]);
    expect(mark).toMatchObject({ writer: 'b', fenced: ['a'] });
  });

  it('is put back when it does not come about', async () => {
    const { failed, promoted, mark } = await stopped(() => ({ roles: 'ps' }));
    expect(failed).toContain('node a is the primary again');
    expect(promoted).toEqual(['a']);
    expect(mark).toBeUndefined();
  });

  it('is left as it is, with what to do, when nobody can tell', async () => {
    const { failed, promoted, mark } = await stopped(() => ({ roles: 'ss', underWay: 'a hands over to b' }));
    expect(failed).toMatch(
      /could not be put back: how the store stands is not known, .*\(a hands over to b\)\. Node a is handing over to b\. If b accepts writes, rejoin a/,
    );
    expect(promoted).toEqual([]);
    expect(mark).toMatchObject({ writer: 'a', heir: 'b' });
  });
});
