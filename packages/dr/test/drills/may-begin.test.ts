import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode } from '@ordeal/shared/drivers/store';
import type { DrillKind } from '@ordeal/shared/scenario/scenario';
import { expect, it } from 'vitest';
import type { Asked } from '../../src/drills/course.ts';
import { whyNotBegin } from '../../src/drills/may-begin.ts';

const RTO = 60;

type Role = 'primary' | 'standby' | 'gone';

const node = (name: string, role: Role): StoreNode =>
  role === 'gone'
    ? { name, reachable: false, reason: 'connection refused' }
    : { name, reachable: true, role, timeline: 1, position: 1, lagSeconds: 0, detail: {} };

/** Time passes with every look, so that nothing is waited for. */
function ask(
  kind: DrillKind['kind'],
  a: Role,
  b: Role,
  more: Partial<Asked['deps']> = {},
): Promise<readonly string[]> {
  let now = 0;
  const [from, to] = kind === 'failback' || kind === 'return' ? ['b', 'a'] : ['a', 'b'];
  const up = { up: 1, total: 1 };
  const asked = {
    phase: { drill: { kind, from, to }, targets: { rto: RTO } },
    deps: {
      nodeOf: (region: string) => region,
      regions: ['a', 'b'],
      store: { status: async () => ({ settings: {}, nodes: [node('a', a), node('b', b)] }) },
      route: {
        status: async () => ({ regions: { a: 'active', b: 'active' } }),
        health: async () => ({ a: up, b: up }),
      },
      ...more,
    },
  } as unknown as Asked;
  const clock = { now: () => (now += 60_000), sleep: async () => undefined };
  return whyNotBegin(asked, { clock } as unknown as DriverContext);
}

it.each(['failover', 'switchover', 'evacuate', 'observe'] as const)(
  '%s of a sound platform',
  async (kind) => {
    expect(await ask(kind, 'primary', 'standby')).toEqual([]);
  },
);

it('says everything at once: what the platform says, what the store lacks, and where the route leads', async () => {
  expect(
    await ask('failover', 'primary', 'gone', { refusals: async () => ['no backup is fresh: take one'] }),
  ).toEqual([
    'no backup is fresh: take one',
    'there is no healthy standby: node b does not answer (connection refused): start it, and let it catch up',
  ]);
});

it('returns while the region that comes back gets no traffic yet', async () => {
  const route = {
    status: async () => ({ regions: { a: 'drained', b: 'active' } }),
    health: async () => ({ a: { up: 0, total: 1 }, b: { up: 1, total: 1 } }),
  } as unknown as Asked['deps']['route'];
  expect(await ask('return', 'standby', 'primary', { route })).toEqual([]);
  expect(await ask('switchover', 'primary', 'standby', { route })).toHaveLength(2);
});

it('wants a backup region to be well, and not to get traffic', async () => {
  const route = (b: { readonly up: number }) =>
    ({
      status: async () => ({ regions: { a: 'active', b: 'out' } }),
      health: async () => ({ a: { up: 1, total: 1 }, b: { ...b, total: 1 } }),
    }) as unknown as Asked['deps']['route'];
  const waits = { regions: ['a'], route: route({ up: 1 }) };
  expect(await ask('failover', 'primary', 'standby', waits)).toEqual([]);
  expect(await ask('failover', 'primary', 'standby', { ...waits, regions: ['a', 'b'] })).toEqual([
    'the route does not lead to region b (it is out): lead traffic to it first',
  ]);
  expect(await ask('failover', 'primary', 'standby', { ...waits, route: route({ up: 0 }) })).toEqual([
    'region b is not healthy: 0 of 1 servers are up; bring them up first',
  ]);
  // A switchover moves the primary alone: that is moved out of a region that only stands by as well.
  const status = async () => ({ regions: { a: 'out', b: 'active' }, detail: {} });
  const usuallyB = { regions: ['b'], route: { ...route({ up: 1 }), status } as Asked['deps']['route'] };
  expect(await ask('switchover', 'primary', 'standby', usuallyB)).toEqual([]);
  // What moves away is led to, whatever the route does at other times.
  expect(await ask('return', 'standby', 'primary', waits)).toEqual([
    'the route does not lead to region b (it is out): lead traffic to it first',
  ]);
});

