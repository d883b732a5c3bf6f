import { chanceOfAtMost } from '@ordeal/shared/judge/sampling/limits';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { secondsCounted } from '@ordeal/shared/load/window';
import { odds, ONCE_IN, secondsOf, stretchesOf, type Movement } from './stretches.ts';

/** So many seconds must lie below the band: one thin second is noise. */
const LEAST_SECONDS = 2;
/** Below the band: less than this share of its lowest second. */
const FACTOR = 0.5;

/**
 * Whether the rate of ended iterations fell: two seconds or more have less than half of the lowest steady one, and in
 * a stretch of the fault that holds two of them, so few ended that it is too unlikely for one rate all the time.
 *
 * Of so many that ended in all, those in a stretch are binomial with its share of the time, when they come one by one
 * at one rate, whatever that is (the conditional test of J. Przyborowski and H. Wilenski, "Homogeneity of results in
 * testing samples from Poisson series", Biometrika 31, 1940). An open model starts them more evenly than that, which
 * makes a false alarm rarer still. Iterations are counted, as the requests of one come together. Each of k stretches
 * is held to the k-th part of the level (Bonferroni's inequality).
 */
export function rateEffect(steady: readonly ClientInterval[], during: readonly ClientInterval[]): Movement {
  const lowest = Math.min(...steady.map(rate));
  const least = Math.min(...during.map(rate));
  const band = `client rate down to ${least.toFixed(0)} iterations/s (steady: at least ${lowest.toFixed(0)}/s`;
  const isThin = (one: ClientInterval): boolean => rate(one) < lowest * FACTOR;
  if (during.filter(isThin).length < LEAST_SECONDS) return { moved: false, words: `${band})` };
  const everything = [...steady, ...during];
  const [all, allSeconds] = [ended(everything), secondsOf(everything)];
  if (!Number.isFinite(all)) return { moved: false, words: `${band})` };
  const stretches = stretchesOf(during, LEAST_SECONDS);
  const [unlikely] = stretches
    .filter((stretch) => stretch.filter(isThin).length >= LEAST_SECONDS)
    .map((stretch) => {
      const [count, seconds] = [ended(stretch), secondsOf(stretch)];
      return { count, seconds, chance: chanceOfAtMost(count, all, seconds / allSeconds) * stretches.length };
    })
    .toSorted((a, b) => a.chance - b.chance);
  if (unlikely === undefined) return { moved: false, words: `${band})` };
  const { count, seconds, chance } = unlikely;
  const seen = `${count} of ${all} ended in ${seconds.toFixed(1)} of ${allSeconds.toFixed(1)} s, by chance ${odds(chance)}`;
  return { moved: chance <= 1 / ONCE_IN, words: `${band}; ${seen})` };
}

function ended(intervals: readonly ClientInterval[]): number {
  return intervals.reduce((total, { iterations }) => total + iterations, 0);
}

function rate(interval: ClientInterval): number {
  const seconds = secondsCounted(interval);
  return seconds > 0 ? interval.iterations / seconds : 0;
}
