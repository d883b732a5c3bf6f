import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/objectives/objective.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { loadWindows } from '../../src/scenario/load-windows.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type { ShapedLoadPhase, WrittenShape } from '../../src/scenario/scenario.ts';
import { described } from './described.ts';
import { platformValue } from '../platform/platform-value.ts';

const settle: Objective = {
  signal: { from: 'load', measure: 'seconds-to-settle' },
  comparator: '<=',
  limit: 10,
  unit: 's',
};
const capacity: Objective = {
  signal: { from: 'load', measure: 'capacity' },
  comparator: '>=',
  limit: 20,
  unit: 'iterations/s',
};
const leak: Objective = {
  signal: { from: 'prometheus', measure: 'leak', of: { gauge: 'memory' } },
  comparator: '<',
  limit: 1,
  unit: 'MB/min',
};

const platform = (changes: Partial<Platform> = {}): Platform => {
  const usual = platformValue();
  return platformValue({
    objectives: { ...usual.objectives, settle, capacity, leak },
    load: { baseline: 20, objectives: ['errors'] },
    ...changes,
  });
};

const phase = (shape: WrittenShape | Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  phase: 'load',
  name: 'shaped',
  title: 'Shaped',
  shape,
  objectives: ['errors'],
  ...more,
});

const parse = (raw: unknown, on = platform()) =>
  parseScenario({ name: 'day', title: 'Day', phases: [raw].flat() }, on, 'day.ts');

function parsed(raw: unknown, on = platform()): ShapedLoadPhase {
  const result = parse(raw, on);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value.phases[0] as ShapedLoadPhase;
}

function mistakes(raw: unknown, on = platform()): readonly string[] {
  const result = parse(raw, on);
  return result.ok
    ? []
    : result.diagnostics.map(({ path, expected, found, hint }) => [path, expected, found, hint].join(' | '));
}

const planned = (raw: unknown, on = platform()) => {
  const result = parse(raw, on);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return planScenario(
    on,
    result.value,
    { pace: 'full', seed: 1 },
    { fault: () => described(['p']), drill: () => [], restore: () => [] },
    { telemetry: { known: false, why: 'it was not asked' }, requestsPerIteration: 1 },
  );
};

