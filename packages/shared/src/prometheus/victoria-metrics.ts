import type { Exchange } from './connection.ts';
import type { Reading } from './reading.ts';

/** Whether an answer comes from VictoriaMetrics' export, which is what it reads raw samples with. */
export function isExport({ headers }: Exchange): boolean {
  return headers['content-type']?.startsWith('application/stream+json') ?? false;
}

/**
 * VictoriaMetrics exports the marks with which a series ends as NaN, where Prometheus leaves them out. It stores no
 * other NaN: it takes none in.
 */
export function withoutStaleMarks(reading: Reading): Reading {
  const series = reading.series.map((one) => ({
    ...one,
    samples: one.samples.filter(([, value]) => value !== 'NaN'),
  }));
  return { ...reading, series: series.filter(({ samples }) => samples.length > 0) };
}
