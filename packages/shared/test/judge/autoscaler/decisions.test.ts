import { describe, expect, it } from 'vitest';
import { decisionsOf } from '../../../src/judge/autoscaler/decisions.ts';
import type { PodsSeen, SampleSeen } from '../../../src/judge/autoscaler/watch.ts';
import { conditions, cpu, seenWith } from './watched.ts';

const rules = { windowSeconds: null, tolerance: null };

/** At twice its target with four pods. */
function looksAt(desired: number, before: PodsSeen, after: PodsSeen): readonly SampleSeen[] {
  const seen = (more: Parameters<typeof seenWith>[0]) =>
    seenWith({ behavior: { up: rules, down: rules }, metrics: [cpu(70)], ...more });
  const scaled = conditions({ able: desired === 4 ? 'ReadyForNewScale' : 'SucceededRescale' });
  return [
    { kind: 'seen', at: 0, seen: seen({}), pods: before },
    {
      kind: 'seen',
      at: 5000,
      seen: seen({ metrics: [cpu(140)], desired, conditions: scaled }),
      pods: after,
    },
  ];
}
const outcomeOf = (desired: number, before: PodsSeen, after: PodsSeen) =>
  decisionsOf(looksAt(desired, before, after)).at(-1)?.checked.outcome;
const pods = (counted: number, settled = counted, measured: number | null = counted): PodsSeen => ({
  known: true,
  counted,
  settled,
  measured,
});

describe('a decision between two looks', () => {
  it('is checked by the pods of before, which it changes', () => {
    expect(outcomeOf(8, pods(4), pods(4))).toBe('agrees');
    expect(outcomeOf(8, pods(4), pods(8, 4, 4))).toBe('agrees');
    expect(outcomeOf(6, pods(4), pods(6, 4, 4))).toBe('departs');
  });

  it('may have been made when pods had lost their measurement already', () => {
    expect(outcomeOf(6, pods(4), pods(6, 4, 3))).toBe('open');
    expect(outcomeOf(6, pods(4), pods(6, 4, null))).toBe('open');
    expect(outcomeOf(6, pods(4, 4, 3), pods(6, 4, 4))).toBe('open');
  });

  it('is not told where pods have begun anew meanwhile, or could not be seen after it', () => {
    expect(outcomeOf(6, pods(4), pods(6, 3, 3))).toBe('untold');
    expect(outcomeOf(6, pods(4), { known: false, reason: 'forbidden' })).toBe('untold');
  });
});
