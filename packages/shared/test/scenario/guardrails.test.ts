import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/platform/platform.ts';
import type { DescribedFault } from '../../src/scenario/described-fault.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type { ExperimentPhase, Phase } from '../../src/scenario/scenario.ts';
import { platformValue } from '../platform/platform-value.ts';
import { described } from './described.ts';

const load: Phase = {
  phase: 'load',
  name: 'baseline',
  title: 'Baseline',
  rate: 50,
  warmUp: 1,
  judgeFor: 20,
  objectives: ['errors'],
};
const experiment: ExperimentPhase = {
  phase: 'experiment',
  name: 'broken',
  title: 'Broken',
  faults: ['kill', 'lost'],
  order: { how: 'together' },
  repeat: { times: 1, seed: null },
  steadyFor: 20,
  hold: 20,
  recoverWithin: 10,
  steadyAgainFor: 20,
  objectives: { steady: ['errors'], during: [], recovery: [] },
};
const kept = { how: 'in-sequence', earlier: 'kept' } as const;
const healed = { how: 'in-sequence', earlier: 'healed' } as const;

type Faults = Readonly<Record<string, DescribedFault>>;
const two: Faults = { kill: described(['p1']), lost: described(['p2']) };

function planOf(phase: ExperimentPhase, faults: Faults, changes: Partial<Platform> = {}) {
  return planScenario(
    platformValue(changes),
    { name: 'day', title: 'Day', phases: [load, phase] },
    { pace: 'full', seed: 1 },
    { fault: (name) => faults[name] ?? described(undefined), drill: () => [], restore: () => [] },
  );
}
const guarded = (changes: Partial<Platform['guardrails']>): Partial<Platform> => ({
  guardrails: { ...platformValue().guardrails, maxTargets: 9, ...changes },
});

describe('targets at once', () => {
  it('are those of all faults that are in together', () => {
    const one = guarded({ maxTargets: 1 });
    const sentence = 'broken would hit 2 targets at once (kill: 1, lost: 1); guardrails.maxTargets allows 1';
    expect(planOf(experiment, two, one).refusals).toEqual([sentence]);
    expect(planOf({ ...experiment, order: kept }, two, one).refusals).toEqual([sentence]);
    expect(planOf({ ...experiment, order: healed }, two, one).refusals).toEqual([]);
  });

  it('are so many as are chosen by chance', () => {
    const faults = { ...two, kill: described(['p1', 'p2', 'p3'], { hits: 1 }) };
    expect(planOf(experiment, faults, guarded({ maxTargets: 2 })).refusals).toEqual([]);
    expect(planOf(experiment, faults, guarded({ maxTargets: 1 })).refusals).toHaveLength(1);
  });

  it('are no larger a share than allowed of what they are a part of', () => {
    const population = { what: 'API replicas', count: 4 };
    const faults = {
      kill: described(['p1'], { population }),
      lost: described(['p2'], { population }),
    };
    expect(planOf(experiment, faults, guarded({ maxShare: 0.49 })).refusals).toEqual([
      'broken would hit 2 of 4 at once (API replicas; kill, lost); guardrails.maxShare allows 49 %, which is 1',
    ]);
    expect(planOf(experiment, faults, guarded({ maxShare: 0.5 })).refusals).toEqual([]);
    expect(planOf({ ...experiment, order: healed }, faults, guarded({ maxShare: 0.25 })).refusals).toEqual(
      [],
    );
  });

  it('cannot be held to a share when nobody says of what', () => {
    expect(planOf(experiment, two, guarded({ maxShare: 0.5 })).refusals).toEqual([
      expect.stringContaining('of how many kill hits 1 is not known; say it with `outOf`'),
      expect.stringContaining('of how many lost hits 1 is not known'),
    ]);
  });

  it('are among those that are allowed', () => {
    const allowTargets = ['process a/*', 'proxy (a)'];
    const faults = {
      kill: described(['process a/api-1', 'process b/api-1']),
      lost: described(['proxy (a)']),
    };
    expect(planOf(experiment, faults, guarded({ allowTargets })).refusals).toEqual([
      'broken would hit process b/api-1 by kill; guardrails.allowTargets allows process a/*, proxy (a)',
    ]);
  });
});

describe('what a fault does', () => {
  it('has to be allowed, as a driver or as one action of it', () => {
    expect(planOf(experiment, two, guarded({ allowFaults: ['host:stop', 'host:kill'] })).refusals).toEqual(
      [],
    );
    expect(planOf(experiment, two, guarded({ allowFaults: ['host:stop'] })).refusals).toEqual([
      'broken would inject kill, which is host:kill; guardrails.allowFaults allows host:stop',
      'broken would inject lost, which is host:kill; guardrails.allowFaults allows host:stop',
    ]);
  });
});

describe("a fault's own timer", () => {
  const timed = (afterSeconds: number): Faults => ({
    kill: described(['p1'], { ending: { by: 'target', afterSeconds } }),
    lost: described(['p2'], { ending: { by: 'dead-man', afterSeconds: 600 } }),
  });
  it('has to be longer than its hold and the injection', () => {
    expect(planOf(experiment, timed(35), guarded({})).refusals).toEqual([
      expect.stringMatching(/^broken would lose kill too early: its own timer ends it after 35 s/),
    ]);
    expect(planOf(experiment, timed(36), guarded({})).refusals).toEqual([]);
  });
  it('has to be longer than everything that comes while it is kept', () => {
    expect(planOf({ ...experiment, order: kept }, timed(70), guarded({})).refusals).toHaveLength(1);
    expect(planOf({ ...experiment, order: kept }, timed(71), guarded({})).refusals).toEqual([]);
  });
});

