import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Clock } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recoveryAdvice } from '../../src/drills/advice.ts';
import type { DrillDeps, DrillOutcome } from '../../src/drills/drill.ts';
import { testContext } from '../drivers/two-servers.ts';
import { testObservers, type TestObservers } from './client.ts';
import { drillOn, replicaLost, rolesIn } from './drilling.ts';
import { failover } from './failover-phase.ts';
import { testPlatform, trace, type TestPlatform, type Trace } from './platform.ts';

let platform: TestPlatform;
let run: Trace;
let observers: TestObservers;
const context = testContext(AbortSignal.timeout(120_000));

const failback: DrillPhase = {
  ...failover,
  name: 'failback',
  title: 'Region a comes back',
  drill: { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' },
};

function switchover(from: string, to: string): DrillPhase {
  return {
    ...failover,
    name: 'switchover',
    title: 'The primary moves',
    drill: { kind: 'switchover', from, to },
  };
}

async function drill(
  phase: DrillPhase,
  change: Partial<DrillDeps> = {},
  signal = new AbortController().signal,
  clock: Clock = systemClock,
): Promise<DrillOutcome> {
  observers = testObservers(platform.edge.url);
  return await drillOn(phase, {
    platform,
    run,
    observe: () => observers,
    change: { store: tracedStore(), ...change },
    signal,
    clock,
  });
}

/** The real store, which leaves in the trace when it was asked for what. */
function tracedStore(change: Partial<StoreDriver> = {}): DrillDeps['store'] {
  const { store } = platform;
  return {
    kind: store.kind,
    status: store.status,
    promote: async (node, ctx) => {
      run.order.push(`promote ${node}`);
      await (change.promote ?? store.promote)(node, ctx);
    },
    fence: async (node, ctx) => {
      run.order.push(`fence ${node}`);
      await (change.fence ?? store.fence)(node, ctx);
    },
    demote: async (node, heir, ctx) => {
      run.order.push(`demote ${node}`);
      await (change.demote ?? store.demote)(node, heir, ctx);
    },
    rejoin: store.rejoin,
    openQuestions: store.openQuestions,
  };
}

async function roles(): Promise<Readonly<Record<string, string>>> {
  return rolesIn(await platform.store.status(context));
}

function outcomes(outcome: DrillOutcome): Record<string, string> {
  return Object.fromEntries(outcome.record.steps.map((step) => [step.name, step.outcome]));
}

// One story on one platform: each test begins where the one before has left it.
beforeAll(async () => {
  platform = await testPlatform();
  run = trace();
});
afterAll(async () => await platform.dispose());

it('touches nothing when the observers break before the fault', async () => {
  const outcome = await drill(failover, {
    startObservers: async () => {
      observers.breakDown('the probe process ended with 1');
      return observers;
    },
  });
  expect(outcome).toMatchObject({ fault: null, observersBroke: 'the probe process ended with 1' });
  expect(outcome.record.rto).toEqual({ low: 0, high: null, target: 10 });
  expect(outcome.windows).toEqual([]);
  expect(run.order).toEqual([]);
});

it('refuses a failover to a standby that does not follow', async () => {
  let ahead = 0;
  const status: StoreDriver['status'] = async (ctx) => {
    ahead += 10_000;
    const real = await platform.store.status(ctx);
    return {
      ...real,
      nodes: real.nodes.map((node) =>
        node.name === 'b' && node.reachable ? { ...node, lagSeconds: 60 } : node,
      ),
    };
  };
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const outcome = await drill(
    failover,
    {
      store: { ...tracedStore(), status },
      refusals: async () => ['the newest backup is 3 days old: take one first'],
    },
    undefined,
    clock,
  );
  expect(outcome.refused, 'all reasons at once').toEqual([
    'the newest backup is 3 days old: take one first',
    expect.stringMatching(/^node b is 60.0 s behind \(at most 5 s\).*mostLag$/),
  ]);
  expect(outcome.record.failed, 'what was refused is no failure of the platform').toBeUndefined();
  expect(outcomes(outcome)).toMatchObject({ check: 'failed', observe: 'skipped', lose: 'skipped' });
  expect(run.order).toEqual([]);
});

it('restores the region when a person decides against the promotion', async () => {
  const outcome = await drill(failover, {
    approve: async () => ({ approved: false, by: 'an operator', why: 'not on a Friday' }),
  });
  expect(outcome.record.failed).toContain('an operator decided against it (not on a Friday)');
  expect(outcome.record.approvals).toMatchObject([
    { step: 'decide', approved: false, how: 'terminal', by: 'an operator', why: 'not on a Friday' },
  ]);
  expect(outcome.record.failed).toContain('region a was restored');
  expect(outcomes(outcome)).toMatchObject({ detect: 'done', decide: 'failed', fence: 'skipped' });
  expect(run.order).toEqual(['push', 'settle']);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  expect(outcome.record.rto.high).toBeNull();
  expect(outcome.record.rpo.lost).toBe(0);
});

it('restores the region when the observers break before anything is promoted', async () => {
  run = trace();
  const health: DrillDeps['route']['health'] = async (ctx) => {
    const seen = await platform.route.health(ctx);
    if (run.order.includes('push') && seen['a']?.up === 0)
      observers.breakDown('the probe process ended with 1');
    return seen;
  };
  const outcome = await drill(failover, { route: { ...platform.route, health } });
  expect(outcome.observersBroke).toBe('the probe process ended with 1');
  expect(outcome.record.failed, 'that is no failure of the platform').toBeUndefined();
  expect(outcome.record.rto.high).toBeNull();
  expect(run.order).toEqual(['push', 'settle']);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
});

it('takes nothing over when what was lost is back by then, which decides nothing', async () => {
  run = trace();
  const { fault, route, servers } = platform;
  let backAt = Infinity;
  let writesAgain = false;
  const outcome = await drill(failover, {
    fault: {
      name: 'region-a-lost',
      config: {},
      driver: {
        ...fault,
        inject: async (config, ctx) => {
          const acknowledged = await fault.inject(config, ctx);
          // A supervisor of which nobody has told the drill.
          servers.start(servers.a);
          backAt = systemClock.now();
          return acknowledged;
        },
      },
    },
    onWriteAnswer: ({ node, takes, asked }) => {
      writesAgain ||= node === 'a' && takes === 'yes' && asked > backAt;
    },
    route: {
      ...route,
      health: async (ctx) => {
        while (backAt < Infinity && !writesAgain) await systemClock.sleep(20, ctx.signal);
        return await route.health(ctx);
      },
    },
  });
  expect(outcome.observersBroke).toMatch(/region-a-lost was not in any more.*nothing was lost any more/);
  expect(outcome.record.failed, 'that is no failure of the platform').toBeUndefined();
  expect(outcomes(outcome)).toMatchObject({ detect: 'done', decide: 'done', fence: 'failed' });
  expect(run.order, 'nobody was fenced').toEqual(['push', 'settle']);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
});

it('restores the region when it is stopped while it waits for a person', async () => {
  run = trace();
  const stop = new AbortController();
  const outcome = await drill(
    failover,
    {
      approve: async (_question, signal) => {
        stop.abort(new Error('interrupted by SIGINT'));
        return await new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason as Error);
        });
      },
    },
    stop.signal,
  );
  expect(outcome.record.failed).toContain('decide: stopped: interrupted by SIGINT');
  expect(run.order).toEqual(['push', 'settle']);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  expect(outcome.observersBroke).toContain('stopped before the ledger was read');
});

