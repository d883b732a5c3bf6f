import type { Clock } from '@ordeal/shared/time/clock';

/** So often the event loop is looked at again: what stalls once, as a program starts, keeps time afterwards. */
const LOOKS_AT_TIME = 5;
const BETWEEN_LOOKS_MS = 500;
/** Of 5 ms each: a run is not held up for longer than it takes to see a machine that stands still. */
const TICKS = 10;
const LATEST_MS = 250;

/** Why this machine cannot be measured on; nothing when it can. */
export async function keepsTime(clock: Clock, signal: AbortSignal): Promise<readonly string[]> {
  let worst = 0;
  for (let look = 0; look < LOOKS_AT_TIME; look += 1) {
    if (look > 0) await clock.sleep(BETWEEN_LOOKS_MS, signal);
    worst = await latestTick(clock, signal);
    if (worst <= LATEST_MS) return [];
  }
  return [
    `this machine is too busy to measure on: a 5 ms wait took ${Math.round(worst)} ms longer, ` +
      `and ${LOOKS_AT_TIME - 1} looks before it were no better`,
  ];
}

async function latestTick(clock: Clock, signal: AbortSignal): Promise<number> {
  let worst = 0;
  for (let tick = 0; tick < TICKS; tick += 1) {
    const before = clock.now();
    await clock.sleep(5, signal);
    worst = Math.max(worst, clock.now() - before - 5);
  }
  return worst;
}
