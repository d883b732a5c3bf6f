import type { Clock } from '@ordeal/shared/time/clock';

export interface Ticker {
  /** Ticks that passed while the process was not running. */
  missed(): number;
  stop(): void;
}

/**
 * The next moment at which a timer can fire: a whole millisecond of the clock. A grid that begins there needs one
 * waking a tick; beside it a timer is early, and a second one has to follow.
 */
export function nextTimerMoment(after: number): number {
  return Math.ceil(after);
}

/**
 * Calls `tick` every `everyMs` on a fixed grid, whatever the earlier calls do. After a stall it is called once, for
 * the oldest tick, so that its lateness shows the whole stall; the others are counted as missed.
 */
export function startTicker(
  firstDue: number,
  everyMs: number,
  clock: Clock,
  tick: (due: number) => void,
): Ticker {
  let next = firstDue;
  let missed = 0;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    timer = setTimeout(wake, Math.ceil(Math.max(0, next - clock.now())));
  };
  const wake = (): void => {
    const late = clock.now() - next;
    // A timer may fire up to a millisecond early.
    if (late >= 0) {
      const due = next;
      const skipped = Math.floor(late / everyMs);
      missed += skipped;
      next += (skipped + 1) * everyMs;
      tick(due);
    }
    if (!stopped) arm();
  };
  arm();
  return {
    missed: () => missed,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
