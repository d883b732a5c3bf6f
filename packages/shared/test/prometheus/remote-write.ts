import { createRequire } from 'node:module';
import { PbfWriter } from 'pbf';

/** The package is CommonJS and brings no types: this is the part of it that is used. */
const snappy = createRequire(import.meta.url)('snappyjs') as {
  compress(plain: Uint8Array): Uint8Array;
};

/** What one series is given. Stamps are wall-clock milliseconds and must rise within a series. */
export interface WrittenSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly samples?: readonly (readonly [wallMs: number, value: number | typeof STALE])[];
  readonly histograms?: readonly (readonly [wallMs: number, histogram: NativeCounts])[];
}

/** The end of a series, as Prometheus marks it. It is a NaN of its own. */
export const STALE = 'stale';

/** A native histogram of whole counts, cumulative over time. */
export interface NativeCounts {
  /** Buckets double 2^schema times a power of two: 0 doubles at each bucket, 3 grows by 9 %. -4 … 8. */
  readonly schema: number;
  readonly count: number;
  readonly sum: number;
  /** Observations are zero when they are at most this. Default 1e-9. */
  readonly zeroThreshold?: number;
  readonly zero?: number;
  /** Index i holds what is above 2^((i − 1) × 2^−schema) and at most 2^(i × 2^−schema). Indices must rise. */
  readonly buckets: readonly (readonly [index: number, count: number])[];
}

/** A native histogram of these values. */
export function nativeHistogramOf(schema: number, values: readonly number[]): NativeCounts {
  const zeroThreshold = 1e-9;
  const counts = new Map<number, number>();
  for (const value of values) {
    if (value <= zeroThreshold) continue;
    // A power of two is exact in Math.log2: a value on a bound belongs below it.
    const index = Math.ceil(Math.log2(value) * 2 ** schema);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return {
    schema,
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    zeroThreshold,
    zero: values.filter((value) => value <= zeroThreshold).length,
    buckets: [...counts].sort(([left], [right]) => left - right),
  };
}

/**
 * Writes samples into a Prometheus that was started with `remoteWrite`. Stamps may lie in the past, but not an hour
 * before the newest sample that it has. Throws with the server's words when anything of it is refused.
 */
export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(snappy.compress(writeRequest(series))),
  });
  if (!response.ok) throw new Error(`Remote write: ${response.status} ${(await response.text()).trim()}`);
}

/** `prometheus.WriteRequest` of remote write 1.0, uncompressed. */
export function writeRequest(series: readonly WrittenSeries[]): Uint8Array {
  const pbf = new PbfWriter();
  for (const one of series) pbf.writeMessage(1, writeSeries, one);
  return pbf.finish();
}

function writeSeries({ labels, samples = [], histograms = [] }: WrittenSeries, pbf: PbfWriter): void {
  // The receiver takes the order of the labels as it is, and it has to be this one.
  for (const label of Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1))) {
    pbf.writeMessage(1, writeLabel, label);
  }
  for (const sample of samples) pbf.writeMessage(2, writeSample, sample);
  for (const histogram of histograms) pbf.writeMessage(4, writeHistogram, histogram);
}

function writeLabel([name, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeStringField(2, value);
}

function writeSample([wallMs, value]: readonly [number, number | typeof STALE], pbf: PbfWriter): void {
  if (value === STALE) {
    // Which NaN it is does not survive in a number: its bits are written as two halves.
    pbf.writeTag(1, 1);
    pbf.writeFixed32(0x00000002);
    pbf.writeFixed32(0x7ff00000);
  } else {
    pbf.writeDoubleField(1, value);
  }
  pbf.writeVarintField(2, wallMs);
}

function writeHistogram([wallMs, given]: readonly [number, NativeCounts], pbf: PbfWriter): void {
  const { schema, count, sum, zeroThreshold = 1e-9, zero = 0, buckets } = given;
  const { spans, deltas } = laidOut(buckets);
  pbf.writeVarintField(1, count);
  pbf.writeDoubleField(3, sum);
  pbf.writeTag(4, 0);
  pbf.writeSVarint(schema);
  pbf.writeDoubleField(5, zeroThreshold);
  pbf.writeVarintField(6, zero);
  for (const span of spans) pbf.writeMessage(11, writeSpan, span);
  pbf.writePackedSVarint(12, deltas);
  pbf.writeVarintField(15, wallMs);
}

interface Span {
  /** The first is an index, the others are gaps. */
  readonly offset: number;
  length: number;
}

function writeSpan({ offset, length }: Span, pbf: PbfWriter): void {
  pbf.writeTag(1, 0);
  pbf.writeSVarint(offset);
  pbf.writeVarintField(2, length);
}

/** Runs of neighbouring buckets, and each count as its difference to the one before. */
function laidOut(buckets: NativeCounts['buckets']): { spans: Span[]; deltas: number[] } {
  const spans: Span[] = [];
  const deltas: number[] = [];
  let last: readonly [index: number, count: number] | undefined;
  for (const [index, count] of buckets) {
    const span = spans.at(-1);
    if (span !== undefined && last !== undefined && index === last[0] + 1) span.length += 1;
    else spans.push({ offset: index - (last === undefined ? 0 : last[0] + 1), length: 1 });
    deltas.push(count - (last?.[1] ?? 0));
    last = [index, count];
  }
  return { spans, deltas };
}
