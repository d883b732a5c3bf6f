import { describe, expect, test } from 'vitest';
import type { Objective } from '../../../src/objectives/objective.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { ObjectiveFacts, PlanFacts } from '../../../src/scenario/decidable/facts.ts';
import { undecidable } from '../../../src/scenario/decidable/undecidable.ts';
import { planScenario } from '../../../src/scenario/plan.ts';
import type { RestoreDrill } from '../../../src/scenario/restore-phase.ts';
import type {
  DrillPhase,
  ExperimentPhase,
  LoadPhase,
  Phase,
  Scenario,
} from '../../../src/scenario/scenario.ts';
import { described } from '../described.ts';
import { platformValue } from '../../platform/platform-value.ts';

const client = (measure: 'error-ratio' | 'throughput', limit: number): Objective => ({
  signal: { from: 'client', measure },
  comparator: measure === 'throughput' ? '>' : '<',
  limit,
  unit: '1',
});
const ratio: Objective = {
  signal: { from: 'prometheus', measure: 'ratio', bad: 'bad', all: 'all' },
  comparator: '<',
  limit: 0.01,
  unit: 'ratio',
};
const p95: Objective = {
  signal: { from: 'prometheus', measure: 'latency', quantile: 0.95, histogram: 'h', matchers: '' },
  comparator: '<',
  limit: 200,
  unit: 'ms',
};
const drillMeasure = (measure: 'rto' | 'rpo' | 'detection'): Objective => ({
  signal: { from: 'drill', measure },
  comparator: '<=',
  limit: 60,
  unit: 's',
});
const alert: Objective = {
  signal: { from: 'prometheus', measure: 'seconds-to-alert', alerts: 'severity="critical"' },
  comparator: '<=',
  limit: 60,
  unit: 's',
};

const load = (rest: Partial<LoadPhase> = {}): LoadPhase => ({
  phase: 'load',
  name: 'baseline',
  title: 'Baseline',
  rate: 50,
  warmUp: 1,
  judgeFor: 20,
  objectives: ['it'],
  ...rest,
});
const experiment = (rest: Partial<ExperimentPhase> = {}): ExperimentPhase => ({
  phase: 'experiment',
  name: 'kill',
  title: 'Kill',
  faults: ['kill'],
  order: { how: 'together' },
  repeat: { times: 1, seed: null },
  steadyFor: 20,
  hold: 20,
  recoverWithin: 30,
  steadyAgainFor: 20,
  objectives: { steady: ['errors'], during: [], recovery: [] },
  ...rest,
});
const drill = (rest: Partial<DrillPhase> = {}): DrillPhase => ({
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
  objectives: ['it'],
  ...rest,
});
const day = (...phases: readonly Phase[]): Scenario => ({ name: 'day', title: 'Day', phases });

interface Given {
  readonly phases: readonly Phase[];
  readonly own?: ObjectiveFacts;
  readonly facts?: Partial<PlanFacts>;
  readonly platform?: Partial<Platform>;
}

function found(it: Objective, { phases, own = {}, facts, platform = {} }: Given) {
  const value = platformValue({
    ...platform,
    objectives: { it, errors: client('error-ratio', 0.01), ...platform.objectives },
  });
  return undecidable(value, day(...phases), {
    telemetry: { known: true, spacings: [], objectives: { it: own }, unknown: [] },
    requestsPerIteration: 1,
    ...facts,
  });
}

const must = (it: Objective, given: Given) => found(it, given).must;

