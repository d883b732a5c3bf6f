import { describe, expect, it } from 'vitest';
import { decisionsOf, type Decision } from '../../../src/judge/autoscaler/decisions.ts';
import type { SampleSeen } from '../../../src/judge/autoscaler/watch.ts';
import { readRecording } from './recording.ts';

const watches = readRecording();
const counted = (decisions: readonly Decision[]) =>
  Map.groupBy(decisions, ({ checked }) => checked.outcome) as ReadonlyMap<string, readonly Decision[]>;

describe('what a real controller decided', () => {
  it.each(watches)('is never a departure: $autoscaler', ({ looks }) => {
    const decisions = decisionsOf(looks);
    expect(decisions.filter(({ checked }) => checked.outcome === 'departs')).toEqual([]);
    expect(counted(decisions).get('agrees')?.length ?? 0).toBeGreaterThan(2);
  });

  it('agrees where it could be checked, most of all where it scaled', () => {
    const decisions = watches.flatMap(({ looks }) => decisionsOf(looks));
    const agrees = counted(decisions).get('agrees') ?? [];
    expect(agrees.length / decisions.length).toBeGreaterThan(0.6);
    expect(agrees.filter(isUp).length).toBeGreaterThan(15);
    expect(agrees.filter(isDown).length).toBeGreaterThan(5);
  });

  it('would be one, with one replica more than was asked for', () => {
    const tampered = watches.flatMap(({ looks }) =>
      decisionsOf(looks)
        .filter((decision) => decision.checked.outcome === 'agrees' && isUp(decision))
        .map(({ look }) => outcomeAt(looks, look, (look.seen.desired ?? 0) + 1)),
    );
    expect(tampered.filter((outcome) => outcome === 'departs').length).toBeGreaterThan(0.5 * tampered.length);
  });
});

function isUp({ look: { seen } }: Decision): boolean {
  return (seen.desired ?? 0) > (seen.current ?? 0);
}

function isDown({ look: { seen } }: Decision): boolean {
  return (seen.desired ?? 0) < (seen.current ?? 0);
}

/** What is found of one decision, had it been another one. */
function outcomeAt(looks: readonly SampleSeen[], look: SampleSeen, desired: number): string | undefined {
  const upTo = looks.slice(0, looks.indexOf(look));
  return decisionsOf([...upTo, { ...look, seen: { ...look.seen, desired } }]).at(-1)?.checked.outcome;
}
