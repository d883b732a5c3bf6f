import { incompleteBeta } from './incomplete-beta.ts';

/** One-sided: how often a limit may lie on the wrong side of the true share. */
export const MISS = 0.05;

/**
 * The lower 95 % limit of the share that `hits` and `misses` were drawn from (one-sided; Clopper and Pearson, "The
 * use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934): the share at
 * which so many hits or more would come with 5 %, which is the 5 % quantile of Beta(hits, misses + 1).
 */
export function lowerLimit(hits: number, misses: number): number {
  if (hits <= 0 || misses === Infinity) return 0;
  return quantileOfBeta(MISS, hits, misses + 1).low;
}

/** The upper 95 % limit: so many hits or fewer would come with 5 %; the 95 % quantile of Beta(hits + 1, misses). */
export function upperLimit(hits: number, misses: number): number {
  if (misses <= 0 || hits === Infinity) return 1;
  return quantileOfBeta(1 - MISS, hits + 1, misses).high;
}

/** The chance of at most `hits` hits in so many samples, each with chance `share`. */
export function chanceOfAtMost(hits: number, samples: number, share: number): number {
  if (hits < 0) return 0;
  if (hits >= samples) return 1;
  return incompleteBeta(1 - share, samples - hits, hits + 1);
}

/** Halves until the two ends are neighbours; the ends lie outwards. */
function quantileOfBeta(level: number, a: number, b: number): { low: number; high: number } {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return { low, high };
    if (incompleteBeta(middle, a, b) < level) low = middle;
    else high = middle;
    if (high - low < 1e-15 * high) return { low, high };
  }
}