describe('scrapes in a window', () => {
  test.each([
    ['ten are enough', 10, 'test', 1, undefined, true],
    ['fewer are not', 9, 'test', 1, undefined, false],
    ['four are enough in the lab', 4, 'lab', 1, undefined, true],
    ['three are not', 3, 'lab', 1, undefined, false],
    ['the real spacing counts, where it is known', 20, 'test', 1, 15, false],
    ['also where it is better', 10, 'test', 15, 1, true],
  ] as const)('%s', (_name, judgeFor, environment, setting, spacingSeconds, decidable) => {
    const given: Given = {
      phases: [load({ judgeFor, rate: 500 })],
      own: spacingSeconds === undefined ? {} : { spacingSeconds },
      platform: { environment, prometheus: { url: 'http://p', scrapeIntervalSeconds: setting, targets: [] } },
    };
    expect(must(ratio, given).length === 0).toBe(decidable);
  });

  test('names phase, window, objective, what was expected and found, and what to do', () => {
    const phases = [
      load({ objectives: ['errors'] }),
      experiment({ hold: 3, objectives: { steady: ['errors'], during: ['it'], recovery: [] } }),
    ];
    expect(must(ratio, { phases })).toEqual([
      {
        path: 'scenario day: phase kill, window kill/during, objective "it"',
        expected: 'at least 10 scrapes in the window: 10 s',
        found: '3 (3 s, a scrape every 1 s)',
        hint: 'make the window longer, scrape more often, or judge it by a signal of the client',
      },
    ]);
  });

  test('does not matter to what is looked at once, at the end', () => {
    const phases = [load({ judgeFor: 2 })];
    const last: Objective = {
      ...ratio,
      signal: { from: 'prometheus', measure: 'promql', query: 'x', take: 'last', series: 'one' },
    };
    expect(must(last, { phases })).toEqual([]);
    const over = { ...last.signal, query: 'increase(x[$window])' } as Objective['signal'];
    expect(must({ ...last, signal: over }, { phases })).toHaveLength(1);
    expect(
      must({ ...ratio, signal: { from: 'prometheus', measure: 'age', selector: 'x' } }, { phases }),
    ).toEqual([]);
  });

  test('matters to the windows of a burn rate, whatever the judged one is', () => {
    const burn = (shortSeconds: number): Objective => ({
      ...ratio,
      signal: {
        from: 'prometheus',
        measure: 'burn-rate',
        bad: 'bad',
        all: 'all',
        target: 0.99,
        windows: [{ longSeconds: 3600, shortSeconds, factor: 14.4 }],
      },
    });
    expect(must(burn(4), { phases: [load({ judgeFor: 2 })] })).toEqual([]);
    expect(must(burn(3), { phases: [load()] })[0]?.found).toBe('one of 3 s, at a scrape every 1 s');
  });
});

describe('a latency limit', () => {
  const bounds = (...les: readonly number[]): ObjectiveFacts => ({
    buckets: les.map((le) => ({ le, series: 2 })),
  });
  const given = (own: ObjectiveFacts): Given => ({ phases: [load()], own });

  test('is a bucket bound, up to how it was written', () => {
    expect(must(p95, given(bounds(0.1, 0.2, 0.5)))).toEqual([]);
    expect(must({ ...p95, limit: 0.3 * 1000 }, given(bounds(0.1 * 3)))).toEqual([]);
  });

  test.each([
    [[0.1, 0.25, 1], 'none between le="0.1" and le="0.25"'],
    [[0.25, 1], 'none under le="0.25"'],
    [[0.05, 0.1], 'none between le="0.1" and +Inf'],
    [[], 'no bucket but +Inf'],
  ])('is none of %j', (les, words) => {
    const [diagnostic] = must(p95, given(bounds(...les)));
    expect(diagnostic).toMatchObject({ expected: 'a bucket of h with le="0.2" (200 ms)', found: words });
  });

  test('must be a bound of every series', () => {
    const own = {
      buckets: [
        { le: 0.1, series: 4 },
        { le: 0.2, series: 1 },
      ],
    };
    expect(must(p95, given(own))[0]?.found).toBe('it in 1 of 4 series alone');
  });

  test('of a share is its underMs', () => {
    const share: Objective = {
      signal: { from: 'prometheus', measure: 'latency-share', underMs: 250, histogram: 'h', matchers: '' },
      comparator: '>=',
      limit: 0.9,
      unit: 'ratio',
    };
    expect(must(share, given(bounds(0.25)))).toEqual([]);
    expect(must(share, given(bounds(0.2)))).toHaveLength(1);
  });

  test('needs native buckets where these are asked for, and no bound then', () => {
    const native: Objective = {
      ...p95,
      signal: { ...p95.signal, buckets: 'native' } as Objective['signal'],
    };
    expect(must(native, given({ native: true }))).toEqual([]);
    expect(must(native, given({}))).toEqual([]);
    expect(must(native, given({ native: false }))[0]?.expected).toBe('h as a native histogram');
  });

  test('is not guessed about where no series was seen', () => {
    expect(must(p95, given({}))).toEqual([]);
    expect(must(p95, { phases: [load()], facts: { telemetry: { known: false, why: 'down' } } })).toEqual([]);
  });
});

