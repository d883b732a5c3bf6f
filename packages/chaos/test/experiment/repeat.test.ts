import { describe, expect, it } from 'vitest';
import { repeatExperiment, seedOf } from '../../src/experiment/repeat.ts';
import { simulate, type Second } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

const good: Second = {};
const slow: Second = { latencyMs: 200 };
const thrice = { ...phase, repeat: { times: 3, seed: null } };

describe('an experiment that is repeated', () => {
  it('has windows, a seed and a choice of its own each time', async () => {
    const sim = simulate(({ injected, healed }) =>
      injected !== undefined && (healed === undefined || healed > 100_000) ? slow : good,
    );
    const seeds: number[] = [];
    const driver = sim.driver();
    const choosing = {
      ...driver,
      inject: async (...args: Parameters<typeof driver.inject>) => {
        delete sim.fault.healed;
        return driver.inject(...args);
      },
      pin: async (config: unknown, choice: { readonly seed: number }) => {
        seeds.push(choice.seed);
        return config;
      },
    };
    const outcomes = await repeatExperiment(thrice, sim.deps({ driver: choosing }), sim.context);
    expect(outcomes.map(({ record }) => record.name)).toEqual(['broken', 'broken-2', 'broken-3']);
    expect(outcomes.flatMap(({ windows }) => windows.map(({ name }) => name))).toHaveLength(9);
    expect(seeds).toEqual([1, seedOf(1, 2), seedOf(1, 3)]);
    expect(outcomes.map(({ record }) => record.seed)).toEqual(seeds);
    expect(new Set(seeds).size).toBe(3);
    expect(outcomes[1]?.record.repetition).toEqual({ of: 'broken', number: 2, times: 3 });
  });

  it('ends with the first that is not injected, aborted, or not steady again', async () => {
    const unsteady = simulate(() => ({ failed: 5 }));
    const refused = await repeatExperiment(thrice, unsteady.deps(), unsteady.context);
    expect(refused.map(({ record }) => record.notInjected !== undefined)).toEqual([true]);

    const broken = simulate(({ injected }) => (injected === undefined ? good : { failed: 50 }));
    const aborted = await repeatExperiment(thrice, broken.deps(), broken.context);
    expect(aborted).toHaveLength(1);
    expect(aborted[0]?.record.aborted).toMatch(/attempts failed/);
  });

  it('has the same choices with the same seed, and others with another', () => {
    const seeds = (seed: number): number[] => [1, 2, 3, 4].map((number) => seedOf(seed, number));
    expect(seeds(7)).toEqual(seeds(7));
    expect(seeds(7)[0]).toBe(7);
    const many = new Set(Array.from({ length: 100 }, (_, seed) => seeds(seed).slice(1)).flat());
    expect(many.size).toBe(300);
  });
});
