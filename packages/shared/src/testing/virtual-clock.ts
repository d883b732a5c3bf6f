import type { Clock } from '../time/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop without a new sleeper after which everybody is taken to be asleep. */
const QUIET_TURNS = 4;

/**
 * A clock whose time jumps to the next sleeper as soon as everybody waits on it, so that an hour passes in
 * milliseconds. Only for code whose waiting is all on the clock: it cannot know of a request that is under way.
 */
export function createVirtualClock(start: { readonly now: number; readonly wall: number }): Clock {
  const sleepers = new Set<Sleeper>();
  let now = start.now;
  let changes = 0;
  let watching = false;

  function watch(quiet: number, seen: number): void {
    setImmediate(() => {
      if (sleepers.size === 0) watching = false;
      else if (seen !== changes) watch(0, changes);
      else if (quiet < QUIET_TURNS) watch(quiet + 1, seen);
      else {
        const next = [...sleepers].reduce((first, one) => (one.at < first.at ? one : first));
        now = Math.max(now, next.at);
        next.wake();
        watch(0, changes);
      }
    });
  }

  return {
    now: () => now,
    wall: () => start.wall + (now - start.now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const leave = (): void => {
          changes += 1;
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          leave();
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake: () => {
            leave();
            resolve();
          },
        };
        changes += 1;
        sleepers.add(sleeper);
        signal?.addEventListener('abort', abort, { once: true });
        if (watching) return;
        watching = true;
        watch(0, changes);
      }),
  };
}
