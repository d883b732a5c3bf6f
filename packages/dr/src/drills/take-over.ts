import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { exactly } from '@ordeal/shared/time/interval';
import type { Takeover } from '../drivers/self-recovery.ts';
import { mustObserve, reach } from './course.ts';
import type { DrillStep } from './steps.ts';
import { mustStillBeIn } from './still-in.ts';
import { isPrimary, storeAtRest } from './store-at-rest.ts';
import { watchTakeover, type TakeoverWatch } from './takeover-watch.ts';

/** Before the loss: afterwards nobody could tell who was the primary, nor see one that takes over at once. */
export const watch: DrillStep = {
  name: 'watch',
  plan: () => 'note which node is the primary, and look from now on for another one that takes writes',
  run: async (course, within) => {
    course.rest = await storeAtRest(course.deps, within);
    const { primary } = course.rest;
    course.takeover = watchTakeover(primary, course, within);
    return { detail: `${primary} is the primary` };
  },
};

/** Where the store chooses another primary by itself, that is watched; elsewhere clients alone tell. */
export const takeOver: DrillStep = {
  name: 'take over',
  plan: () => 'wait until the store has made another node its primary by itself, where it does so at all',
  run: async (course, within) => {
    const { phase, deps, rest, takeover: watched, configured } = course;
    const { clock } = within;
    if (watched === undefined || rest === undefined)
      return { detail: 'this store does not choose a primary by itself' };
    mustObserve(course);
    const t0 = course.t0 ?? exactly(clock.now());
    const deadline = t0.low + phase.deadline * 1000;
    // A primary that is cut off goes on being it for a while. One that still is it when its time is over was not lost.
    const most = configured.find(({ to }) => to === 'promoted')?.configured.high ?? Infinity;
    const soon = await takenBy(watched, Math.min(deadline, t0.high + most * 1000), within);
    const still = async (): Promise<boolean> => {
      if (soon !== undefined || !(await isPrimary(deps, within, rest.primary))) return false;
      // One that is back because nothing is wrong with it any more was lost all the same.
      await mustStillBeIn(course, within);
      return true;
    };
    if (await still()) return { detail: `the primary ${rest.primary} was not lost: it still is the primary` };
    const taken = soon ?? (await takenBy(watched, deadline, within));
    if (taken === undefined) {
      if (await still())
        return { detail: `${rest.primary} is the primary again, and no other node took over` };
      throw new Error(
        `no other node took over from ${rest.primary} within ${phase.deadline} s, and it is not the primary either`,
      );
    }
    const { node, at, timeline } = taken;
    if (at.high < t0.low) {
      throw new Error(
        `node ${node} took over from ${rest.primary} before the fault was in: what was lost was no primary, so let ` +
          'the store come to rest and drill it again',
      );
    }
    course.heir = node;
    reach(course, 'promoted', at, `node ${node} took writes by itself, on timeline ${timeline}`);
    return { detail: `node ${node} took over from ${rest.primary} by itself` };
  },
};

/** Undefined when nobody had taken over by then. */
async function takenBy(
  { taken }: TakeoverWatch,
  until: number,
  { clock, signal }: DriverContext,
): Promise<Takeover | undefined> {
  const waiting = new AbortController();
  const over = clock
    .sleep(Math.max(1, until - clock.now()), AbortSignal.any([signal, waiting.signal]))
    .then(() => undefined);
  try {
    return await Promise.race([taken, over]);
  } finally {
    waiting.abort();
    over.catch(() => undefined);
  }
}
