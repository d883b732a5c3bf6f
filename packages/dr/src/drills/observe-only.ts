import { readBounds } from './configured-times.ts';
import { faultOf, timed } from './course.ts';
import { lose } from './lose.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import { whyNotBegin } from './may-begin.ts';
import { refuse } from './refuse.ts';
import type { DrillStep } from './steps.ts';
import { stayWell } from './stay-well.ts';
import { mustStillBeIn } from './still-in.ts';
import { storeAtRest } from './store-at-rest.ts';
import { takeOver, watch } from './take-over.ts';

/** Refuses unless there is something to recover with. Nothing was touched by then. */
const checks: DrillStep = {
  name: 'check',
  plan: ({ drill }) => `refuse unless the store has one primary, and region ${drill.from} is healthy`,
  run: async (course, within) => {
    refuse(course, await whyNotBegin(course, within));
    return { detail: `${(await storeAtRest(course.deps, within)).primary} is the primary` };
  },
  wayBack: () => 'nothing was touched, so nothing is put back',
};

/** A store that recovers by itself takes a lost node back as a standby by itself. */
const heal: DrillStep = {
  name: 'heal',
  plan: ({ drill }) =>
    `heal the fault, which must still be in until then: what was lost in region ${drill.from} comes back`,
  run: async (course, within) => {
    const { phase, context, entry } = course;
    const { driver, name } = faultOf(course);
    if (entry === undefined) return { detail: 'it was healed before' };
    await mustStillBeIn(course, within);
    course.healed = await timed(course, () => driver.heal(entry, within));
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
  takeOver,
  recover,
  heal,
  stayWell,
  readBack,
];
