/** A sample's value. JSON has no NaN and no infinities: these stay as Prometheus writes them. */
export type SampleValue = number | 'NaN' | '+Inf' | '-Inf';

/** One series as Prometheus holds it. */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** By rising time: milliseconds since the epoch, as Prometheus stamped them, and values. */
  readonly samples: readonly (readonly [wallMs: number, value: SampleValue])[];
}

/** What a query gave. */
export interface Reading {
  readonly series: readonly RawSeries[];
  /** The API's own warnings: usually that a part of the data could not be read. */
  readonly warnings: readonly string[];
}

/** Why Prometheus gave no answer that can be used. Messages hold no credentials. */
export interface PrometheusError {
  readonly kind: 'unreachable' | 'timed-out' | 'refused-query' | 'malformed';
  readonly message: string;
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PrometheusError };

/** The value as a number that can be compared; NaN and the infinities as such. */
export function numberOf(value: SampleValue): number {
  if (value === '+Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  return Number(value);
}
