import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/platform/platform.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import type { RestorePhase } from '../../src/scenario/restore-phase.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type {
  DrillPhase,
  ExperimentPhase,
  LoadPhase,
  Scenario,
  WrittenExperiment,
  WrittenScenario,
} from '../../src/scenario/scenario.ts';
import { described } from './described.ts';
import { platformValue } from '../platform/platform-value.ts';

const load: LoadPhase = {
  phase: 'load',
  name: 'baseline',
  title: 'Baseline',
  rate: 50,
  warmUp: 1,
  judgeFor: 5,
  objectives: ['errors'],
};
const written: WrittenExperiment = {
  phase: 'experiment',
  name: 'kill',
  title: 'Kill',
  fault: 'kill',
  steadyFor: 5,
  hold: 5,
  recoverWithin: 10,
  steadyAgainFor: 2,
  objectives: { steady: ['errors'], during: ['errors'], recovery: ['errors'] },
};
const { fault: first = '', ...common } = written;
const experiment: ExperimentPhase = {
  ...common,
  faults: [first],
  order: { how: 'together' },
  repeat: { times: 1, seed: null },
};
const drill: DrillPhase = {
  phase: 'drill',
  name: 'lost',
  title: 'Lost',
  drill: { kind: 'failover', lose: 'lost', from: 'a', to: 'b' },
  store: 'main',
  route: 'global',
  probeEvery: 0.1,
  probeTimeout: 1,
  ledgerRate: 10,
  ledgerLead: 2,
  stableFor: 5,
  stableAttempts: 50,
  deadline: 60,
  targets: { rto: 60, rpo: 10, detection: 5, failover: 20 },
  objectives: ['RTO'],
};
const restore: RestorePhase = {
  phase: 'restore',
  name: 'restore',
  title: 'Restore',
  backup: 'shop',
  drill: { kind: 'restore', take: false },
  deadline: 60,
  targets: { rto: 60, rpo: 60 },
  objectives: ['RTO'],
};
const writtenDay = (...phases: WrittenScenario['phases']): WrittenScenario => ({
  name: 'day',
  title: 'Day',
  phases,
});
const scenario = (...phases: Scenario['phases']): Scenario => ({ name: 'day', title: 'Day', phases });
const describers = {
  fault: (name: string) => described(name === 'lost' ? ['p1', 'p2'] : ['p1'], { text: `break ${name}` }),
  drill: () => ['fail over'],
  restore: () => [],
};
const options = { pace: 'full', seed: 1 } as const;

/** A platform whose drills can be measured. */
const measured = (): Platform => {
  const request = { method: 'GET', path: '/items' } as const;
  return platformValue({
    probes: [{ name: 'read', connection: 'pooled', request, expectStatus: 200 }],
    ledger: { kind: 'postgres', url: 'postgresql://shop@db/shop' },
  });
};

describe('parseScenario', () => {
  it('takes a scenario whose names are all there', () => {
    expect(parseScenario(writtenDay(load, written, drill), measured(), 'day.ts')).toMatchObject({
      ok: true,
    });
  });

  it('does not begin a drill that nobody could measure', () => {
    const result = parseScenario(writtenDay(load, drill), platformValue(), 'day.ts');
    expect(result.ok ? [] : result.diagnostics).toMatchObject([
      {
        path: 'day.ts: phases[1].drill',
        found: expect.stringContaining('which has no probes and no ledger'),
      },
    ]);
  });

  it('names every reference that leads nowhere, and what was probably meant', () => {
    const wrong = writtenDay(
      { ...load, objectives: ['erors'] },
      { ...written, fault: 'kil' },
      { ...drill, store: 'mian', drill: { ...drill.drill, to: 'c' } as DrillPhase['drill'] },
    );
    const result = parseScenario(wrong, measured(), 'day.ts');
    const diagnostics = result.ok ? [] : result.diagnostics;
    expect(diagnostics.map((one) => one.path)).toEqual([
      'day.ts: phases[0].objectives',
      'day.ts: phases[1].fault',
      'day.ts: phases[2].drill.to',
      'day.ts: phases[2].store',
    ]);
    expect(diagnostics[0]?.hint).toContain('errors');
  });

  it('lets a drill and a restore say how long their steps take, and names those that they have not got', () => {
    const steps = { promote: { target: 5, timeout: 30 }, prove: { timeout: 60 } };
    const parsed = (phase: WrittenScenario['phases'][number]) => {
      const result = parseScenario(writtenDay(phase), measured(), 'day.ts');
      return (result.ok ? [] : result.diagnostics)
        .filter(({ path }) => path.endsWith('.steps'))
        .map(({ found, expected }) => [found, expected]);
    };
    expect(parsed({ ...drill, steps })).toEqual([['"prove"', expect.stringContaining('fence, promote')]]);
    expect(parsed({ ...restore, steps })).toEqual([
      [
        '"promote"',
        'steps of this runbook: check place, take backup, choose backup, restore, prove, take away',
      ],
    ]);
  });

  it('names every region that a drill moves the primary between and in which its store has no node', () => {
    const moved: WrittenScenario['phases'] = [
      { ...drill, drill: { kind: 'region', from: 'b', to: 'a' } },
      { ...drill, name: 'other', store: 'mian', drill: { kind: 'region', from: 'a', to: 'b' } },
      { ...drill, name: 'watched', drill: { kind: 'observe', lose: 'lost', from: 'b' } },
    ];
    const parsed = (regions: readonly string[]) => {
      const result = parseScenario(writtenDay(...moved), measured(), 'day.ts', () => regions);
      return result.ok ? [] : result.diagnostics;
    };
    expect(parsed(['a', 'a']).map(({ path, expected, found }) => [path, expected, found])).toEqual([
      [
        'day.ts: phases[0].drill.from',
        'a region in which store main has a node: a',
        '"b", in which it has none',
      ],
      ['day.ts: phases[1].store', "the name of one of the platform's stores", '"mian"'],
    ]);
    expect(parsed(['b', 'a']).map(({ path }) => path)).toEqual(['day.ts: phases[1].store']);
  });

  it('refuses an experiment without load, a rate over the ceiling, and probes too coarse for the target', () => {
    const paths = (phases: WrittenScenario['phases']) => {
      const result = parseScenario(writtenDay(...phases), measured(), 'day.ts');
      return result.ok ? [] : result.diagnostics.map((one) => one.path);
    };
    expect(paths([written])).toEqual(['day.ts: phases[0]']);
    expect(paths([{ ...load, rate: 101 }])).toEqual(['day.ts: phases[0].rate']);
    expect(paths([{ ...drill, probeEvery: 2, probeTimeout: 7 }])).toEqual([
      'day.ts: phases[0].probeEvery',
      'day.ts: phases[0].probeTimeout',
    ]);
  });
});

