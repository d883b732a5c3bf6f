/** A sample's value. JSON has no NaN and no infinities: these stay as Prometheus writes them. */
export type SampleValue = number | 'NaN' | '+Inf' | '-Inf';

/** One series as Prometheus holds it. */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** By rising time: milliseconds since the epoch, as Prometheus stamped them, and values. */
  readonly samples: readonly (readonly [wallMs: number, value: SampleValue])[];
  /** By rising time. Only a series of native histograms has any; it may have plain samples besides. */
  readonly histograms?: readonly (readonly [wallMs: number, histogram: NativeHistogram])[];
}

/** A native histogram at one instant. Those of a counter are cumulative since its process' start. */
export interface NativeHistogram {
  readonly count: number;
  /** NaN or infinite when one of the observations was. */
  readonly sum: SampleValue;
  /** By rising bounds, without the empty ones. */
  readonly buckets: readonly NativeBucket[];
}

/** Which of its bounds belong to the bucket; 0: only the upper one, 1: only the lower one, 2: neither, 3: both. */
export type BucketRule = 0 | 1 | 2 | 3;

/** A bound is infinite where the bucket holds what no other could. */
export type NativeBucket = readonly [rule: BucketRule, low: SampleValue, high: SampleValue, count: number];

/** What a query gave. */
export interface Reading {
  readonly series: readonly RawSeries[];
  /** The API's own warnings: usually that a part of the data could not be read. */
  readonly warnings: readonly string[];
  /** Its remarks on the query's style. They cast no doubt on the data. */
  readonly infos?: readonly string[];
}

/** Why Prometheus gave no answer that can be used. Messages hold no credentials. */
export interface PrometheusError {
  readonly kind: 'unreachable' | 'timed-out' | 'refused-query' | 'malformed';
  readonly message: string;
  /** The HTTP status of a refusal. */
  readonly status?: number;
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PrometheusError };

/** The value as a number that can be compared; NaN and the infinities as such. */
export function numberOf(value: SampleValue): number {
  if (value === '+Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  return Number(value);
}
