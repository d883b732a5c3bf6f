import { checkDecision, type Checked, type Earlier } from './decision.ts';
import { COMPARISONS, type Comparison } from './recommend.ts';
import type { PodsSeen, SampleSeen } from './watch.ts';

/** A state of an autoscaler, as it was first seen, and what was found of the decision in it. */
export interface Decision {
  readonly look: SampleSeen;
  readonly checked: Checked;
}

/** What an autoscaler decided while it was looked at, by that comparison by which less of it does not follow. */
export function decisionsOf(looks: readonly SampleSeen[]): readonly Decision[] {
  return COMPARISONS.map((comparison) => checkAll(looks, comparison)).reduce(better);
}

/** A status is checked where it is first seen. */
function checkAll(looks: readonly SampleSeen[], comparison: Comparison): readonly Decision[] {
  const earlier: Earlier[] = [];
  const decisions: Decision[] = [];
  looks.forEach((look, index) => {
    const before = looks[index - 1];
    if (before === undefined || statusOf(before) !== statusOf(look)) {
      const pods = before === undefined ? look.pods : podsBetween(before.pods, look.pods);
      const checked = checkDecision({ ...look, pods }, earlier, comparison);
      decisions.push({ look, checked });
    }
    earlier.push({ at: look.at, asked: decisions.at(-1)?.checked.asked ?? null });
  });
  return decisions;
}

/**
 * The pods by which was decided between two looks: those of the look before, as the decision changes them. Where fewer of
 * those that stayed are settled or measured by the look after, nobody knows whether it was so already. Those that the
 * decision adds are not settled for a while.
 */
function podsBetween(before: PodsSeen, after: PodsSeen): PodsSeen {
  if (!before.known || !after.known) return before.known ? after : before;
  const stayed = Math.min(before.counted, after.counted);
  return {
    ...before,
    settled: after.settled < stayed ? after.settled : before.settled,
    measured: (after.measured ?? 0) < stayed ? after.measured : before.measured,
  };
}

/** Of two readings of one watch, by one controller all along: the one by which it has done less that does not follow. */
function better(one: readonly Decision[], other: readonly Decision[]): readonly Decision[] {
  const number = (decisions: readonly Decision[], outcome: Checked['outcome']): number =>
    decisions.filter(({ checked }) => checked.outcome === outcome).length;
  const departs = number(other, 'departs') - number(one, 'departs');
  return (departs === 0 ? number(other, 'open') - number(one, 'open') : departs) < 0 ? other : one;
}

function statusOf({ seen }: SampleSeen): string {
  return JSON.stringify({ ...seen, ageSeconds: null });
}
