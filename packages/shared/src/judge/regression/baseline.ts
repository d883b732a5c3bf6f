/** What a value usually is. */
export interface Baseline {
  readonly median: number;
  /** Median absolute deviation from the median: how far apart runs are that nobody would call different. */
  readonly mad: number;
}

/** The change for the worse that noise explains: so many median absolute deviations. */
const NOISE = 3;

/** Of at least one value; their order does not matter. */
export function baselineOf(values: readonly number[]): Baseline {
  const median = medianOf(values);
  return { median, mad: medianOf(values.map((value) => Math.abs(value - median))) };
}

/** The largest change for the worse that is none: max(effect, 3 × MAD). */
export function allowedChange({ mad }: Baseline, effect: number): number {
  return Math.max(effect, NOISE * mad);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