it('leaves the old primary fenced when the promotion fails', async () => {
  run = trace();
  const store = tracedStore({
    promote: async () => {
      throw new Error('the standby does not leave recovery');
    },
  });
  const outcome = await drill(failover, { store });
  expect(run.order).toEqual(['push', 'mark b', 'fence a', 'mark b', 'promote b']);
  expect(outcome.record.failed).toContain('promote: the standby does not leave recovery');
  expect(outcome.record.failed).toContain('nothing was put back');
  expect(run.undo.open(), 'the fault stays in, and its entry open').toHaveLength(1);
  expect(run.undo.promotion()).toMatchObject({ writer: 'b', fenced: ['a'], drill: 'region-lost' });
  platform.servers.start(platform.servers.a);
  expect(await roles(), 'nobody writes').toEqual({ a: 'standby', b: 'standby' });
  platform.servers.kill(platform.servers.a);

  const mark = run.undo.promotion();
  if (mark === undefined) throw new Error('the mark stands');
  expect(recoveryAdvice(mark, await platform.store.status(context))).toEqual([
    expect.stringContaining('The only writer of store main is node b, but it is still a standby.'),
    expect.stringMatching(/^Node a does not answer \(.*\). Keep it fenced/),
    'Next: Promote node b, and lead all traffic to region b. Keep a fenced.',
  ]);
  // As the advice says.
  await platform.store.promote('b', context);
  await platform.route.switch(['b'], context);
});