it('breaks nothing whose fence could not be proven', async () => {
  const asked: string[] = [];
  const status = async () => ({ settings: {}, nodes: [node('a', 'primary'), node('b', 'standby')] });
  const whyNoProof = async (name: string) => {
    asked.push(name);
    return ['pod a-1 does not answer'];
  };
  const store = { status, whyNoProof } as unknown as Asked['deps']['store'];
  expect(await ask('failover', 'primary', 'standby', { store })).toEqual(['pod a-1 does not answer']);
  expect(new Set(asked)).toEqual(new Set(['a']));
  // What is handed over is fenced by nobody.
  expect(await ask('switchover', 'primary', 'standby', { store })).toEqual([]);
});

it('moves no primary whose node could not follow again', async () => {
  const status = async () => ({ settings: {}, nodes: [node('a', 'primary'), node('b', 'standby')] });
  const whyNoRejoin = async (name: string) => (name === 'a' ? ['its dataDir is a mount point'] : []);
  const store = { status, whyNoRejoin } as unknown as Asked['deps']['store'];
  for (const kind of ['failover', 'switchover'] as const)
    expect(await ask(kind, 'primary', 'standby', { store })).toEqual(['its dataDir is a mount point']);
});

it('loses no region whose clients may keep to it for as long as recovery may take', async () => {
  const route = (kept: number) =>
    ({
      status: async () => ({ regions: { a: 'active', b: 'active' } }),
      health: async () => ({ a: { up: 1, total: 1 }, b: { up: 1, total: 1 } }),
      keptForSeconds: async () => kept,
    }) as unknown as Asked['deps']['route'];
  expect(await ask('failover', 'primary', 'standby', { route: route(RTO) })).toEqual([
    'clients may go on for 60 s where the route has led them, and are to be served again within 60 s (targets.rto), ' +
      'which that alone can miss: lower the TTL first, and wait until answers with the old one are gone',
  ]);
  expect(await ask('failover', 'primary', 'standby', { route: route(RTO - 1) })).toEqual([]);
  // The old region goes on serving those who keep to it.
  for (const kind of ['switchover', 'evacuate'] as const)
    expect(await ask(kind, 'primary', 'standby', { route: route(RTO) })).toEqual([]);
});

it('leads no traffic away that would not come back as it is', async () => {
  const route = {
    status: async () => ({ regions: { a: 'active', b: 'active' } }),
    health: async () => ({ a: { up: 1, total: 1 }, b: { up: 1, total: 1 } }),
    whyNotBack: async () => ['it weighs 90: put weights: { "a": 90 }'],
  } as unknown as Asked['deps']['route'];
  for (const kind of ['failover', 'evacuate'] as const)
    expect(await ask(kind, 'primary', 'standby', { route })).toEqual([
      'it weighs 90: put weights: { "a": 90 }',
    ]);
  // The primary moves, and traffic does not.
  expect(await ask('switchover', 'primary', 'standby', { route })).toEqual([]);
});

it('moves nothing that a route could not be led back from, nor to', async () => {
  const asked: string[] = [];
  const route = {
    status: async () => ({ regions: { a: 'active', b: 'active' } }),
    health: async () => ({ a: { up: 1, total: 1 }, b: { up: 1, total: 1 } }),
    whyNever: (regions: readonly string[]) => {
      asked.push(regions.join());
      return regions.length === 2 ? 'it takes weights' : undefined;
    },
  } as unknown as Asked['deps']['route'];
  const why = ['the route cannot lead to regions a, b: it takes weights'];
  for (const kind of ['failover', 'evacuate', 'switchover'] as const)
    expect(await ask(kind, 'primary', 'standby', { route }), kind).toEqual(why);
  expect(new Set(asked)).toEqual(new Set(['b', 'a,b']));
  expect(await ask('failback', 'gone', 'primary', { route })).toEqual(why);
  expect(await ask('return', 'standby', 'primary', { route })).toEqual(why);
  expect(await ask('observe', 'primary', 'standby', { route })).toEqual([]);
});

