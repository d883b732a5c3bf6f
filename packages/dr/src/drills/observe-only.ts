import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { exactly } from '@ordeal/shared/time/interval';
import type { Takeover } from '../drivers/self-recovery.ts';
import { readBounds } from './configured-times.ts';
import { faultOf, mustObserve, reach, type Course } from './course.ts';
import { lose } from './lose.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import { whyNotBegin } from './may-begin.ts';
import { refuse } from './refuse.ts';
import type { DrillStep } from './steps.ts';
import { primariesOf, watchTakeover, type TakeoverWatch } from './takeover-watch.ts';

/** Refuses unless there is something to recover with. Nothing was touched by then. */
const checks: DrillStep = {
  name: 'check',
  plan: ({ drill }) => `refuse unless the store has one primary, and region ${drill.from} is healthy`,
  target: () => null,
  run: async (course) => {
    refuse(course, await whyNotBegin(course));
    return { detail: `${(await primariesOf(course)).join(' and ')} is the primary` };
  },
  wayBack: () => 'nothing was touched, so nothing is put back',
};

/** Before the loss: afterwards nobody could tell who was the primary, nor see one that takes over at once. */
const watch: DrillStep = {
  name: 'watch',
  plan: () => 'note which node is the primary, and look from now on for another one that takes writes',
  target: () => null,
  run: async (course) => {
    course.takeover = await watchTakeover(course);
    return {
      detail:
        course.takeover === undefined
          ? 'this store does not choose a primary by itself'
          : `${course.takeover.primary} is the primary`,
    };
  },
};

/** Where the store chooses another primary by itself, that is watched; elsewhere clients alone tell. */
const takeover: DrillStep = {
  name: 'take over',
  plan: () => 'wait until the store has made another node its primary by itself, where it does so at all',
  target: () => null,
  run: async (course) => {
    const { phase, context, takeover: watched, configured } = course;
    const { clock } = context;
    if (watched === undefined) return { detail: 'this store does not choose a primary by itself' };
    mustObserve(course);
    const t0 = course.t0 ?? exactly(clock.now());
    const deadline = t0.low + phase.deadline * 1000;
    // A primary that is cut off goes on being it for a while. One that still is it when its time is over was not lost.
    const most = configured.find(({ to }) => to === 'promoted')?.configured.high ?? Infinity;
    const within = await takenBy(watched, Math.min(deadline, t0.high + most * 1000), context);
    const still = async (): Promise<boolean> =>
      within === undefined && (await isPrimary(course, watched.primary));
    if (await still())
      return { detail: `the primary ${watched.primary} was not lost: it still is the primary` };
    const taken = within ?? (await takenBy(watched, deadline, context));
    if (taken === undefined) {
      if (await still())
        return { detail: `${watched.primary} is the primary again, and no other node took over` };
      throw new Error(
        `no other node took over from ${watched.primary} within ${phase.deadline} s, and it is not the primary either`,
      );
    }
    const { node, at, timeline } = taken;
    if (at.high < t0.low) {
      throw new Error(
        `node ${node} took over from ${watched.primary} before the fault was in: what was lost was no primary, so let ` +
          'the store come to rest and drill it again',
      );
    }
    reach(course, 'promoted', at, `node ${node} took writes by itself, on timeline ${timeline}`);
    return { detail: `node ${node} took over from ${watched.primary} by itself` };
  },
};

/** Undefined when nobody had taken over by then. */
async function takenBy(
  { taken }: TakeoverWatch,
  until: number,
  { clock, signal }: RunContext,
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

/** Not where it cannot be asked: what does not answer is lost. */
async function isPrimary(course: Course, name: string): Promise<boolean> {
  try {
    return (await primariesOf(course)).includes(name);
  } catch {
    course.context.signal.throwIfAborted();
    return false;
  }
}

/** A store that recovers by itself takes a lost node back as a standby by itself. */
const heal: DrillStep = {
  name: 'heal',
  plan: ({ drill }) => `heal the fault: what was lost in region ${drill.from} comes back`,
  target: () => null,
  run: async (course) => {
    const { phase, context, entry } = course;
    const { driver, name } = faultOf(course);
    if (entry === undefined) return { detail: 'it was healed before' };
    await driver.heal(entry, course.driver);
    context.undo.settle(entry.id, 'run');
    course.entry = undefined;
    context.journal.append({ type: 'fault-healed', phase: phase.name, fault: name, by: 'run' });
    return { detail: `the fault ${name} is healed` };
  },
};

/** Runbook of a drill in which the platform recovers by itself: something is lost, and nothing is done about it. */
export const observeOnly: readonly DrillStep[] = [
  checks,
  readBounds,
  observe,
  lead,
  watch,
  lose,
  takeover,
  recover,
  heal,
  readBack,
];
