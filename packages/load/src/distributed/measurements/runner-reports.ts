import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { meterNames } from '../../k6/meter-names.ts';
import { ClientSeries, type Totals } from '../../remote-write/client-series.ts';
import { Cumulative } from '../../remote-write/cumulative.ts';
import type { PushedSeries } from '../../remote-write/write-request.ts';

/** The instants at which two journeys of one process begin differ by no more than this (ms). */
const ONE_BEGINNING_MS = 1000;

/** What one runner counted. Its instants are milliseconds since the Unix epoch, by the clock of its own machine. */
export type RunnerReport = ClientInterval;

/** What has come in from one runner. */
export class RunnerReports {
  /** In the order in which they came; one that brings what is older than the one before says so by its span. */
  readonly all: RunnerReport[] = [];
  private readonly limitsMs: readonly number[];
  private readonly cumulative = new Cumulative();
  private beganAt: number | undefined;
  private least = Infinity;
  private anew = false;
  private sums: Totals | undefined;

  constructor(limitsMs: readonly number[]) {
    this.limitsMs = limitsMs;
  }

  /** Takes a push in that arrived at `arrived` (Unix ms of this machine). */
  take(push: readonly PushedSeries[], arrived: number): void {
    const { growth, until, gauges } = this.cumulative.take(push);
    if (until !== undefined) this.least = Math.min(this.least, arrived - until);
    const begun = gauges[`k6_${meterNames.begun}`];
    if (begun !== undefined) {
      this.beganAt ??= begun;
      if (Math.abs(begun - this.beganAt) > ONE_BEGINNING_MS) this.anew = true;
    }
    // Before its scenarios begin k6 pushes how many virtual users it has made.
    if (this.beganAt === undefined) return;
    const last = this.all.at(-1);
    const to = Math.max(until ?? -Infinity, last?.to ?? this.beganAt);
    if (growth.length === 0 && to === last?.to) return;
    const single = new ClientSeries(this.limitsMs);
    const counted = single.add(growth, 0, 1) as ClientInterval;
    this.sums = this.sums === undefined ? single.totals() : added(this.sums, single.totals());
    // What comes for a time that was reported already is of that time, or of the moment after it.
    const from = last === undefined ? this.beganAt : last.to === to ? last.from : last.to;
    this.all.push({ ...counted, from: Math.min(from, to), to });
  }

  /**
   * By how many milliseconds this machine's clock is ahead of the runner's, at most: the least time by which a push
   * arrived after its newest sample. The fastest push's own way is the error. Infinity before the first push.
   */
  clockBehind(): number {
    return this.least;
  }

  /** Unix ms of the runner's clock. */
  begun(): number | undefined {
    return this.beganAt;
  }

  /** Whether k6 was started a second time: what it counted before is not known to be complete then. */
  startedAnew(): boolean {
    return this.anew;
  }

  totals(): Totals {
    return this.sums ?? nothing;
  }
}

const nothing: Totals = new ClientSeries([]).totals();

export function added(left: Totals, right: Totals): Totals {
  return {
    started: left.started + right.started,
    iterations: left.iterations + right.iterations,
    iterationsFailed: left.iterationsFailed + right.iterationsFailed,
    thrown: left.thrown + right.thrown,
    dropped: left.dropped + right.dropped,
    requests: left.requests + right.requests,
  };
}
