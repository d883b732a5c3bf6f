/** A value that is known to lie between two ends, both included. `high` may be Infinity: no upper bound. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** A stretch of the run: monotonic milliseconds, `from` included, `to` excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export function exactly(value: number): Bounds {
  return { low: value, high: value };
}
