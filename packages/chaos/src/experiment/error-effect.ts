import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { fisherUpperTail, type Count } from '@ordeal/shared/statistics/fisher';
import { odds, ONCE_IN, secondsOf, stretchesOf, sumOf, type Movement } from './stretches.ts';

/** One lost connection may take all requests of an iteration along: so few prove nothing, however unlikely they are. */
const LEAST_FAILED = 4;

/** A stretch of the time during the fault. */
interface Stretch extends Count {
  readonly seconds: number;
  /** How likely it is by chance, times the number of stretches that were looked at. */
  readonly chance: number;
}

/**
 * Whether errors moved. Of the time during the fault every stretch of 1, 2, 4, … reports is compared, and the whole,
 * with everything else that was measured: at first a client may feel a fault that a load balancer then hides from it.
 * A stretch moved when Fisher's exact test finds so many failures in it too unlikely for one share of errors all the
 * time, when that is a larger share than in the worst steady second, and when they are not too few.
 */
export function errorEffect(steady: readonly ClientInterval[], during: readonly ClientInterval[]): Movement {
  const calm = sumOf(steady.map(countOf));
  const worst = Math.max(...steady.map((one) => share(countOf(one))));
  const stretches = countedStretches(calm, during);
  const likeliestLast = stretches
    .filter(({ chance }) => !Number.isNaN(chance))
    .toSorted((a, b) => a.chance - b.chance);
  const unlikely = likeliestLast.find((one) => one.failed >= LEAST_FAILED && share(one) > worst);
  const moved = unlikely !== undefined && unlikely.chance <= 1 / ONCE_IN;
  const whole = sumOf(during.map(countOf));
  const shown = whole.failed === 0 ? undefined : (unlikely ?? likeliestLast[0]);
  return {
    moved,
    words: `client errors ${percent(share(whole))} (${shown === undefined ? '' : `${inWords(shown)}; `}steady: ${calm.failed} of ${calm.offered}, at most ${percent(worst)} in a second)`,
  };
}

function countedStretches(calm: Count, during: readonly ClientInterval[]): readonly Stretch[] {
  const all = sumOf([calm, ...during.map(countOf)]);
  const stretches = stretchesOf(during);
  return stretches.map((stretch) => {
    const inside = sumOf(stretch.map(countOf));
    const outside = { offered: all.offered - inside.offered, failed: all.failed - inside.failed };
    return {
      ...inside,
      seconds: secondsOf(stretch),
      chance: fisherUpperTail(inside, outside) * stretches.length,
    };
  });
}

/** A tick that found no free user failed as well. */
function countOf({ requests, dropped, failed }: ClientInterval): Count {
  return { offered: requests + dropped, failed: failed + dropped };
}

function share({ offered, failed }: Count): number {
  return failed / Math.max(1, offered);
}

function inWords({ failed, offered, seconds, chance }: Stretch): string {
  return `${failed} of ${offered} in ${seconds.toFixed(1)} s, by chance ${odds(chance)}`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
