import type { Clock } from '@ordeal/shared/time/clock';

/** Sleeps are of whole milliseconds: what is owed is waited for when it comes to one. */
const LEAST_MS = 1;

/**
 * Keeps requests to at most so many a second: each awaits it before it is sent. What was late is not made up for.
 * Rejects when it is aborted.
 */
export function createPace(
  perSecond: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): () => Promise<void> {
  const stepMs = 1000 / perSecond;
  let next = -Infinity;
  return async () => {
    const due = next;
    next = Math.max(due, clock.now()) + stepMs;
    if (due - clock.now() < LEAST_MS) return;
    await clock.sleep(Math.ceil(due - clock.now()), signal);
    next = Math.max(next, clock.now() + stepMs);
  };
}