it('makes the old primary writable again when the switchover fails before its promotion', async () => {
  const store = tracedStore({
    demote: async (node, heir, ctx) => {
      await platform.store.demote(node, heir, ctx);
      throw new Error('the standby has not got everything');
    },
  });
  run.order.length = 0;
  const outcome = await drill(failback, { store });
  expect(outcome.record.failed).toContain('demote: the standby has not got everything');
  expect(outcome.record.failed).toContain('node b is the primary again');
  expect(outcomes(outcome)).toMatchObject({ rejoin: 'done', demote: 'failed', promote: 'skipped' });
  expect(run.order).toEqual([
    'fence a',
    'push rejoin',
    'settle rejoin',
    'mark b',
    'mark b',
    'demote b',
    'promote b',
    'mark b',
  ]);
  expect(run.undo.promotion()).toMatchObject({ writer: 'b', fenced: [] });
  expect(await roles()).toEqual({ a: 'standby', b: 'primary' });
  expect(outcome.record.rpo).toMatchObject({ lost: 0 });
});

it('fails back with a planned switchover', async () => {
  run.order.length = 0;
  const outcome = await drill(failback);
  expect(outcome.record.failed).toBeUndefined();
  expect(outcome.observersBroke).toBeUndefined();
  expect(new Set(Object.values(outcomes(outcome)))).toEqual(new Set(['done']));
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  expect((await platform.route.status(context)).regions).toEqual({ a: 'active', b: 'active' });
  expect(run.order).toEqual([
    'mark b',
    'mark b',
    'demote b',
    'mark a',
    'promote a',
    'mark a',
    'push rejoin',
    'settle rejoin',
    'mark a',
    'clear',
    'settle',
  ]);
  expect(outcome.record.rpo.lost).toBe(0);
  const { logPositions } = outcome.record;
  // Nobody waits for the answer of a machine that is busy.
  expect(['all there', 'not told'], logPositions?.detail).toContain(logPositions?.outcome);
  expect(outcome.record.rpo.acknowledged).toBeGreaterThan(20);
  expect(outcome.record.rto.high).toBeLessThan(10);
});

it('fails over: one writer at any time, every milestone in order, nothing lost that was replicated', async () => {
  run = trace();
  const outcome = await drill(failover);
  expect(outcome.record.failed).toBeUndefined();
  expect(await roles()).toEqual({ a: 'gone', b: 'primary' });
  expect((await platform.route.status(context)).regions).toEqual({ a: 'out', b: 'active' });
  expect(run.order).toEqual(['push', 'mark b', 'fence a', 'mark b', 'promote b', 'mark b', 'mark b']);
  const { decomposition, rto, outages } = outcome.record;
  const names = ['detected', 'decided', 'fenced', 'promoted', 'routed'] as const;
  const highs = names.map((name) => decomposition[name]?.high ?? Number.NaN);
  expect(highs).toEqual(highs.toSorted((a, b) => a - b));
  expect(decomposition.recovered).toEqual({ low: rto.low, high: rto.high });
  expect(rto.high).toBeGreaterThan(decomposition.promoted?.low ?? Number.NaN);
  expect(outages.map((one) => one.stream)).toEqual(['read', 'write']);
  expect(outages.every((one) => one.bad > 0 && one.outage?.high !== null)).toBe(true);
  expect(outcome.windows.map((one) => one.name)).toEqual([
    'region-lost/before',
    'region-lost/outage',
    'region-lost/after',
  ]);
  expect(outcome.windows[1]?.monotonicFrom).toBe(outcome.fault?.low);
  expect(outcome.record.secondWitness.agrees).toBe(true);
  const milestones = run.events.flatMap((event) => (event.type === 'milestone' ? [event.name] : []));
  expect(milestones).toEqual([...names, 'recovered']);
  expect((await outcome.reread()).acknowledged).toBe(outcome.record.rpo.acknowledged);
  expect(outcome.record.writers, outcome.record.writers?.detail).toMatchObject({ outcome: 'excluded' });
  expect(outcome.record.approvals).toMatchObject([{ step: 'decide', approved: true, how: 'unattended' }]);
  const { logPositions } = outcome.record;
  // Nobody waits for the answer of a machine that is busy.
  expect(['all there', 'not told'], logPositions?.detail).toContain(logPositions?.outcome);
});

