/** An arrival rate as k6 takes it: a whole number of iterations in a stretch of time. */
export interface ArrivalRate {
  readonly iterations: number;
  readonly perSeconds: number;
}

/**
 * Splits a rate (iterations a second) by weights, exactly: a third of 100/s is 100 in 3 seconds. Rates and weights
 * may have up to six decimals. Throws when one is negative or no number, or nothing is left to do.
 */
export function splitRate(rate: number, weights: readonly number[]): readonly ArrivalRate[] {
  for (const value of [rate, ...weights]) {
    if (!Number.isFinite(value) || value < 0) {
      throw new RangeError(`Rates and weights must be numbers from 0 up, not ${value}`);
    }
  }
  const scale = scaleOf([rate, ...weights]);
  const whole = (value: number) => BigInt(Math.round(value * scale));
  const sum = weights.map(whole).reduce((left, right) => left + right, 0n);
  if (sum === 0n || whole(rate) === 0n) {
    throw new RangeError(
      `A workload needs a rate and a weight above 0, not ${rate}/s over [${weights.join(', ')}]`,
    );
  }
  return weights.map((weight) => {
    const iterations = whole(rate) * whole(weight);
    const seconds = BigInt(scale) * sum;
    const common = divisor(iterations, seconds);
    return { iterations: Number(iterations / common), perSeconds: Number(seconds / common) };
  });
}

/** Smallest power of ten that makes all values whole, at most a million. */
function scaleOf(values: readonly number[]): number {
  for (let scale = 1; scale < 1e6; scale *= 10) {
    if (values.every((value) => Math.abs(Math.round(value * scale) - value * scale) < 1e-7)) return scale;
  }
  return 1e6;
}

function divisor(left: bigint, right: bigint): bigint {
  return right === 0n ? left : divisor(right, left % right);
}
