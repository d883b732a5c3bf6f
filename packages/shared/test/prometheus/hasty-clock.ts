import type { Clock } from '../../src/time/clock.ts';
import { systemClock } from '../../src/time/system-clock.ts';

/** The machine's clock, but that pauses take no time, and are written down. Only sleeps of `real` are real ones. */
export function hastyClock(real: number, wallMs = systemClock.wall()) {
  const pauses: number[] = [];
  const clock: Clock = {
    now: systemClock.now,
    wall: () => wallMs,
    sleep: async (ms, signal) => {
      if (ms === real) return systemClock.sleep(ms, signal);
      pauses.push(ms);
    },
  };
  return { clock, pauses };
}
