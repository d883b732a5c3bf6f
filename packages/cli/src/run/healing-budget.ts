import type { Clock } from '@ordeal/shared/time/clock';

/**
 * Milliseconds in which everything has ended after an interruption. A pod that is deleted has 90 s, as the manifests
 * in `deploy` set it; the rest is for the record.
 */
export const INTERRUPTED_MS = 75_000;
/** The same at the end of a run that nobody interrupts: a load on a cluster takes its time to end in order. */
const UNHURRIED_MS = 180_000;
/** Each step gets at least so long, however late it is: without it nothing would be tried at all. */
const LEAST_MS = 2_000;

/** The time that ending a run has, for all its steps together. */
export interface HealingBudget {
  /** Milliseconds for a step that leaves `reserveMs` to those after it. */
  leaves(reserveMs: number): number;
}

/** Begins when it is first asked, and earlier with the interruption that `signal` tells of. */
export function healingBudget(clock: Clock, signal: AbortSignal): HealingBudget {
  let until = Infinity;
  const atMost = (ms: number): void => {
    until = Math.min(until, clock.now() + ms);
  };
  const hurry = (): void => atMost(INTERRUPTED_MS);
  if (signal.aborted) hurry();
  else signal.addEventListener('abort', hurry, { once: true });
  return {
    leaves: (reserveMs) => {
      if (until === Infinity) atMost(UNHURRIED_MS);
      return Math.max(LEAST_MS, until - clock.now() - reserveMs);
    },
  };
}
