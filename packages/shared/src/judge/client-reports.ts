import type { ClientInterval } from '../load/client-interval.ts';
import { sumIntervals, type ClientWindow } from '../load/window.ts';
import type { Span } from '../time/interval.ts';

/**
 * What the client reported of a window. Of the reports that reach across one of its edges, nobody knows which of
 * their requests were the window's: any part of them may be.
 */
export interface ClientReports {
  /** Length of the window. */
  readonly seconds: number;
  /** The reports that lie within it, added up. */
  readonly whole: ClientWindow;
  /** The same, one by one. */
  readonly wholes: readonly ClientInterval[];
  /** Those that reach across an edge, added up. */
  readonly edge: ClientWindow;
  /** The same, one by one, with the share of their time that is the window's. */
  readonly edges: readonly { readonly report: ClientInterval; readonly overlap: number }[];
}

/** Sorts the reports that overlap a window by whether they lie within it. They must not overlap each other. */
export function clientReports(overlapping: readonly ClientInterval[], span: Span): ClientReports {
  const isWhole = ({ from, to }: ClientInterval): boolean => from >= span.from && to <= span.to;
  const across = overlapping.filter((one) => !isWhole(one));
  const wholes = overlapping.filter(isWhole);
  return {
    seconds: (span.to - span.from) / 1000,
    whole: sumIntervals(wholes),
    wholes,
    edge: sumIntervals(across),
    edges: across.map((report) => ({
      report,
      overlap:
        (Math.min(report.to, span.to) - Math.max(report.from, span.from)) /
        Math.max(1, report.to - report.from),
    })),
  };
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
