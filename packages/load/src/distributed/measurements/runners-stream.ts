import type { ClientInterval, ClientStream } from '@ordeal/shared/load/client-interval';
import { toMonotonic, type ClockAnchor } from '@ordeal/shared/time/clock';
import type { Totals } from '../../remote-write/client-series.ts';
import type { PushedSeries } from '../../remote-write/write-request.ts';
import { Merge } from './merge.ts';
import { added, RunnerReports } from './runner-reports.ts';

/** Labels that the operator gives each runner's measurements. */
export const INSTANCE_TAG = 'instance_id';
export const TEST_RUN_TAG = 'testrun_name';

/** A better look at a runner's clock moves its reports only if it is better by more than this (ms). */
const FINER_BY_MS = 1;

/** The measurements of all runners of one TestRun as those of one client. Instants are monotonic milliseconds. */
export class RunnersStream implements ClientStream {
  private readonly testRun: string;
  private readonly anchor: ClockAnchor;
  private readonly runners: readonly RunnerReports[];
  private readonly ended = new Set<number>();
  /** What the reports were placed by. */
  private readonly placedBy: number[];
  private readonly placed: ClientInterval[][];
  private merge: Merge;
  private intervals: ClientInterval[] = [];

  constructor(testRun: string, runners: number, limitsMs: readonly number[], anchor: ClockAnchor) {
    this.testRun = testRun;
    this.anchor = anchor;
    this.runners = Array.from({ length: runners }, () => new RunnerReports(limitsMs));
    this.placedBy = this.runners.map(() => Infinity);
    this.placed = this.runners.map(() => []);
    this.merge = new Merge(this.placed);
  }

  /**
   * Takes a runner's push in, which arrived at `arrived` (Unix ms of this machine). Gives the merged intervals that it
   * completed. Throws when it is of no runner of this TestRun.
   */
  take(push: readonly PushedSeries[], arrived: number): readonly ClientInterval[] {
    const runner = this.runnerOf(push);
    if (runner === undefined) return [];
    const reports = this.runners[runner]!;
    reports.take(push, arrived);
    const known = this.intervals.length;
    const behind = reports.clockBehind();
    if (this.placedBy[runner]! - behind > FINER_BY_MS && Number.isFinite(behind)) {
      this.placedBy[runner] = behind;
      if (this.placed[runner]!.length > 0) this.startOver();
    }
    return this.mergeOn(known);
  }

  /** A runner has ended in order: nothing more will come from it. `runner` counts from 1. */
  end(runner: number): readonly ClientInterval[] {
    this.ended.add(runner - 1);
    this.merge.end(runner - 1);
    return this.mergeOn(this.intervals.length);
  }

  between(from: number, to: number): readonly ClientInterval[] {
    return this.intervals.filter((interval) => interval.to > from && interval.from < to);
  }

  completeUntil(): number {
    return this.merge.completeUntil();
  }

  all(): readonly ClientInterval[] {
    return this.intervals;
  }

  /** Of everything that came in, merged or not. */
  totals(): Totals {
    return this.runners.map((one) => one.totals()).reduce(added);
  }

  /** Monotonic instants at which the runners' journeys began; undefined for one that has not. */
  begun(): readonly (number | undefined)[] {
    return this.runners.map((one, index) => {
      const at = one.begun();
      return at === undefined ? undefined : this.place(at, this.placedBy[index]!);
    });
  }

  /** Runners, from 1, that have begun an iteration. */
  started(): readonly number[] {
    return this.numbersOf((one) => one.totals().started > 0);
  }

  /** Runners, from 1, whose k6 was started a second time. */
  startedAnew(): readonly number[] {
    return this.numbersOf((one) => one.startedAnew());
  }

  /** By how many milliseconds this machine's clock is ahead of each runner's; Infinity for one that never pushed. */
  clocksBehind(): readonly number[] {
    return this.runners.map((one) => one.clockBehind());
  }

  private numbersOf(holds: (one: RunnerReports) => boolean): readonly number[] {
    return this.runners.flatMap((one, index) => (holds(one) ? [index + 1] : []));
  }

  private runnerOf(push: readonly PushedSeries[]): number | undefined {
    const [first] = push;
    if (first === undefined) return undefined;
    const { [INSTANCE_TAG]: instance, [TEST_RUN_TAG]: testRun } = first.labels;
    const number = Number(instance);
    if (testRun !== this.testRun || this.runners[number - 1] === undefined) {
      throw new Error(
        `it is of runner ${JSON.stringify(instance)} of ${JSON.stringify(testRun)}, expected one of 1 to ${this.runners.length} of ${this.testRun}`,
      );
    }
    if (push.some(({ labels }) => labels[INSTANCE_TAG] !== instance))
      throw new Error('it is of several runners');
    return number - 1;
  }

  private mergeOn(known: number): readonly ClientInterval[] {
    for (const [index, runner] of this.runners.entries()) {
      const placed = this.placed[index]!;
      const behind = this.placedBy[index]!;
      for (const report of runner.all.slice(placed.length)) {
        placed.push({ ...report, from: this.place(report.from, behind), to: this.place(report.to, behind) });
      }
    }
    for (let one = this.merge.next(); one !== undefined; one = this.merge.next()) this.intervals.push(one);
    return this.intervals.slice(known);
  }

  private place(unixMs: number, behind: number): number {
    return toMonotonic(this.anchor, unixMs + behind);
  }

  private startOver(): void {
    for (const placed of this.placed) placed.length = 0;
    this.intervals = [];
    this.merge = new Merge(this.placed);
    for (const runner of this.ended) this.merge.end(runner);
  }
}