describe('production', () => {
  const production = (changes: Partial<Platform> = {}, permit = {}): Partial<Platform> => ({
    environment: 'production',
    identity: { hosts: ['127.0.0.1'] },
    ...guarded({ production: { allow: ['load', 'experiment'], ...permit } }),
    ...changes,
  });
  it('is for nothing but the smoke gate unless it is allowed', () => {
    expect(planOf(experiment, two, production({}, { allow: ['load'] })).refusals).toEqual([
      'broken is not allowed: this platform is production, where only smoke, load may run; guardrails.production.allow would have to name experiment',
    ]);
    expect(planOf(experiment, two, production()).refusals).toEqual([]);
  });
  it('is not broken before its identity is pinned', () => {
    const { identity: _, ...unpinned } = production();
    expect(planOf(experiment, two, unpinned).refusals).toEqual([
      expect.stringContaining('says nothing of its identity'),
    ]);
  });
  it('gets no fault that nobody would end', () => {
    const faults = { ...two, kill: described(['p1'], { ending: { by: 'nobody', remedy: 'a timer' } }) };
    expect(planOf(experiment, faults, production()).refusals).toEqual([
      'broken would inject kill, which nobody would end if this machine died: refused in production. Remedy: a timer',
    ]);
    expect(planOf(experiment, faults, guarded({})).refusals).toEqual([]);
  });
});

describe('the addresses of a platform', () => {
  const faults = {
    kill: {
      title: 'A kill',
      driver: 'host',
      config: { on: { ssh: { host: 'db-1.prod.example', user: 'ops' } } },
      revives: 'nothing',
    },
    lost: { title: 'A loss', driver: 'host', config: {}, revives: 'nothing' },
  } as const;
  const stores = {
    main: { driver: 'postgres', config: { nodes: [{ url: 'postgres://u:p@a.test,b.test:5/x' }] } },
  };
  const routes = { global: { driver: 'dns', config: { servers: ['[::1]:53'] } } };
  const refused = (hosts: readonly string[]) =>
    planOf(experiment, two, { ...guarded({}), faults, stores, routes, identity: { hosts } }).refusals;

  it('lead to hosts that are allowed, wherever they stand in the file', () => {
    expect(refused(['127.0.0.1', '*.test', '*.prod.example', '::1'])).toEqual([]);
    expect(refused(['127.0.0.1', 'a.test'])).toEqual([
      'this is not the platform that is meant: stores["main"] leads to b.test; identity.hosts allows 127.0.0.1, a.test',
      'this is not the platform that is meant: routes["global"] leads to ::1; identity.hosts allows 127.0.0.1, a.test',
      'this is not the platform that is meant: faults["kill"] leads to db-1.prod.example; identity.hosts allows 127.0.0.1, a.test',
    ]);
    expect(refused(['*.test', '*.prod.example', '::1'])[0]).toContain('entry leads to 127.0.0.1');
    const byName = { entry: 'http://app.prod.example', servers: ['192.0.2.53:53'] };
    expect(
      planOf(experiment, two, { ...guarded({}), byName, identity: { hosts: ['127.0.0.1', '*.example'] } })
        .refusals,
    ).toEqual([expect.stringContaining('byName leads to 192.0.2.53')]);
    // A dot is a dot.
    expect(refused(['127.0.0.1', '*.test', '*.prodxexample', '::1'])).toHaveLength(1);
  });

  it('and to clusters that are', () => {
    const uid = '11111111-2222-4333-8444-555555555555';
    const other = '99999999-2222-4333-8444-555555555555';
    const clustered = {
      ...faults,
      kill: { ...faults.kill, config: { cluster: { context: 'prod', uid: other } } },
    };
    const identity = { clusters: [{ context: 'staging', uid }] };
    expect(planOf(experiment, two, { ...guarded({}), faults: clustered, identity }).refusals).toEqual([
      `this is not the platform that is meant: faults["kill"] goes to the cluster ${other}; identity.clusters allows ${uid}`,
    ]);
  });
});

describe('the plan of several faults', () => {
  it('says of each what it hits and who ends it, in what order, and how often', () => {
    const faults = {
      kill: described(['p1', 'p2', 'p3'], { text: 'a kill', hits: 1 }),
      lost: described(['q'], { text: 'a loss', ending: { by: 'target', afterSeconds: 600 } }),
    };
    const phase = { ...experiment, order: kept, repeat: { times: 3, seed: 7 } };
    const { does, expectedSeconds } = planOf(phase, faults, guarded({})).phases[1] ?? {};
    expect(does).toEqual([
      expect.stringContaining('watch for 20 s'),
      'inject: a kill; it would hit: 1 of 3 by chance (p1, p2, p3); if this machine dies: it ends by itself',
      'inject: a loss; it would hit: q; if this machine dies: a timer at its target ends it after 600 s',
      'one after another, each held for 20 s, keeping it in to the end',
      expect.stringContaining('heal, and wait'),
      'judge while it is in: nothing; afterwards: nothing',
      expect.stringContaining('all of it 3 times, each judged by itself'),
    ]);
    expect(expectedSeconds).toBe(3 * (20 + 40 + 20 + 5));
  });
});