describe('expected samples', () => {
  const errors = client('error-ratio', 0.01);

  test('of the client are its rate, for the length of the window', () => {
    expect(must(errors, { phases: [load({ rate: 50, judgeFor: 6 })] })).toEqual([]);
    expect(must(errors, { phases: [load({ rate: 50, judgeFor: 5 })] })).toEqual([
      {
        path: 'scenario day: phase baseline, objective "it"',
        expected: 'at least 299 samples',
        found: 'about 250 in 5 s (50 iterations/s × 1 requests)',
        hint: 'make the window at least 6 s long, or raise the rate',
      },
    ]);
  });

  test('count all requests of an iteration, where these are known; where not, nothing is guessed', () => {
    const phases = [load({ rate: 50, judgeFor: 5 })];
    expect(must(errors, { phases, facts: { requestsPerIteration: 1.2 } })).toEqual([]);
    expect(must(errors, { phases, facts: { requestsPerIteration: null } })).toEqual([]);
  });

  test('need not be more than the objective says itself', () => {
    const phases = [load({ rate: 50, judgeFor: 5 })];
    expect(must({ ...errors, leastSamples: 250 }, { phases })).toEqual([]);
    expect(must({ ...errors, leastSamples: 251 }, { phases })[0]?.expected).toContain('(leastSamples)');
    expect(must(client('throughput', 20), { phases })).toEqual([]);
  });

  test('of an inferred claim must be able to decide it without any violation, whatever it says itself', () => {
    const phases = [load({ rate: 50, judgeFor: 5 })];
    const inferred: Objective = { ...errors, leastSamples: 100, claim: 'inferred' };
    expect(must(inferred, { phases })[0]?.expected).toContain('299 samples: with fewer, not even one');
    expect(must({ ...inferred, limit: 0.02 }, { phases })).toEqual([]);
    const strict: Objective = { ...inferred, limit: 0.001 };
    expect(must(strict, { phases: [load({ rate: 100, judgeFor: 29 })] })[0]?.expected).toContain('2995');
    expect(must(strict, { phases: [load({ rate: 100, judgeFor: 30 })] })).toEqual([]);
  });

  test('of Prometheus are what it usually counts, and the load at most', () => {
    const given = (eventsPerSecond: number | undefined, rate: number): Given => ({
      phases: [load({ rate, judgeFor: 10 })],
      own: eventsPerSecond === undefined ? {} : { eventsPerSecond },
    });
    expect(must(ratio, given(0, 30))).toEqual([]);
    expect(must(ratio, given(0, 29))[0]?.found).toBe(
      'about 290 in 10 s (usually 0/s, and 29 iterations/s × 1 requests)',
    );
    expect(must(ratio, given(28, 2))).toEqual([]);
    expect(must(ratio, given(undefined, 1))).toEqual([]);
  });

  test('are those of the latest load before the window', () => {
    const phases = (rate: number) => [
      load({ objectives: ['errors'] }),
      load({ name: 'peak', rate, objectives: ['errors'] }),
      experiment({ hold: 5, objectives: { steady: ['errors'], during: ['it'], recovery: [] } }),
    ];
    expect(must(errors, { phases: phases(60) })).toEqual([]);
    expect(must(errors, { phases: phases(40) }).map(({ path }) => path)).toEqual([
      'scenario day: phase kill, window kill/during, objective "it"',
    ]);
  });
});

