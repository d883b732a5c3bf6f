/** Of one stretch: how many attempts there were, and how many of them failed. */
export interface Count {
  readonly offered: number;
  readonly failed: number;
}

/**
 * Fisher's exact test, one-sided: the probability that at least `inside.failed` of all failures fall inside by chance,
 * when every attempt fails alike, inside and outside. It is the upper tail of the hypergeometric distribution and needs
 * no large numbers; whatever the common share of failures is, it comes out at or below `p` at most once in 1/p times
 * (R. A. Fisher, "The Logic of Inductive Inference", Journal of the Royal Statistical Society 98, 1935, p. 48).
 * NaN when a count is no whole number, negative, or has more failures than attempts.
 */
export function fisherUpperTail(inside: Count, outside: Count): number {
  if (![inside, outside].every(isCount)) return Number.NaN;
  const all = inside.offered + outside.offered;
  const failed = inside.failed + outside.failed;
  if (inside.failed * all > failed * inside.offered) return tailFrom(inside, outside);
  // Below what is to be expected nearly all of it lies above, and begins with what is too small to be a number.
  // Seen from the attempts that did not fail, the rest is an upper tail.
  if (inside.failed === 0 || outside.failed === outside.offered) return 1;
  return Math.max(0, 1 - tailFrom(notFailed(inside, -1), notFailed(outside, 1)));
}

/** The attempts that did not fail, were there so many failures more. */
function notFailed({ offered, failed }: Count, more: number): Count {
  return { offered, failed: offered - failed - more };
}

/** Adds up the tail from a count that lies above what is to be expected: each term is smaller than the one before. */
function tailFrom(inside: Count, outside: Count): number {
  const all = inside.offered + outside.offered;
  const failed = inside.failed + outside.failed;
  const most = Math.min(failed, inside.offered);
  let term = Math.exp(
    logChoose(inside.offered, inside.failed) +
      logChoose(outside.offered, outside.failed) -
      logChoose(all, failed),
  );
  let sum = 0;
  for (let inHere = inside.failed; inHere <= most; inHere += 1) {
    sum += term;
    const notHere = failed - inHere;
    // The next term from this one; what is left of the sum is too small to count once it no longer changes it.
    term *= (notHere * (inside.offered - inHere)) / ((inHere + 1) * (outside.offered - notHere + 1));
    if (term <= sum * Number.EPSILON) break;
  }
  return Math.min(1, sum);
}

function isCount({ offered, failed }: Count): boolean {
  return Number.isSafeInteger(offered) && Number.isSafeInteger(failed) && failed >= 0 && failed <= offered;
}

/** Natural logarithm of the binomial coefficient. */
function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Below this it is multiplied out. */
const STIRLING_FROM = 16;

/** Natural logarithm of n!, by Stirling's series (Abramowitz & Stegun 6.1.41); absolute error below 10⁻¹². */
function logFactorial(n: number): number {
  if (n < STIRLING_FROM) {
    let product = 1;
    for (let factor = 2; factor <= n; factor += 1) product *= factor;
    return Math.log(product);
  }
  const x = n + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
