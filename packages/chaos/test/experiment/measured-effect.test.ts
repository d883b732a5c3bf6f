import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { effectOfAll, measureEffect } from '../../src/experiment/effect.ts';
import type { GaugeReadings } from '../../src/experiment/gauges.ts';
import { simulate } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

const up = { name: 'processes that want a CPU', unit: 'processes', moves: 'up', atLeast: 2 } as const;
const down = { name: 'memory available', unit: 'MiB', moves: 'down', atLeast: 100 } as const;

const taken = (values: readonly number[]) =>
  values.map((value, index) => ({ from: index * 500, to: index * 500 + 10, value }));

describe('the effect on a measure', () => {
  it.each<[string, typeof up | typeof down, number[], number[], boolean]>([
    ['rises far enough', up, [1, 2, 1], [5, 4, 4], true],
    ['rises too little', up, [1, 2, 1], [3, 3, 3], false],
    ['falls far enough', down, [900, 890, 910], [700, 700, 880], true],
    ['falls too little', down, [900, 890, 910], [850, 850, 850], false],
    ['moves the wrong way', down, [900, 900, 900], [1200, 1200, 1200], false],
    ['is odd once during the fault', up, [1, 1, 1], [1, 9, 1], false],
    ['was odd once before it', up, [1, 1, 1, 1, 9], [5, 5, 5], true],
    ['was as high before', up, [8, 9, 8], [8, 9, 9], false],
    ['was read too seldom', up, [1, 1, 1], [9, 9], false],
    ['was never read', up, [], [], false],
  ])('is told when it %s', (_, measure, before, during, effective) => {
    const effect = measureEffect(
      { measure, readings: taken(before), unseenMs: 250 },
      { measure, readings: taken(during), unseenMs: 250 },
    );
    expect(effect.effective).toBe(effective);
    expect(effect.witness.includes(': moved')).toBe(effective);
    expect(effect.witness).toContain(measure.name);
  });

  it('says why it was not read', () => {
    const none: GaugeReadings = { measure: up, readings: [], unseenMs: 5000, failed: 'no answer' };
    expect(measureEffect(none, none).witness).toContain('(no answer)');
  });

  it.each<[string, number[], number, boolean]>([
    ['did not move, seen all the time', [1, 1, 1, 1], 300, true],
    ['did not move while it was seen, which was not to the end', [1, 1, 1, 1], 4000, false],
    ['moved, as far as it was seen', [5, 5, 5, 5], 4000, true],
  ])('is decided by what %s: %j, unseen for %i ms', (_, values, unseenMs, read) => {
    const effect = measureEffect(
      { measure: up, readings: taken([1, 1, 1]), unseenMs: 250 },
      { measure: up, readings: taken(values), unseenMs },
    );
    expect(effect.read).toBe(read);
    expect(effect.witness.includes('not seen for 4.0 s')).toBe(!read);
  });

  it.each<[string, boolean, ['unread' | boolean, ...('unread' | boolean)[]] | [], boolean]>([
    ['clients alone', true, [], true],
    ['clients alone, who feel nothing', false, [], false],
    ['one measure that moved', false, [true], true],
    ['one of two measures', false, [false, true], true],
    ['a measure that did not move, whatever clients feel', true, [false], false],
    ['clients, when nothing could be read', true, ['unread'], true],
    ['nobody, when nothing could be read and clients feel nothing', false, ['unread'], false],
  ])('is decided by %s', (_, clients, measures, effective) => {
    const effect = effectOfAll(
      { effective: clients, witness: 'clients' },
      measures.map((one, index) => ({
        effective: one === true,
        read: one !== 'unread',
        witness: `measure ${index}`,
      })),
    );
    expect(effect.effective).toBe(effective);
    expect(effect.witness).toBe(['clients', ...measures.map((_one, index) => `measure ${index}`)].join('; '));
  });
});

describe('an experiment whose clients feel nothing', () => {
  const experiment = async (read: (isIn: boolean) => number) => {
    const sim = simulate(() => ({}));
    const gauges = [{ ...down, read: async () => read(sim.fault.isIn) }];
    return (await runExperiment(phase, sim.deps({ gauges }), sim.context)).record;
  };

  it('is effective when what its fault has to move has moved', async () => {
    const record = await experiment((isIn) => (isIn ? 500 : 900));
    expect(record.effective).toBe(true);
    expect(record.witness).toMatch(/client errors.*memory available 500 MiB \(steady: 900.*: moved/);
  });

  it.each<[string, () => number]>([
    ['has not moved', () => 900],
    ['cannot be read', () => Number.NaN],
    [
      'fails to be read',
      () => {
        throw new Error('no answer');
      },
    ],
  ])('is ineffective when that %s', async (_, read) => {
    const record = await experiment(read);
    expect(record.effective).toBe(false);
    expect(record.notInjected).toBeUndefined();
    expect(record.witness).toContain('memory available');
  });

  it('does not wait for a reading that hangs', async () => {
    const sim = simulate(() => ({}));
    const gauges = [{ ...down, read: () => new Promise<number>(() => undefined) }];
    const { record } = await runExperiment(phase, sim.deps({ gauges }), sim.context);
    expect(record.effective).toBe(false);
    expect(sim.fault.isIn).toBe(false);
  });
});