describe('a signal that has no value in a window', () => {
  const smoke: Objective = {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: '1',
  };
  const toSteady: Objective = {
    signal: { from: 'experiment', measure: 'seconds-to-steady' },
    comparator: '<=',
    limit: 15,
    unit: 's',
  };
  const restore: Objective = {
    signal: { from: 'restore', measure: 'seconds' },
    comparator: '<=',
    limit: 15,
    unit: 's',
  };
  const archiveDelay: Objective = { ...restore, signal: { from: 'restore', measure: 'archive-delay' } };
  const restoring = (of: RestoreDrill): Phase => ({
    phase: 'restore',
    name: 'restore',
    title: 'Restore',
    backup: 'main',
    drill: of,
    deadline: 60,
    targets: { rto: 60, rpo: 60 },
    objectives: ['it'],
  });
  const apart: Objective = {
    signal: { from: 'client', measure: 'failed-checks', checks: ['is its own'] },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
  };
  const under = (part: 'steady' | 'during' | 'recovery'): readonly Phase[] => [
    load({ objectives: ['errors'] }),
    experiment({
      objectives: {
        steady: ['errors'],
        during: [],
        recovery: [],
        ...(part === 'steady' ? { steady: ['errors', 'it'] } : { [part]: ['it'] }),
      },
    }),
  ];
  const smokePhase: Phase = { phase: 'smoke', name: 'smoke', title: 'Smoke' };
  const failback: Partial<DrillPhase> = {
    drill: { kind: 'failback', restore: 'lost', from: 'b', to: 'a' },
  };
  const ledger = { ledger: {} as Platform['ledger'] };

  test.each<[string, Objective, readonly Phase[], boolean, Partial<Platform>?]>([
    ['a drill measure in a load window', drillMeasure('rto'), [load()], false],
    ['a drill measure in an experiment', drillMeasure('rto'), under('during'), false],
    ['a drill measure in a drill', drillMeasure('rto'), [drill()], true],
    ['lost writes without a ledger', drillMeasure('rpo'), [drill()], false],
    ['lost writes with a ledger', drillMeasure('rpo'), [drill()], true, ledger],
    ['detection in a failover', drillMeasure('detection'), [drill()], true],
    ['detection in a failback', drillMeasure('detection'), [drill(failback)], false],
    [
      'the client in a drill',
      client('error-ratio', 0.01),
      [load({ objectives: ['errors'] }), drill()],
      false,
    ],
    ['checks of journeys in a drill under load', apart, [load({ objectives: ['errors'] }), drill()], true],
    ['checks of journeys in a drill under none', apart, [drill()], false],
    ['seconds to an alert in a drill that loses something', alert, [drill()], true],
    [
      'seconds to an alert in a planned move',
      alert,
      [drill({ drill: { kind: 'switchover', from: 'a', to: 'b' } })],
      false,
    ],
    [
      'alerts that fire at the end of a planned move',
      { ...alert, signal: { ...alert.signal, measure: 'alerts-firing' } as Objective['signal'] },
      [drill({ drill: { kind: 'switchover', from: 'a', to: 'b' } })],
      true,
    ],
    ['Prometheus in a drill', ratio, [drill()], false],
    ['seconds to an alert in a load window', alert, [load()], false],
    ['seconds to an alert in a steady window', alert, under('steady'), false],
    ['seconds to an alert under a fault', alert, under('during'), true],
    ['seconds to an alert after it', alert, under('recovery'), true],
    ['time to steady in a load window', toSteady, [load()], false],
    ['time to steady in an experiment', toSteady, under('recovery'), true],
    ['the smoke gate where no smoke phase runs', smoke, [load()], false],
    ['the smoke gate where one does', smoke, [smokePhase, load()], true],
    ['a restore', restore, [load()], false],
    ['a restore where one is made', restore, [restoring({ kind: 'restore', take: false })], true],
    ['a restore where only the archive is watched', restore, [restoring({ kind: 'archiving' })], false],
    ['the delay of an archive', archiveDelay, [restoring({ kind: 'archiving' })], true],
    [
      'the delay of an archive in a restore',
      archiveDelay,
      [restoring({ kind: 'restore', take: true })],
      false,
    ],
  ])('%s', (_name, it, phases, has, platform = {}) => {
    expect(must(it, { phases, platform }).length === 0).toBe(has);
  });

  test('is named once, without further reasons', () => {
    expect(must(alert, { phases: [load({ judgeFor: 1 })] })).toHaveLength(1);
  });
});

