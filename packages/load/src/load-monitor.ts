import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { quantileBounds } from '@ordeal/shared/load/histogram';
import type { Workload } from '@ordeal/shared/load/workload';
import { anchorOf, toMonotonic, toWall, type ClockAnchor } from '@ordeal/shared/time/clock';
import { meterNames } from './k6/meter-names.ts';
import { cpuDemandSeconds } from './process/cpu-meter.ts';
import { ClientSeries } from './remote-write/client-series.ts';
import { Cumulative } from './remote-write/cumulative.ts';
import type { PushedSeries } from './remote-write/write-request.ts';

/** A wall clock that is off its anchor by more than this has been set. */
const CLOCK_STEP_MS = 100;

/** So many iterations of which every one threw are no accident. */
const HOPELESS_ITERATIONS = 50;

/** Takes k6's pushes in, and tells the journal second by second. */
export class LoadMonitor {
  readonly series: ClientSeries;
  /** Resolves with the first iteration that was seen. */
  readonly firstIteration: Promise<void>;
  /** Resolves when it is clear that the journeys throw whatever the platform answers, with how many did. */
  readonly hopeless: Promise<number>;
  private readonly context: RunContext;
  private readonly cumulative = new Cumulative();
  private readonly first = Promise.withResolvers<void>();
  private readonly lost = Promise.withResolvers<number>();
  private readonly cores = new Map<number, number>();
  private anchor: ClockAnchor;
  private began: number | undefined;
  private watched: { readonly pid: number; at: number; cpu: number | undefined } | undefined;
  private complaints = 0;

  constructor(workload: Workload, anchor: ClockAnchor, context: RunContext) {
    this.series = new ClientSeries(workload.limitsMs);
    this.firstIteration = this.first.promise;
    this.hopeless = this.lost.promise;
    this.anchor = anchor;
    this.context = context;
  }

  /** Watches the CPU time of k6 from now on. */
  watch(pid: number): void {
    this.watched = { pid, at: this.context.clock.now(), cpu: cpuDemandSeconds(pid) };
  }

  /** Monotonic instant at which the journeys' scenarios began; undefined before. */
  beganAt(): number | undefined {
    return this.began;
  }

  /** Mean number of cores that k6 used, or waited for, in one of the series' intervals. */
  coresWanted(interval: ClientInterval): number | undefined {
    return this.cores.get(interval.to);
  }

  take(push: readonly PushedSeries[]): void {
    this.checkClock();
    const { growth, until, gauges } = this.cumulative.take(push);
    const begunAtWall = gauges[`k6_${meterNames.begun}`];
    if (begunAtWall !== undefined) this.began ??= toMonotonic(this.anchor, begunAtWall);
    // Before its scenarios begin k6 pushes how many virtual users it has made.
    if (this.began === undefined) return;
    const to = until === undefined ? this.series.completeUntil() : toMonotonic(this.anchor, until);
    const interval = this.series.add(growth, this.began, to);
    if (interval === undefined) return;
    this.readCpu(interval);
    // k6 may push in the very millisecond in which its scenarios begin.
    const seconds = Math.max(0.001, (interval.to - interval.from) / 1000);
    this.context.journal.append({
      type: 'load-second',
      requestsPerSecond: interval.requests / seconds,
      failed: interval.failed,
      dropped: interval.dropped,
      p95Ms: quantileBounds(interval.latency, 0.95)?.high ?? null,
    });
    const { started, iterations, thrown } = this.series.totals();
    if (started > 0) this.first.resolve();
    if (thrown >= HOPELESS_ITERATIONS && thrown === iterations) this.lost.resolve(thrown);
  }

  /** Says once that a push was lost: the next one brings what it held. */
  complain(error: Error): void {
    this.complaints += 1;
    if (this.complaints > 1) return;
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    this.context.journal.append({ type: 'warning', message: `${error.message}${cause}` });
  }

  private checkClock(): void {
    const { clock } = this.context;
    const off = clock.wall() - toWall(this.anchor, clock.now());
    if (Math.abs(off) <= CLOCK_STEP_MS) return;
    this.anchor = anchorOf(clock);
    this.context.journal.append({
      type: 'warning',
      message: `The wall clock was set by ${Math.round(off)} ms; the client's intervals are aligned anew`,
    });
  }

  private readCpu(interval: ClientInterval): void {
    if (this.watched === undefined) return;
    const { pid, at, cpu } = this.watched;
    const now = this.context.clock.now();
    const used = cpuDemandSeconds(pid);
    if (used !== undefined && cpu !== undefined && now > at) {
      this.cores.set(interval.to, ((used - cpu) * 1000) / (now - at));
    }
    this.watched = { pid, at: now, cpu: used };
  }
}
