import { isObject, unexpected } from './expected.ts';
import type { BucketRule, NativeBucket, NativeHistogram, SampleValue } from './reading.ts';
import { numberOf } from './reading.ts';
import { finiteOf, sampleValueOf } from './sample-value.ts';

/**
 * A native histogram as the API writes it: `{count, sum, buckets: [[rule, low, high, count], …]}`, numbers as
 * strings. Empty buckets are left out, and `buckets` itself when all are empty. Throws what is wrong at `place`.
 */
export function decodeNativeHistogram(value: unknown, place: string): NativeHistogram {
  if (!isObject(value)) throw unexpected(place, 'a native histogram', value);
  const { buckets = [] } = value;
  if (!Array.isArray(buckets)) throw unexpected(`${place}.buckets`, 'an array of buckets', buckets);
  const count = countOf(value['count'], `${place}.count`);
  const sum = valueOf(value['sum'], `${place}.sum`);
  return { count, sum, buckets: buckets.map((one, index) => bucketOf(one, `${place}.buckets[${index}]`)) };
}

function bucketOf(bucket: unknown, place: string): NativeBucket {
  if (!Array.isArray(bucket) || bucket.length !== 4) {
    throw unexpected(place, 'a bucket of rule, two bounds and a count', bucket);
  }
  const rule: unknown = bucket[0];
  if (!isRule(rule)) throw unexpected(`${place}[0]`, '0, 1, 2 or 3', rule);
  const low = valueOf(bucket[1], `${place}[1]`);
  const high = valueOf(bucket[2], `${place}[2]`);
  if (!(numberOf(low) <= numberOf(high))) throw unexpected(place, 'bounds that rise', `${low} … ${high}`);
  return [rule, low, high, countOf(bucket[3], `${place}[3]`)];
}

function isRule(rule: unknown): rule is BucketRule {
  return rule === 0 || rule === 1 || rule === 2 || rule === 3;
}

function valueOf(text: unknown, place: string): SampleValue {
  const value = sampleValueOf(asText(text));
  if (value === undefined) throw unexpected(place, 'a number', text);
  return value;
}

function countOf(text: unknown, place: string): number {
  const plain = asText(text);
  const count = typeof plain === 'string' ? finiteOf(plain) : undefined;
  if (count === undefined) throw unexpected(place, 'a finite number', text);
  return count;
}

/** Some servers write plain numbers in here. */
function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