describe('planScenario', () => {
  it('says what is done to what, and for how long', () => {
    const plan = planScenario(platformValue(), scenario(load, experiment), options, describers);
    expect(plan.refusals).toEqual([]);
    expect(plan.phases.map((phase) => phase.name)).toEqual(['baseline', 'kill']);
    expect(plan.phases[1]?.does.join(' ')).toContain('break kill');
    expect(plan.expectedSeconds).toBeGreaterThan(15);
  });

  it('is pure: the same input gives the same plan', () => {
    const once = planScenario(platformValue(), scenario(load, drill), options, describers);
    expect(planScenario(platformValue(), scenario(load, drill), options, describers)).toEqual(once);
  });

  it.each([
    ['production', platformValue({ environment: 'production' }), scenario(load), 'production'],
    [
      'too many targets',
      platformValue(),
      scenario(load, { ...experiment, faults: ['lost'] }),
      'guardrails.maxTargets allows 1',
    ],
    [
      'a tenant that may not be moved',
      platformValue({ tenants: [{ id: 'eu', allowedRegions: ['a'] }] }),
      scenario(drill),
      'tenant eu',
    ],
    [
      'a run that takes too long',
      platformValue({ guardrails: { ...platformValue().guardrails, maxRunSeconds: 5 } }),
      scenario(load),
      'maxRunSeconds',
    ],
  ])('refuses %s', (_, platform, day, sentence) => {
    expect(planScenario(platform, day, options, describers).refusals.join(' ')).toContain(sentence);
  });
});

describe('a region that is lost together with the Prometheus that judges', () => {
  const planOf = (regions: readonly string[] | undefined, kind: 'failover' | 'observe' = 'failover') => {
    const { prometheus, ...rest } = platformValue();
    const platform = {
      ...rest,
      prometheus: { ...prometheus, ...(regions === undefined ? {} : { regions }) },
    };
    const lost: DrillPhase['drill'] =
      kind === 'failover' ? drill.drill : { kind: 'observe', lose: 'lost', from: 'a' };
    const { refusals, warnings } = planScenario(
      platform,
      scenario({ ...drill, drill: lost }),
      options,
      describers,
    );
    const about = (all: readonly string[]) => all.filter((one) => one.includes('the Prometheus that judges'));
    return { refusals: about(refusals), warnings: about(warnings) };
  };

  it('is refused, with what to do', () => {
    expect(planOf(['a'])).toEqual({
      refusals: [
        expect.stringMatching(/^lost would lose region a, .* ask one that lives elsewhere, or drill another/),
      ],
      warnings: [],
    });
  });

  it.each([[[]], [['b']], [['a', 'b']]])('is not where it lives in %j', (regions) => {
    expect(planOf(regions)).toEqual({ refusals: [], warnings: [] });
  });

  it('is warned of where nobody has said where it lives, and where something in its region is broken', () => {
    expect(planOf(undefined)).toMatchObject({
      refusals: [],
      warnings: [expect.stringContaining('say in prometheus.regions')],
    });
    expect(planOf(undefined, 'observe').warnings).toEqual([]);
    expect(planOf(['a'], 'observe')).toMatchObject({
      refusals: [],
      warnings: [expect.stringContaining('see that it is no part of that')],
    });
  });
});

describe("the timer of a drill's fault", () => {
  const refusalsOf = (
    kind: 'failover' | 'observe',
    afterSeconds: number,
    environment: Platform['environment'],
  ) =>
    planScenario(
      platformValue({ environment }),
      scenario({
        ...drill,
        drill: kind === 'failover' ? drill.drill : { kind, lose: 'lost', from: 'a' },
      }),
      options,
      {
        ...describers,
        fault: () => described(['p1'], { ending: { by: 'target', afterSeconds } }),
      },
    ).refusals;

  it.each([
    // Its deadline, the stable window, a probe, and the injection.
    ['in the lab', 'lab', 60 + 5 + 1 + 15],
    ['elsewhere, where the window is longer', 'staging', 60 + 30 + 1 + 15],
  ] as const)('has to be longer than what it waits for, %s', (_, environment, seconds) => {
    for (const kind of ['failover', 'observe'] as const) {
      expect(refusalsOf(kind, seconds + 1, environment)).toEqual([]);
      expect(refusalsOf(kind, seconds, environment)).toEqual([
        `lost would lose lost too early: its own timer ends it after ${seconds} s, and it is in for up to ${seconds} s ` +
          '(deadline, stable window and injection); give it more than that, or shorten the deadline',
      ]);
    }
  });
});
