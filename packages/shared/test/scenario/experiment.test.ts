import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import type { ExperimentPhase, LoadPhase } from '../../src/scenario/scenario.ts';
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
const common = {
  phase: 'experiment',
  name: 'kill',
  title: 'Kill',
  steadyFor: 5,
  hold: 5,
  recoverWithin: 10,
  steadyAgainFor: 2,
  objectives: { steady: ['errors'], during: ['errors'], recovery: ['errors'] },
};

function parse(...experiments: readonly unknown[]) {
  return parseScenario(
    { name: 'day', title: 'Day', phases: [load, ...experiments] },
    platformValue(),
    'day.ts',
  );
}

function parsed(experiment: unknown): ExperimentPhase {
  const result = parse(experiment);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value.phases[1] as ExperimentPhase;
}

function mistakes(...experiments: readonly unknown[]): readonly string[] {
  const result = parse(...experiments);
  return result.ok ? [] : result.diagnostics.map(({ path, expected }) => `${path}: ${expected}`);
}

describe('an experiment', () => {
  it('has one fault, together and once, unless it says otherwise', () => {
    expect(parsed({ ...common, fault: 'kill' })).toMatchObject({
      faults: ['kill'],
      order: { how: 'together' },
      repeat: { times: 1, seed: null },
    });
  });

  it('takes several faults in a sequence, several times', () => {
    const several = {
      ...common,
      faults: ['kill', 'lost'],
      order: { how: 'in-sequence', earlier: 'kept' },
      repeat: { times: 3, seed: 7 },
    };
    expect(parsed(several)).toMatchObject({
      faults: ['kill', 'lost'],
      order: { how: 'in-sequence', earlier: 'kept' },
      repeat: { times: 3, seed: 7 },
    });
  });

  it('may be judged as a whole, by objectives that there are', () => {
    const whole = (name: string) => ({
      ...common,
      fault: 'kill',
      objectives: { ...common.objectives, whole: [name] },
    });
    expect(parsed(whole('errors')).objectives.whole).toEqual(['errors']);
    expect(mistakes(whole('erors'))).toEqual([expect.stringMatching(/objectives\.whole: the name of one/)]);
  });

  it('says each mistake in it, and where', () => {
    expect(mistakes(common)).toEqual([expect.stringMatching(/phases\[1\]\.fault: the name of one/)]);
    expect(mistakes({ ...common, fault: 'kill', faults: ['lost'] })).toEqual([
      expect.stringMatching(/\.fault: either `fault` or `faults`/),
    ]);
    expect(mistakes({ ...common, faults: ['kill', 'kill'] })).toEqual([
      expect.stringMatching(/\.faults\[1\]: each fault once/),
    ]);
    expect(mistakes({ ...common, faults: ['kill', 'lots'] })).toEqual([
      expect.stringMatching(/\.faults\[1\]: the name of one of the platform's faults/),
    ]);
    expect(mistakes({ ...common, fault: 'kill', order: { how: 'together' } })).toEqual([
      expect.stringMatching(/\.order: nothing: one fault has no order/),
    ]);
    expect(mistakes({ ...common, faults: ['kill', 'lost'], order: { how: 'in-sequence' } })).toEqual([
      expect.stringMatching(/\.order\.earlier: /),
    ]);
    expect(mistakes({ ...common, fault: 'kill', repeat: { times: 0 } })).toEqual([
      expect.stringMatching(/\.repeat\.times: /),
    ]);
  });

  it('has names of its own for its repetitions', () => {
    const twice = { ...common, fault: 'kill', repeat: { times: 2 } };
    expect(mistakes(twice, { ...common, name: 'kill-2', fault: 'lost' })).toEqual([
      'day.ts: phases[2].name: a name of its own for each phase, and for each repetition of one',
    ]);
    expect(mistakes(twice, { ...common, name: 'kill-3', fault: 'lost' })).toEqual([]);
  });
});
