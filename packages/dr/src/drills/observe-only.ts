import { readBounds } from './configured-times.ts';
import { faultOf, mustObserve, reach, type Course } from './course.ts';
import { lose } from './lose.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import { whyNotBegin } from './may-begin.ts';
import { refuse } from './refuse.ts';
import type { DrillStep } from './steps.ts';

/** Refuses unless there is something to recover with. Nothing was touched by then. */
const checks: DrillStep = {
  name: 'check',
  plan: ({ drill }) => `refuse unless the store has one primary, and region ${drill.from} is healthy`,
  target: () => null,
  run: async (course) => {
    refuse(course, await whyNotBegin(course));
    return { detail: `${await primaryOf(course)} is the primary` };
  },
  wayBack: () => 'nothing was touched, so nothing is put back',
};

/** Where the store chooses another primary by itself, that is watched; elsewhere clients alone tell. */
const takeover: DrillStep = {
  name: 'take over',
  plan: () => 'watch which node the store makes its primary by itself, where it does so at all',
  target: () => null,
  run: async (course) => {
    const { store, nodeOf } = course.deps;
    if (store.observe === undefined) return { detail: 'this store does not choose a primary by itself' };
    const lost = nodeOf(course.phase.drill.from);
    const before = await primaryOf(course);
    if (before !== undefined && before !== lost) return { detail: `the primary ${before} was not lost` };
    const rest = course.phase.deadline * 1000 - (course.context.clock.now() - (course.t0?.low ?? 0));
    const signal = AbortSignal.any([course.context.signal, AbortSignal.timeout(Math.max(1, rest))]);
    mustObserve(course);
    try {
      const { node, at, timeline } = await store.observe(lost, { ...course.driver, signal });
      reach(course, 'promoted', at, `node ${node} took writes by itself, on timeline ${timeline}`);
      return { detail: `node ${node} took over by itself` };
    } catch (error) {
      course.context.signal.throwIfAborted();
      throw new Error(`no other node took over within ${course.phase.deadline} s`, { cause: error });
    }
  },
};

async function primaryOf({ deps, driver }: Course): Promise<string | undefined> {
  const { nodes } = await deps.store.status(driver);
  return nodes.find((node) => node.reachable && node.role === 'primary')?.name;
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
  lose,
  takeover,
  recover,
  heal,
  readBack,
];
