import type { Clock } from './clock.ts';

/** The time that was given to something is over. */
export class DeadlineExceeded extends Error {}

/**
 * Runs a task that gets `ms` and no more. Its signal is aborted at the deadline, or with `outer`; the promise
 * rejects then, also when the task pays no heed to its signal. `what` says in the message what took too long.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  what: string,
  outer: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const over = new AbortController();
  const done = new AbortController();
  const signal = outer === undefined ? over.signal : AbortSignal.any([outer, over.signal]);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal });
  });
  void clock.sleep(ms, done.signal).then(
    () => over.abort(new DeadlineExceeded(`${what} took longer than ${Number((ms / 1000).toFixed(3))} s.`)),
    () => undefined,
  );
  try {
    return await Promise.race([task(signal), aborted]);
  } finally {
    done.abort();
  }
}
