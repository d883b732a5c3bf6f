/**
 * The one source of time for everything that measures.
 *
 * `now` is monotonic and does all arithmetic; `wall` only annotates, and aligns with remote systems.
 * Both are read from a clock that is handed in, so that an hour-long plan can be tested in milliseconds.
 */
export interface Clock {
  /** Monotonic milliseconds. The origin is the machine's boot, so that processes of one machine can compare. */
  now(): number;
  /** Milliseconds since the Unix epoch. May jump; never subtract two of these. */
  wall(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One instant read on both clocks, so that the other instants of a run can be converted. */
export interface ClockAnchor {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** Reads both clocks as close together as can be. */
export function anchorOf(clock: Clock): ClockAnchor {
  return { monotonicMs: clock.now(), wallMs: clock.wall() };
}

/** Wall-clock milliseconds of a monotonic instant, by the run's anchor. */
export function toWall(anchor: ClockAnchor, monotonicMs: number): number {
  return anchor.wallMs + (monotonicMs - anchor.monotonicMs);
}

/** Monotonic milliseconds of a wall-clock instant, by the run's anchor. */
export function toMonotonic(anchor: ClockAnchor, wallMs: number): number {
  return anchor.monotonicMs + (wallMs - anchor.wallMs);
}