it('asks before, and for the region that will be lost, whether a switch would be taken', async () => {
  const lost: (string | undefined)[] = [];
  const route = {
    status: async () => ({ regions: { a: 'active', b: 'active' } }),
    health: async () => ({ a: { up: 1, total: 1 }, b: { up: 1, total: 1 } }),
    whyNoSwitch: async (region: string | undefined) => {
      lost.push(region);
      return ['updates are taken in region a'];
    },
  } as unknown as Asked['deps']['route'];
  const why = ['updates are taken in region a'];
  expect(await ask('failover', 'primary', 'standby', { route })).toEqual(why);
  for (const kind of ['evacuate', 'switchover'] as const)
    expect(await ask(kind, 'primary', 'standby', { route }), kind).toEqual(why);
  expect(await ask('return', 'standby', 'primary', { route })).toEqual(why);
  // What takes the switch may come back with the region; and what is only watched is led nowhere.
  expect(await ask('failback', 'gone', 'primary', { route })).toEqual([]);
  expect(await ask('observe', 'primary', 'standby', { route })).toEqual([]);
  expect(lost).toEqual(['a', undefined, undefined, undefined]);
});

it('fails back only what was failed over, and never tells anybody to fence a sound primary', async () => {
  expect(await ask('failback', 'gone', 'primary')).toEqual([]);
  expect(await ask('failback', 'standby', 'primary')).toEqual([]);
  expect(await ask('failback', 'primary', 'standby')).toEqual([
    expect.stringMatching(/^region a has the primary already.*drill a failover first/),
  ]);
  expect(await ask('failback', 'primary', 'primary')).toEqual([
    expect.stringMatching(/^region a has a writer as well.*fence it at once/),
  ]);
  expect(await ask('failback', 'gone', 'gone')).toEqual([
    expect.stringMatching(/^region b has not got the primary.*`ordeal recover`/),
  ]);
});

it('only watches a store with exactly one primary', async () => {
  expect(await ask('observe', 'primary', 'primary')).toEqual([
    'the store has the primaries a and b: bring it to exactly one first',
  ]);
  expect(await ask('observe', 'gone', 'standby')).toEqual([
    'the store has no primary: bring it to exactly one first',
  ]);
});

it('watches no loss of a primary that is somewhere else', async () => {
  const inRegions = (a: Role, b: Role): readonly StoreNode[] =>
    [node('a', a), node('b', b)].map((one) =>
      one.reachable ? { ...one, detail: { region: one.name } } : one,
    );
  const asked = (revives: 'nothing' | 'old-primary', a: Role, b: Role, chooses = true) => {
    const status = async () => ({ settings: {}, nodes: inRegions(a, b) });
    const store = { status, ...(chooses ? { observe: async () => undefined } : {}) };
    const fault = { name: 'a-killed', revives };
    return ask('observe', a, b, { store, fault } as unknown as Partial<Asked['deps']>);
  };
  expect(await asked('old-primary', 'primary', 'standby')).toEqual([]);
  expect(await asked('old-primary', 'standby', 'primary')).toEqual([
    expect.stringMatching(
      /^the primary is node b in region b, and what is lost is in region a.*lose it in region b.*revives: 'nothing'/,
    ),
  ]);
  // What takes no primary away, and a store that has nobody take over, are watched wherever it is.
  expect(await asked('nothing', 'standby', 'primary')).toEqual([]);
  expect(await asked('old-primary', 'standby', 'primary', false)).toEqual([]);
});