describe('an experiment', () => {
  test('needs a client objective that must hold to tell whether it is steady', () => {
    const phases = [
      load({ objectives: ['errors'] }),
      experiment({ objectives: { steady: ['it'], during: [], recovery: [] } }),
    ];
    expect(must(ratio, { phases }).map(({ hint }) => hint)).toEqual([
      'add one to objectives.steady: without it the fault is never injected',
    ]);
    expect(must({ ...client('throughput', 1), severity: 'should' }, { phases })).toHaveLength(1);
    expect(must(client('throughput', 1), { phases })).toEqual([]);
  });
});

describe('a scrape interval other than the settings say', () => {
  const spacings = (...seconds: readonly number[]): Partial<PlanFacts> => ({
    telemetry: {
      known: true,
      spacings: seconds.map((one, place) => ({ of: `job${place}`, seconds: one })),
      objectives: {},
      unknown: [],
    },
  });
  const given = (...seconds: readonly number[]): Given => ({
    phases: [load({ rate: 500 })],
    facts: spacings(...seconds),
  });

  test('is a mistake of its own when samples are further apart', () => {
    expect(must(ratio, given(1, 1.2))).toEqual([]);
    expect(must(ratio, given(1, 15))).toEqual([
      {
        path: 'platform shop, for scenario day: prometheus.scrapeIntervalSeconds',
        expected: 'the interval at which Prometheus scrapes: job1 every 15 s',
        found: '1 s',
        hint: 'set it to 15, or scrape more often',
      },
    ]);
    expect(found(client('throughput', 1), given(15))).toMatchObject({ must: [], should: [{}] });
  });

  test('is a warning when they are closer together, all of them', () => {
    expect(found(ratio, given(0.5, 1))).toEqual({ must: [], should: [] });
    expect(found(ratio, given(0.5, 0.2))).toMatchObject({ must: [], should: [{ hint: 'set it to 0.5' }] });
  });
});

describe('the plan', () => {
  const describers = { fault: () => described(undefined), drill: () => [], restore: () => [] };
  const options = { pace: 'full', seed: 1 } as const;
  const plan = (objectives: Platform['objectives'], phases: readonly Phase[], facts?: PlanFacts) =>
    planScenario(platformValue({ objectives }), day(...phases), options, describers, facts);

  test('has all that must hold and could not be decided at once; what should, among its warnings', () => {
    const { undecidable: all, warnings } = plan(
      {
        one: client('error-ratio', 0.0001),
        two: drillMeasure('rto'),
        three: { ...drillMeasure('rto'), severity: 'should' },
      },
      [load({ objectives: ['one', 'two', 'three'] })],
      { telemetry: { known: false, why: 'x' }, requestsPerIteration: 1 },
    );
    expect(all.map(({ path }) => path)).toEqual([
      'scenario day: phase baseline, objective "one"',
      'scenario day: phase baseline, objective "two"',
    ]);
    expect(warnings).toEqual([
      'scenario day: phase baseline, objective "three": expected a drill; found the drill measure rto in a load window; list it in a drill\'s objectives',
    ]);
  });

  test('says what could not be checked, where anything is asked of Prometheus', () => {
    const silent: PlanFacts = {
      telemetry: { known: false, why: 'the lab is not up' },
      requestsPerIteration: 1,
    };
    expect(plan({ it: ratio }, [load()], silent).warnings.join()).toContain('the lab is not up');
    expect(plan({ it: client('throughput', 1) }, [load()], silent).warnings).toEqual([]);
    const partly: PlanFacts = {
      telemetry: { known: true, spacings: [], objectives: {}, unknown: ['no series yet'] },
      requestsPerIteration: 1,
    };
    expect(plan({ it: ratio }, [load()], partly).warnings).toEqual(['no series yet']);
    expect(plan({ it: ratio }, [load()]).undecidable).toEqual([]);
  });
});
