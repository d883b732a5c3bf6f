import type { ClientInterval } from '../load/client-interval.ts';
import { countAtMost, slowestBetween } from '../load/histogram.ts';
import { sumIntervals, type ClientWindow } from '../load/window.ts';
import type { Span } from '../time/interval.ts';

/**
 * What the client reported of a window. Of the reports that reach across one of its edges, nobody knows which of
 * their requests were the window's: any part of them may be. Nor does anybody of requests that failed behind it after
 * so long that they may have begun in it: one that hangs ends with its timeout, when what it hung in is long over.
 */
export interface ClientReports {
  /** Length of the window. */
  readonly seconds: number;
  /** The reports that lie within it, added up. */
  readonly whole: ClientWindow;
  /** The same, one by one. */
  readonly wholes: readonly ClientInterval[];
  /** Those that reach across an edge, and what failed late, added up. */
  readonly edge: ClientWindow;
  /** How many requests failed late: behind the window, and may have begun in it. */
  readonly late: number;
  /** The same, one by one, with the share of their time that is the window's. */
  readonly edges: readonly { readonly report: ClientInterval; readonly overlap: number }[];
}

/** Sorts the reports of a window, and those behind it, by whether they lie within it. They must not overlap each other. */
export function clientReports(reports: readonly ClientInterval[], span: Span): ClientReports {
  const isWhole = ({ from, to }: ClientInterval): boolean => from >= span.from && to <= span.to;
  const overlapping = reports.filter((one) => overlaps(one, span));
  const across = overlapping.filter((one) => !isWhole(one));
  const wholes = overlapping.filter(isWhole);
  const late = reports.filter(({ from }) => from >= span.to).flatMap((report) => failedLate(report, span));
  return {
    seconds: (span.to - span.from) / 1000,
    whole: sumIntervals(wholes),
    wholes,
    edge: sumIntervals([...across, ...late]),
    late: late.reduce((sum, { failed }) => sum + failed, 0),
    edges: across.map((report) => ({
      report,
      overlap:
        (Math.min(report.to, span.to) - Math.max(report.from, span.from)) /
        Math.max(1, report.to - report.from),
    })),
  };
}

export function overlaps(report: ClientInterval, span: Span): boolean {
  return report.to > span.from && report.from < span.to;
}

/**
 * Of a report behind the window what failed and may have begun in it: a request that ended within the report and took
 * `d` began between `from - d` and `to - d`. Which of the report's requests failed its histogram does not say: at most
 * all that took so long did, and the slowest of them.
 */
function failedLate(report: ClientInterval, span: Span): readonly ClientInterval[] {
  if (report.failed === 0) return [];
  const took = { low: report.from - span.to, high: report.to - span.from };
  const latency = slowestBetween(report.latency, took, report.failed);
  const failed = latency.count;
  if (failed === 0) return [];
  const errors = Object.entries(report.errors).map(([kind, count]) => [kind, Math.min(count, failed)]);
  const under = Object.keys(report.under).map((limit) => [limit, countAtMost(latency, Number(limit)).high]);
  return [
    {
      from: report.from,
      to: report.from,
      iterations: 0,
      dropped: 0,
      requests: failed,
      failed,
      errors: Object.fromEntries(errors),
      latency,
      under: Object.fromEntries(under),
    },
  ];
}

/**
 * About how many there were in the window. It only says whether there was enough of it to judge: what decides is
 * bounded, and takes the edges in and out.
 */
export function aboutHowMany(
  { whole, edges }: ClientReports,
  of: (one: Pick<ClientWindow, 'requests' | 'dropped' | 'latency'>) => number,
): number {
  return Math.floor(of(whole) + edges.reduce((sum, { report, overlap }) => sum + overlap * of(report), 0));
}
