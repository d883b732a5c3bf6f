const central = {
  above: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  below: [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
  ],
};
const tail = {
  above: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  below: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};
/** Nearer to 0 or 1 than this, the tail's approximation holds. */
const TAIL = 0.02425;

/**
 * The value that a standard normal variable stays below with probability `p`. Acklam's rational approximation
 * ("An algorithm for computing the inverse normal cumulative distribution function", 2003); relative error
 * under 1.2·10⁻⁹. Throws unless 0 < p < 1.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A probability lies between 0 and 1, not at ${p}`);
  if (p > 1 - TAIL) return -normalQuantile(1 - p);
  if (p < TAIL) {
    const root = Math.sqrt(-2 * Math.log(p));
    return polynomial(tail.above, root) / polynomial(tail.below, root);
  }
  const off = p - 0.5;
  return (off * polynomial(central.above, off * off)) / polynomial(central.below, off * off);
}

/** Horner's scheme; the highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
