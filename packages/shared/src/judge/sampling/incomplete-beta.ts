/** Where the continued fraction has come to rest. */
const ENOUGH = 1e-15;
const TINY = 1e-300;
/** It takes some √max(a, b) terms: far more than any number of samples here needs. */
const MOST_TERMS = 200_000;

/**
 * The regularised incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1], by its continued fraction
 * (NIST Digital Library of Mathematical Functions, 8.17.22), which is evaluated by Lentz's method (Press et al.,
 * Numerical Recipes, 6.4). Beyond (a + 1) / (a + b + 2), where the fraction is slow, I_x(a, b) = 1 − I_{1−x}(b, a).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) {
    throw new RangeError(`I_x(a, b) is for a, b > 0 and x in [0, 1], not for x=${x}, a=${a}, b=${b}`);
  }
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a;
  return front * fraction(x, a, b);
}

/** 1 / (1 + d₁ / (1 + d₂ / (1 + …))). */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH) return value;
  }
  throw new RangeError(`I_x(a, b) did not converge for x=${x}, a=${a}, b=${b}`);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/**
 * ln B(a, b). Where both are large, the difference of logarithms of gamma functions would lose all digits; what is
 * left of Stirling's series is taken apart first.
 */
function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (small < LARGE) {
    return logGamma(small) + logGammaRatio(large, small);
  }
  const sum = small + large;
  return (
    0.5 * Math.log((2 * Math.PI) / sum) +
    (small - 0.5) * Math.log(small / sum) +
    (large - 0.5) * Math.log(large / sum) +
    stirlingRest(small) +
    stirlingRest(large) -
    stirlingRest(sum)
  );
}

const LARGE = 15;

/** ln Γ(z) − ln Γ(z + s). */
function logGammaRatio(z: number, s: number): number {
  if (z < LARGE) return logGamma(z) - logGamma(z + s);
  return -s * Math.log(z + s) - (z - 0.5) * Math.log1p(s / z) + s + stirlingRest(z) - stirlingRest(z + s);
}

/** ln Γ(z) for z > 0: Stirling's series (DLMF 5.11.1), after z was made large by Γ(z) = Γ(z + 1) / z. */
function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < LARGE; x += 1) shift += Math.log(x);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirlingRest(x) - shift;
}

function stirlingRest(x: number): number {
  const square = x * x;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x;
}
