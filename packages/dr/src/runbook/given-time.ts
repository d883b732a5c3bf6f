import type { Clock } from '@ordeal/shared/time/clock';
import { DeadlineExceeded } from '@ordeal/shared/time/deadline';

/**
 * Runs a step under a signal that ends it with `outer`, and when its time is over; `seconds` null: as long as it takes.
 * It is not left alone then: whoever is told to end is waited for, so that nothing is done behind what comes next.
 */
export async function givenTime<T>(
  clock: Clock,
  seconds: number | null,
  outer: AbortSignal,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (seconds === null) return await step(outer);
  const over = new AbortController();
  const done = new AbortController();
  void clock
    .sleep(seconds * 1000, done.signal)
    .then(() => over.abort(new DeadlineExceeded(`it took longer than ${seconds} s, and was given up`)))
    .catch(() => undefined);
  try {
    return await step(AbortSignal.any([outer, over.signal]));
  } catch (error) {
    // What a driver says of a request that was broken off hides why it was.
    if (over.signal.aborted && !outer.aborted) throw over.signal.reason;
    throw error;
  } finally {
    done.abort();
  }
}