describe('a load phase with a shape', () => {
  it('has the words of the command line, and what else it is from the platform', () => {
    expect(parsed(phase({ kind: 'peak', for: '1m' })).shape).toEqual({
      kind: 'peak',
      rate: 40,
      seconds: 60,
      warmUpSeconds: 10,
    });
    expect(parsed(phase({ kind: 'stress', rate: '5..80', warmUp: '1s' })).shape).toMatchObject({
      from: 5,
      to: 80,
      warmUpSeconds: 1,
    });
    expect(parsed(phase({ kind: 'baseline', rate: 7 })).shape).toMatchObject({ rate: 7 });
  });

  it.each<[string, unknown, RegExp]>([
    ['an unknown shape', phase({ kind: 'spkie' }), /phases\[0\]\.shape\.kind .*did you mean "spike"/],
    ['a negative time', phase({ kind: 'peak', for: '-2m' }), /shape\.for .*negative/],
    ['a time without a unit', phase({ kind: 'peak', for: '90' }), /shape\.for .*no unit/],
    ['a range that falls', phase({ kind: 'stress', rate: '80..5' }), /shape\.rate .*does not rise/],
    [
      "another shape's option",
      phase({ kind: 'baseline', spike: '3x' }),
      /shape\.spike .*option of shape baseline/,
    ],
    ['an unknown option', phase({ kind: 'baseline', fro: '3m' }), /shape\.fro .*no such field/],
    [
      'more than the platform allows',
      phase({ kind: 'spike' }),
      /phases\[0\]\.shape \| at most guardrails.maxRate \(100\/s\) \| 200\/s/,
    ],
    [
      'a rate beside the shape',
      phase({ kind: 'peak' }, { rate: 5 }),
      /phases\[0\]\.rate .*the shape says it/,
    ],
    [
      'windows of a spike in a peak',
      phase({ kind: 'peak' }, { during: ['errors'] }),
      /during .*only a spike has it/,
    ],
    [
      'an unknown objective',
      phase({ kind: 'peak' }, { result: ['capcity'] }),
      /phases\[0\]\.result .*"capacity"/,
    ],
    [
      'neither a shape nor a rate',
      { ...phase({}), shape: undefined, warmUp: 1, judgeFor: 2 },
      /phases\[0\]\.rate .*a number .*`shape`/,
    ],
  ])('refuses %s', (_, raw, message) => {
    const found = mistakes(raw);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it('needs a rate where the platform names no usual one', () => {
    const { load: _, ...unusual } = platform();
    expect(mistakes(phase({ kind: 'peak' }), unusual)).toEqual([
      expect.stringMatching(/shape\.rate .*nothing .*load\.baseline/),
    ]);
    expect(parsed(phase({ kind: 'peak', rate: '5' }), unusual).shape).toMatchObject({ rate: 10 });
  });

  it('is nothing that an experiment could run under', () => {
    const kill = {
      phase: 'experiment',
      name: 'kill',
      title: 'Kill',
      fault: 'kill',
      steadyFor: 5,
      hold: 5,
      recoverWithin: 10,
      steadyAgainFor: 2,
      objectives: { steady: ['errors'], during: [], recovery: [] },
    };
    expect(mistakes([phase({ kind: 'peak' }), kill])).toEqual([
      expect.stringContaining('only shaped, which has ended by then'),
    ]);
    const constant = {
      phase: 'load',
      name: 'base',
      title: 'Base',
      rate: 5,
      warmUp: 1,
      judgeFor: 5,
      objectives: ['errors'],
    };
    expect(mistakes([phase({ kind: 'peak' }), constant, kill])).toEqual([]);
  });
});

describe('its windows', () => {
  const names = (raw: unknown) =>
    loadWindows(parsed(raw)).map(({ name, rate, objectives, span }) => [
      name,
      rate,
      objectives.join(),
      span?.from,
      span?.to,
    ]);

  it('are one of a constant rate, and a spike has those around it', () => {
    expect(names(phase({ kind: 'soak', for: '1h', warmUp: '1m' }))).toEqual([
      ['shaped', 20, 'errors', 60, 3660],
    ]);
    const spike = phase(
      { kind: 'spike', spike: '4x', before: '20s', for: '10s', after: '40s', settle: '10s', warmUp: '5s' },
      { during: ['RTO'], result: ['settle'] },
    );
    expect(names(spike)).toEqual([
      ['shaped/before', 20, 'errors', 5, 25],
      ['shaped/during', 80, 'RTO', 25, 35],
      ['shaped/after', 20, 'errors', 45, 75],
      ['shaped/settling', 20, 'settle', 35, 75],
    ]);
    expect(names(phase({ kind: 'stages', stages: '10s@0..10,30s@10' }))).toEqual([
      ['shaped/plateau 1 at 10/s', 10, 'errors', 15, 40],
    ]);
  });

  it('are one without a length of a search, for its result alone', () => {
    expect(names(phase({ kind: 'stress' }, { result: ['capacity'] }))).toEqual([
      ['shaped', 100, 'capacity', undefined, undefined],
    ]);
  });
});

describe('its plan', () => {
  it('says what is sent, what is judged, and how long it takes', () => {
    const plan = planned(phase({ kind: 'spike', spike: '4x' }, { result: ['settle'] }));
    expect(plan.undecidable).toEqual([]);
    expect(plan.refusals).toEqual([]);
    expect(plan.phases[0]?.does.join('\n')).toContain('20/s for 30s, 80/s for 30s, 20/s for 1m30s');
    expect(plan.phases[0]?.does.at(-1)).toContain('judge shaped/settling, from 70 s to 160 s: settle');
    expect(plan.expectedSeconds).toBeGreaterThanOrEqual(160);
    const search = planned(phase({ kind: 'stress', for: '2m' }, { result: ['capacity'] }));
    expect(search.phases[0]?.does.join('\n')).toContain('until one of these breaks');
  });

  it('is refused in production, above the ceiling, and beyond the time of a run', () => {
    const stress = phase({ kind: 'stress' }, { result: ['capacity'] });
    expect(planned(stress, platform({ environment: 'production' })).refusals.join()).toContain(
      'never runs in production',
    );
    const soak = planned(phase({ kind: 'soak' }));
    expect(soak.refusals).toEqual([expect.stringContaining('guardrails.maxRunSeconds allows 600 s')]);
    const low = platform();
    const result = parse(phase({ kind: 'peak' }), low);
    if (!result.ok) throw new Error('it is well formed');
    const guarded = { ...low, guardrails: { ...low.guardrails, maxRate: 30 } };
    const plan = planScenario(
      guarded,
      result.value,
      { pace: 'full', seed: 1 },
      { fault: () => described([]), drill: () => [], restore: () => [] },
    );
    expect(plan.refusals).toEqual(['shaped would come to 40 iterations/s; guardrails.maxRate allows 30/s']);
  });

  const mustBe = (raw: unknown): readonly string[] =>
    planned(raw).undecidable.map(({ path, expected, found }) => `${path}: ${expected}; ${found}`);

  it.each<[string, unknown, RegExp]>([
    [
      'too few requests',
      phase({ kind: 'baseline', rate: 10, for: '30s' }),
      /at least 299 samples; about 280 in 28 s/,
    ],
    [
      'a leak in too short a soak',
      phase({ kind: 'soak', for: '10m' }, { objectives: ['leak'] }),
      /at least 1200 s.*; 598 s/,
    ],
    [
      'a capacity without a search',
      phase({ kind: 'peak' }, { objectives: ['capacity'] }),
      /a stress test; a capacity in a load window/,
    ],
    [
      'a time to settle without a spike',
      phase({ kind: 'peak' }, { objectives: ['settle'] }),
      /a spike; a time to settle/,
    ],
    [
      'errors as the result of a search',
      phase({ kind: 'stress' }, { result: ['errors'] }),
      /a capacity; the client's error-ratio/,
    ],
    [
      'a search for nothing that breaks',
      phase({ kind: 'stress' }, { objectives: ['leak'], result: ['capacity'] }),
      /to tell whether a rate is borne; leak/,
    ],
    [
      'too little time to settle in',
      phase(
        { kind: 'spike', spike: '1.5x', after: '12s', settle: '4s', rate: 50, for: '10s', before: '10s' },
        { result: ['settle'] },
      ),
      /at least 15 s after the spike.*; 12 s/,
    ],
  ])('says that %s could never be decided', (_, raw, message) => {
    const lowered = mistakes(raw);
    if (lowered.length > 0) throw new Error(lowered.join());
    expect(mustBe(raw)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});
