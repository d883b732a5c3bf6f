import { expect, it } from 'vitest';
import { refuseReach } from '@ordeal/shared/scenario/guardrails/reach';
import { reachOf } from '../../src/experiment/reach.ts';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { simulate } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

const together = { how: 'together' } as const;

it('counts what is chosen against what was found, or what the platform says', () => {
  const sim = simulate(() => ({}));
  const [fault] = sim.deps().faults;
  if (fault === undefined) throw new Error('no fault');
  expect(reachOf(fault, ['a', 'b'])).toEqual({ targets: ['a', 'b'], hits: 2, population: undefined });
  const choosing = { ...fault, driver: { ...fault.driver, hits: () => 1 } };
  expect(reachOf(choosing, ['b', 'a'])).toMatchObject({ hits: 1, population: { what: 'a, b', count: 2 } });
  const outOf = { what: 'replicas', count: 4 };
  expect(reachOf({ ...choosing, entry: { ...fault.entry, outOf } }, ['b', 'a'])).toMatchObject({
    population: outOf,
  });
});

it('is held to the guardrails once more right before the injection, by what was chosen then', async () => {
  const sim = simulate(() => ({}));
  let found = ['a', 'b'];
  const driver = {
    ...sim.driver(),
    hits: () => 1,
    // Whoever planned saw two; a third has come since.
    targets: async (config: unknown) =>
      config === 'pinned' ? [{ name: 'a' }, { name: 'b' }] : found.map((name) => ({ name })),
    pin: async () => 'pinned',
  };
  const run = (maxShare: number) =>
    runExperiment(
      phase,
      sim.deps({
        driver,
        refuseReach: (faults) => refuseReach(faults, together, { maxTargets: 9, maxShare }),
      }),
      sim.context,
    );
  found = ['a', 'b', 'c'];
  const { record } = await run(0.5);
  expect(record.notInjected).toMatch(/^refused: it would hit 2 of 3 at once \(a, b, c; thing\)/);
  expect(sim.fault.heals).toBe(0);
  expect((await run(0.7)).record.injectedAt).not.toBeNull();
});
