import type { Clock } from '@ordeal/shared/time/clock';
import { ApiError, mayPass } from './failure.ts';

export interface Persistence {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Monotonic ms. The last failure is thrown when a next attempt would begin after it. */
  readonly until: number;
}

const PAUSE_MS = 250;

/**
 * Repeats what may be repeated (reading, deleting, merging annotations) as long as it fails in a way that may pass.
 * A server that asks for patience (Retry-After) is given it.
 */
export async function persist<T>({ clock, signal, until }: Persistence, task: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ApiError) || !mayPass(error.failure)) throw error;
      const pause = pauseAfter(error);
      if (clock.now() + pause > until) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

/** Milliseconds to wait before the next attempt. */
export function pauseAfter({ failure }: ApiError): number {
  const asked = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined;
  return Math.max(PAUSE_MS, asked ?? 0);
}
