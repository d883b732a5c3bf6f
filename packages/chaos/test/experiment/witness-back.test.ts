import { describe, expect, it } from 'vitest';
import type { GaugeReadings } from '../../src/experiment/gauges.ts';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { witnessBack } from '../../src/experiment/witness-back.ts';
import { simulate } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

const measure = { name: 'balance', unit: 'replicas', moves: 'down', atLeast: 2 } as const;
/** Two a second, from `begins` on (s). */
const taken = (values: readonly number[], begins = 0): GaugeReadings => ({
  measure,
  readings: values.map((value, index) => {
    const from = begins * 1000 + index * 500;
    return { from, to: from + 10, value };
  }),
  unseenMs: 490,
});

describe('a witness is back', () => {
  const steady = taken([4, 4, 4, 4], -2);

  it.each<[string, number[], string, number | undefined]>([
    ['when it was never seen to be away', [4, 4, 4, 4, 4], 'back', 10],
    ['when it comes back, from then on', [2, 2, 4, 4, 4, 4, 4], 'back', 1010],
    ['not by half', [3, 3, 3, 3, 3, 3], 'not back', undefined],
    ['not before it has lasted', [2, 2, 2, 4, 4], 'not back', undefined],
    ['not by what Prometheus had scraped before it went', [4, 4, 2, 2, 2, 2, 2, 2], 'not back', undefined],
    ['not when it has gone again', [4, 4, 4, 4, 4, 2], 'not back', undefined],
    ['in spite of one odd reading', [4, 3, 4, 4, 4], 'back', 10],
    ['not when nobody reads it', [], 'not told', undefined],
  ])('%s: %j', (_, values, outcome, from) => {
    const since = taken(values);
    const back = witnessBack(steady, since, 2_000, values.length * 500);
    expect(back).toMatchObject(from === undefined ? { outcome } : { outcome, from });
    expect(back.detail).toContain('balance');
  });

  it('is not told when the end was not seen', () => {
    const back = witnessBack(steady, taken([2, 2, 2]), 2_000, 10_000);
    expect(back).toMatchObject({ outcome: 'not told', final: false });
  });

  it('is not told over a gap', () => {
    const halves = [taken([4, 4]), taken([4, 4], 10)];
    const since = { ...taken([]), readings: halves.flatMap(({ readings }) => readings) };
    expect(witnessBack(steady, since, 2_000, 10_600).outcome).toBe('not back');
  });

  it('is not told by fewer than two scrapes', () => {
    const scraped = { ...measure, renewedEveryMs: 3_000 };
    const since = (count: number) => ({ ...taken(Array.from({ length: count }, () => 4)), measure: scraped });
    const calm = { ...steady, measure: scraped };
    expect(witnessBack(calm, since(10), 2_000, 5_000).outcome).toBe('not back');
    expect(witnessBack(calm, since(13), 2_000, 6_500).outcome).toBe('back');
  });

  it('cannot be told ever where nobody knows how it was', () => {
    const back = witnessBack(taken([4]), taken([4, 4, 4, 4, 4]), 2_000, 2_500);
    expect(back).toMatchObject({ outcome: 'not told', final: true });
  });
});

describe('an experiment whose clients feel nothing', () => {
  const experiment = async (read: (isIn: boolean, healedMs: number | undefined) => number) => {
    const sim = simulate(() => ({}));
    const since = () => (sim.fault.healed === undefined ? undefined : sim.clock.now() - sim.fault.healed);
    const gauges = [{ ...measure, read: async () => read(sim.fault.isIn, since()) }];
    return runExperiment(phase, sim.deps({ gauges }), sim.context);
  };

  it('is over when what its fault had moved is back, which is the time to steady', async () => {
    const { record, windows } = await experiment((isIn, healed = 0) =>
      isIn || (healed > 0 && healed < 7_000) ? 2 : 4,
    );
    expect(record.witnessesBack).toMatchObject({ outcome: 'back' });
    expect(record.recoverySeconds).toBeGreaterThan(6.9);
    expect(record.recoverySeconds).toBeLessThan(8);
    const recovery = windows.at(-1);
    expect((recovery?.monotonicTo ?? 0) - (recovery?.monotonicFrom ?? 0)).toBeGreaterThan(11_500);
  });

  it('does not get steady when half of it stays away', async () => {
    const { record } = await experiment((isIn, healed) => (isIn || healed !== undefined ? 2 : 4));
    expect(record).toMatchObject({ effective: true, recoverySeconds: null });
    expect(record.witnessesBack).toEqual({
      outcome: 'not back',
      detail: 'balance is not back: 2 replicas (steady: at least 4 replicas)',
    });
  });

  it('says that it cannot tell when nobody reads it any more', async () => {
    const { record } = await experiment((isIn, healed) => (healed !== undefined ? Number.NaN : isIn ? 2 : 4));
    expect(record.witnessesBack).toMatchObject({ outcome: 'not told' });
    expect(record.witnessesBack?.detail).toContain('it has no value');
    expect(record.recoverySeconds).not.toBeNull();
  });
});
