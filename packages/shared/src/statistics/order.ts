/** Numbers by rising value; the list that was given stays as it is. */
export function sorted(values: readonly number[]): number[] {
  return [...values].sort((left, right) => left - right);
}

/**
 * The value below which a share `q` of the values lies, between two of them by linear interpolation (Hyndman and Fan,
 * "Sample quantiles in statistical packages", 1996, definition 7). NaN of no values.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const ordered = sorted(values);
  const place = q * (ordered.length - 1);
  const below = ordered[Math.floor(place)] ?? Number.NaN;
  const above = ordered[Math.ceil(place)] ?? Number.NaN;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Turns a median absolute deviation into the standard deviation of normally distributed values: 1 / Φ⁻¹(¾). */
const MAD_TO_SIGMA = 1.4826;

/** A standard deviation that a few outliers do not move: 1.4826 × the median distance to the median. */
export function robustSigma(values: readonly number[]): number {
  const middle = median(values);
  return MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - middle)));
}

/** Ranks from 1 up; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((left, right) => values[left]! - values[right]!);
  const result = values.map(() => 0);
  for (let first = 0; first < order.length;) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last += 1;
    for (let at = first; at <= last; at += 1) result[order[at]!] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return result;
}
