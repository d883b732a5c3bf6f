import { PbfReader } from 'pbf';

/** What one push says of one series: its latest value, or its histogram. Timestamps are wall-clock ms. */
export interface PushedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly PushedSample[];
  readonly histograms: readonly PushedHistogram[];
}

/** `value` NaN is a stale marker: the series ends. */
export interface PushedSample {
  readonly value: number;
  readonly timestamp: number;
}

/** A native histogram with whole counts, cumulative over time. Buckets as in `SparseHistogram`. */
export interface PushedHistogram {
  readonly timestamp: number;
  readonly schema: number;
  readonly count: number;
  readonly sum: number;
  readonly zero: number;
  readonly buckets: readonly (readonly [index: number, count: number])[];
}

/**
 * Reads a Prometheus remote-write 1.0 request (uncompressed protobuf, `prometheus.WriteRequest`). Fields that k6
 * does not use are passed over. Throws on anything damaged.
 */
export function readWriteRequest(bytes: Uint8Array): readonly PushedSeries[] {
  const series: PushedSeries[] = [];
  new PbfReader(bytes).readFields((tag, list, pbf) => {
    if (tag === 1) list.push(readSeries(pbf));
  }, series);
  return series;
}

function readSeries(pbf: PbfReader): PushedSeries {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  const samples: PushedSample[] = [];
  const histograms: PushedHistogram[] = [];
  pbf.readMessage((tag) => {
    if (tag === 1) {
      const label = pbf.readMessage(
        (field, into) => {
          if (field === 1) into.name = pbf.readString();
          else if (field === 2) into.value = pbf.readString();
        },
        { name: '', value: '' },
      );
      labels[label.name] = label.value;
    } else if (tag === 2) {
      samples.push(
        pbf.readMessage(
          (field, into) => {
            if (field === 1) into.value = pbf.readDouble();
            else if (field === 2) into.timestamp = pbf.readVarint(true);
          },
          { value: 0, timestamp: 0 },
        ),
      );
    } else if (tag === 4) {
      histograms.push(readHistogram(pbf));
    }
  }, undefined);
  const { __name__: name = '', ...rest } = labels;
  return { name, labels: rest, samples, histograms };
}

function readHistogram(pbf: PbfReader): PushedHistogram {
  const raw = {
    count: 0,
    sum: 0,
    schema: 0,
    zero: 0,
    timestamp: 0,
    spans: [] as { offset: number; length: number }[],
    deltas: [] as number[],
  };
  pbf.readMessage((tag, into) => {
    if (tag === 1) into.count = pbf.readVarint();
    else if (tag === 3) into.sum = pbf.readDouble();
    else if (tag === 4) into.schema = pbf.readSVarint();
    else if (tag === 6) into.zero = pbf.readVarint();
    else if (tag === 11) into.spans.push(readSpan(pbf));
    else if (tag === 12) pbf.readPackedSVarint(into.deltas);
    else if (tag === 15) into.timestamp = pbf.readVarint(true);
    else if (tag === 2 || tag === 7 || tag === 13) {
      throw new Error('A native histogram of fractions came where k6 sends whole counts');
    }
  }, raw);
  const { spans, deltas, ...rest } = raw;
  return { ...rest, buckets: bucketsOf(spans, deltas) };
}

function readSpan(pbf: PbfReader): { offset: number; length: number } {
  return pbf.readMessage(
    (tag, into) => {
      if (tag === 1) into.offset = pbf.readSVarint();
      else if (tag === 2) into.length = pbf.readVarint();
    },
    { offset: 0, length: 0 },
  );
}

/**
 * Spans say which buckets follow (the first offset is an index, the others are gaps); each count is given as its
 * difference to the one before.
 */
function bucketsOf(
  spans: readonly { readonly offset: number; readonly length: number }[],
  deltas: readonly number[],
): [number, number][] {
  const buckets: [number, number][] = [];
  let index = 0;
  let count = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let at = 0; at < length; at += 1) {
      const delta = deltas[buckets.length];
      if (delta === undefined) throw new Error('A native histogram has fewer counts than its spans announce');
      count += delta;
      buckets.push([index, count]);
      index += 1;
    }
  }
  if (buckets.length !== deltas.length) {
    throw new Error('A native histogram has more counts than its spans announce');
  }
  return buckets.filter(([, value]) => value !== 0);
}
