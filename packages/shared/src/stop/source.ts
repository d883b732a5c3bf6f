import type { StopOrder, StopSight } from './order.ts';

/** A place where an emergency stop is ordered, seen and cleared. */
export interface StopSource {
  /** For people, for instance `the file /tmp/…/stop.json`. */
  readonly where: string;
  /**
   * What follows when it cannot be read. `hold`: no run begins, and one that has not heard from it for long is
   * aborted, since a stop could not reach it. `go-on`: it is said and nothing else, so that a cluster that is away
   * cannot keep a run from working that has nothing to do with it.
   */
  readonly whenUnknown: 'hold' | 'go-on';
  /** Rejects when it cannot be looked at. */
  read(signal: AbortSignal): Promise<StopSight>;
  /** Gives the order that stands now: an earlier one is kept. */
  order(order: StopOrder, signal: AbortSignal): Promise<StopOrder>;
  /** Gives the order that was cleared; undefined when none stood. */
  clear(signal: AbortSignal): Promise<StopOrder | undefined>;
}