it('says that clients did not recover when they are bad until the deadline', async () => {
  const { route, edge } = platform;
  const outcome = await drill(
    { ...failback, deadline: 1.5, probeTimeout: 0.2 },
    {
      route: {
        ...route,
        switch: async (regions, ctx) => {
          await route.switch(regions, ctx);
          for (const replica of Object.values(edge.replicas)) {
            replica.answer = (_path, response) => void response.writeHead(500).end();
          }
        },
      },
    },
  );
  // An attempt that is still under way on a busy machine may keep one of the two from being hopeless yet.
  expect(outcome.record.failed).toMatch(/recover: not recovered within 1\.5 s: (read|write)/);
  expect(outcome.record.rto).toMatchObject({ high: null, givenUpAfter: 1.5 });
  expect(outcome.observersBroke).toContain('the ledger could not be read back');
  expect(outcomes(outcome)).toMatchObject({ route: 'done', recover: 'failed', 'read back': 'skipped' });
  // The store itself is where it was before, so nothing is left to care for.
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  expect(run.undo.promotion()).toBeUndefined();
  expect(run.undo.open()).toEqual([]);
});

it('moves the primary as planned, there and back, and loses nothing', async () => {
  for (const replica of Object.values(platform.edge.replicas)) replica.answer = platform.answer;
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    run = trace();
    const outcome = await drill(switchover(from, to));
    expect(outcome.refused).toEqual([]);
    expect(outcome.record.failed).toBeUndefined();
    expect(await roles()).toEqual({ [from]: 'standby', [to]: 'primary' });
    expect(run.order).toEqual([
      `mark ${from}`,
      `demote ${from}`,
      `mark ${to}`,
      `promote ${to}`,
      `mark ${to}`,
      'push rejoin',
      'settle rejoin',
      `mark ${to}`,
      'clear',
    ]);
    expect(outcome.record).toMatchObject({ kind: 'switchover', rpo: { lost: 0 } });
    expect(outcome.record.writers, outcome.record.writers?.detail).toMatchObject({ outcome: 'excluded' });
  }
});

it('evacuates a region and returns', async () => {
  run = trace();
  const away = await drill({ ...failover, drill: { kind: 'evacuate', from: 'a', to: 'b' } });
  expect(away.record.failed).toBeUndefined();
  expect(await roles()).toEqual({ a: 'standby', b: 'primary' });
  expect((await platform.route.status(context)).regions).toEqual({ a: 'out', b: 'active' });
  expect(run.undo.promotion()).toMatchObject({
    writer: 'b',
    nextStep: expect.stringContaining('Region a is evacuated'),
  });
  const back = await drill({ ...failover, drill: { kind: 'return', from: 'b', to: 'a' } });
  expect(back.record.failed).toBeUndefined();
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
  expect((await platform.route.status(context)).regions).toEqual({ a: 'active', b: 'active' });
  expect(run.undo.promotion()).toBeUndefined();
  expect([away.record.rpo.lost, back.record.rpo.lost]).toEqual([0, 0]);
});

it('leads traffic back when an evacuation ends before the primary has moved', async () => {
  run = trace();
  const store = tracedStore({
    demote: async () => {
      throw new Error('the primary does not stop');
    },
  });
  const phase: DrillPhase = { ...failover, drill: { kind: 'evacuate', from: 'a', to: 'b' } };
  const outcome = await drill(phase, { store });
  expect(outcome.record.failed).toContain('traffic goes to regions a, b again');
  expect((await platform.route.status(context)).regions).toEqual({ a: 'active', b: 'active' });
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
});

it('only measures a platform that recovers by itself', async () => {
  run = trace();
  const phase: DrillPhase = { ...failover, drill: { kind: 'observe', lose: 'replica-lost', from: 'a' } };
  const outcome = await drill(phase, { fault: replicaLost(platform) });
  expect(outcome.record).toMatchObject({ kind: 'observe', rpo: { lost: 0 } });
  expect(outcome.record.failed).toBeUndefined();
  expect(run.order, 'nothing is promoted').toEqual(['push', 'settle']);
  expect(await roles()).toEqual({ a: 'primary', b: 'standby' });
});

it('waits for a person beside the time to recovery', async () => {
  run = trace();
  const outcome = await drill(failover, {
    approve: async () => {
      await systemClock.sleep(2000);
      return { approved: true, by: 'an operator', how: 'file', why: 'agreed' };
    },
  });
  expect(outcome.record.failed).toBeUndefined();
  const { waitedOnHuman = 0, rto, outages } = outcome.record;
  expect(waitedOnHuman).toBeGreaterThanOrEqual(1.9);
  const seen = Math.max(...outages.map((one) => one.outage?.high ?? 0));
  expect(rto.high ?? Infinity, 'what clients saw is longer').toBeLessThan(seen);
});

it('never had two writers in all of this', () => {
  expect(platform.twoWriters()).toBe(0);
});
