import { PbfWriter } from 'pbf';
import type { PushedHistogram, PushedSeries } from '../../src/remote-write/write-request.ts';

/** Writes a Prometheus remote-write request as k6 does, from the protocol's definition. */
export function encodeWriteRequest(list: readonly PushedSeries[]): Uint8Array {
  const pbf = new PbfWriter();
  for (const one of list) pbf.writeMessage(1, writeSeries, one);
  return pbf.finish();
}

function writeSeries(series: PushedSeries, pbf: PbfWriter): void {
  for (const label of [['__name__', series.name] as const, ...Object.entries(series.labels)]) {
    pbf.writeMessage(
      1,
      ([name, value], into: PbfWriter) => {
        into.writeStringField(1, name);
        into.writeStringField(2, value);
      },
      label,
    );
  }
  for (const sample of series.samples) {
    pbf.writeMessage(
      2,
      ({ value, timestamp }, into: PbfWriter) => {
        into.writeDoubleField(1, value);
        into.writeVarintField(2, timestamp);
      },
      sample,
    );
  }
  for (const histogram of series.histograms) pbf.writeMessage(4, writeHistogram, histogram);
}

function writeHistogram(histogram: PushedHistogram, pbf: PbfWriter): void {
  pbf.writeVarintField(1, histogram.count);
  pbf.writeDoubleField(3, histogram.sum);
  pbf.writeSVarintField(4, histogram.schema);
  pbf.writeDoubleField(5, 2 ** -128);
  pbf.writeVarintField(6, histogram.zero);
  const deltas: number[] = [];
  let before = 0;
  let next = 0;
  let first = true;
  let span: { offset: number; length: number } | undefined;
  const flush = () => {
    if (span === undefined) return;
    pbf.writeMessage(
      11,
      ({ offset, length }: { offset: number; length: number }, into: PbfWriter) => {
        into.writeSVarintField(1, offset);
        into.writeVarintField(2, length);
      },
      span,
    );
  };
  for (const [index, count] of histogram.buckets) {
    if (span !== undefined && index === next) {
      span.length += 1;
    } else {
      flush();
      span = { offset: first ? index : index - next, length: 1 };
      first = false;
    }
    next = index + 1;
    deltas.push(count - before);
    before = count;
  }
  flush();
  pbf.writePackedSVarint(12, deltas);
  pbf.writeVarintField(15, histogram.timestamp);
}
