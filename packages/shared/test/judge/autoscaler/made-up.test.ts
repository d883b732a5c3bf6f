import { env } from 'node:process';
import { describe, expect, it } from 'vitest';
import { decisionsOf } from '../../../src/judge/autoscaler/decisions.ts';
import { seeded } from '../observations-of.ts';
import type { Decided } from './made-up/controller.ts';
import { looksByChance, type Meddling } from './made-up/world.ts';

const worlds = Number(env['ORDEAL_PROVE_BOUNDS'] ?? 200);

/** How often decisions of a made-up controller came out as what, in all worlds. */
function outcomes(meddling?: Meddling): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let world = 0; world < worlds; world += 1) {
    for (const { checked } of decisionsOf(looksByChance(seeded(world), meddling))) {
      counts.set(checked.outcome, (counts.get(checked.outcome) ?? 0) + 1);
    }
  }
  return counts;
}

describe('decisions of a made-up controller', () => {
  it('never depart, whatever its settings, its load and the pods that lack a measurement', () => {
    const counts = outcomes();
    expect(counts.get('departs')).toBeUndefined();
    expect(counts.get('agrees')).toBeGreaterThan(25 * worlds);
  });

  it('depart mostly where it wants one replica more than it should', () => {
    const more = ({ desired, ...rest }: Decided): Decided => ({ ...rest, desired: desired + 1 });
    expect(outcomes({ decide: more }).get('departs')).toBeGreaterThan(10 * worlds);
  });
});
