import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { sumIntervals } from '@ordeal/shared/load/window';

/** One runner's reports, in order, all on one clock. */
interface Lane {
  readonly reports: readonly ClientInterval[];
  /** How many are merged already. */
  next: number;
  /** Until when they are merged; undefined before the first. */
  until: number | undefined;
  /** Whether nothing more will come, and nothing is missing. */
  ended: boolean;
}

/**
 * Merges the reports of several runners by adding. Every count of every report is in exactly one merged interval, and
 * histograms are added bucket by bucket: sums over all of them are exact.
 *
 * Runners report each second, but not at the same moment, and a report cannot be cut. So a merged interval reaches
 * from the earliest beginning to the latest end of the reports in it; neighbours overlap by up to a second. Whoever
 * judges a window by the intervals that lie in it, and takes those that reach across its edges both in and out, is as
 * right as with one runner. Where one runner's report is missing there is no interval.
 */
export class Merge {
  private readonly lanes: readonly Lane[];

  constructor(reports: readonly (readonly ClientInterval[])[]) {
    this.lanes = reports.map((one) => ({ reports: one, next: 0, until: undefined, ended: false }));
  }

  /** Nothing more will come from a runner: the others are merged without it. */
  end(runner: number): void {
    const lane = this.lanes[runner];
    if (lane !== undefined) lane.ended = true;
  }

  /** The next interval, when every runner has reported it; undefined before. */
  next(): ClientInterval | undefined {
    const reporting = this.lanes.filter((lane) => !lane.ended || lane.next < lane.reports.length);
    if (reporting.length === 0) return undefined;
    const firsts = reporting.map((lane) => lane.reports[lane.next]);
    if (firsts.some((report) => report === undefined)) return undefined;
    const to = Math.max(...firsts.map((report) => report!.to));
    const taken = reporting.flatMap((lane) => {
      const from = lane.next;
      while ((lane.reports[lane.next]?.to ?? Infinity) <= to) lane.next += 1;
      lane.until = Math.max(lane.until ?? -Infinity, lane.reports[lane.next - 1]!.to);
      return lane.reports.slice(from, lane.next);
    });
    const { seconds, ...sum } = sumIntervals(taken);
    return {
      from: Math.min(...taken.map((report) => report.from)),
      to,
      ...sum,
      // Of all runners: one that has ended has offered nothing meanwhile.
      seconds: seconds / this.lanes.length,
    };
  }

  /** Until when everything of every runner is merged. -Infinity as long as one has not reported. */
  completeUntil(): number {
    const waited = this.lanes.filter(({ ended }) => !ended);
    if (waited.length > 0) return Math.min(...waited.map(({ until }) => until ?? -Infinity));
    return Math.max(-Infinity, ...this.lanes.map(({ until }) => until ?? -Infinity));
  }
}
