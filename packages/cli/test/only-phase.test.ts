import { describe, expect, it } from 'vitest';
import type { Phase } from '@ordeal/shared/scenario/scenario';
import { onlyPhase } from '../src/commands/only-phase.ts';

const load = (name: string, rate: number): Phase => ({
  phase: 'load',
  name,
  title: name,
  rate,
  warmUp: 2,
  judgeFor: 30,
  objectives: ['errors'],
});
const smoke: Phase = { phase: 'smoke', name: 'smoke', title: 'smoke' };
const drill = { phase: 'drill', name: 'failback', title: 'failback' } as Phase;
const phases = [smoke, load('noisy', 80), load('usual', 20), drill, load('later', 50)];
const namesOf = (only: string | undefined) => onlyPhase(phases, only).map(({ name }) => name);

describe('--only', () => {
  it('runs a phase under the load that it would have run under, and under no other one before or after', () => {
    expect(onlyPhase(phases, 'failback')).toEqual([
      { ...load('usual', 20), judgeFor: 1, objectives: [] },
      drill,
    ]);
  });

  it('runs a load, or the smoke gate, by itself', () => {
    expect(onlyPhase(phases, 'usual')).toEqual([load('usual', 20)]);
    expect(namesOf('smoke')).toEqual(['smoke']);
    expect(namesOf(undefined)).toHaveLength(5);
  });

  it('names the phases that there are', () => {
    expect(() => onlyPhase(phases, 'failbak')).toThrow(
      /There is no phase "failbak": did you mean "failback"/,
    );
  });
});
