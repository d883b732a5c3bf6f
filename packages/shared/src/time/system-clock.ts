import { hrtime } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** The machine's own clocks. `now` is CLOCK_MONOTONIC, which all processes of one machine share. */
export const systemClock: Clock = {
  now: () => Number(hrtime.bigint()) / 1e6,
  wall: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(Math.max(0, ms), undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
