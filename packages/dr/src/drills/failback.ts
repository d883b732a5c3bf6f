import { isDeepStrictEqual } from 'node:util';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { check, faultOf, mark, regionsOf, type Course } from './course.ts';
import { readBounds } from './configured-times.ts';
import { decideMove } from './decide.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import { demote, nodesOf, promote, ready, rejoinOther, routeToAll } from './planned.ts';
import { inWords, whyNotBegin } from './may-begin.ts';
import { refuse } from './refuse.ts';
import type { DrillStep } from './steps.ts';

const checks: DrillStep = {
  name: 'check',
  plan: (phase) => {
    const { from, to } = regionsOf(phase);
    return `refuse unless region ${from} has the primary and region ${to} does not`;
  },
  run: async (course, within) => {
    const { now } = nodesOf(course);
    refuse(course, await whyNotBegin(course, within));
    return { detail: `${now} is the primary` };
  },
  wayBack: (phase) => `region ${regionsOf(phase).from} keeps the primary`,
};

/** The region may only come back with its old primary fenced, so that is made sure of once more. */
const restore: DrillStep = {
  name: 'restore',
  plan: (phase) => `fence the old primary in region ${regionsOf(phase).to} again, then start the region`,
  run: async (course, within) => {
    const { phase, context, deps } = course;
    const { to, now, next: home } = nodesOf(course);
    const { driver, config, name } = faultOf(course);
    const before = (await deps.store.status(within)).nodes.find((node) => node.name === home);
    if (before?.reachable !== true) await deps.store.fence(home, within);
    // Another store's fault may be in by the same driver, and its old primary has to stay away.
    const asKept: unknown = JSON.parse(JSON.stringify(config));
    course.entry = context.undo
      .open()
      .find(
        (entry) =>
          entry.driver === driver.kind &&
          entry.revives === 'old-primary' &&
          isDeepStrictEqual(entry.config, asKept),
      );
    await driver.heal(course.entry ?? standIn(course), within);
    context.journal.append({ type: 'fault-healed', phase: phase.name, fault: name, by: 'run' });
    const after = (await deps.store.status(within)).nodes.find((node) => node.name === home);
    const writes = after?.reachable === true && after.role === 'primary';
    if (writes) await deps.store.fence(home, within);
    check(
      course,
      `region ${to} comes back without a writer`,
      !writes,
      writes
        ? `region ${to} came back with node ${home} accepting writes beside ${now}; it was fenced at once, and what ` +
            'it took meanwhile is lost'
        : inWords(after),
    );
    return { detail: `region ${to} runs again, ${inWords(after)}` };
  },
  wayBack: (phase) => {
    const { from, to } = regionsOf(phase);
    return `region ${from} keeps the primary, and the node in region ${to} stays fenced or follows it`;
  },
};

/** A failback in a run of its own has no open entry: what heals the fault is the same. */
function standIn(course: Course): UndoEntry {
  const { driver, config } = faultOf(course);
  const now = new Date(course.context.clock.wall()).toISOString();
  return {
    id: `${course.phase.name}-restore`,
    sequence: 0,
    driver: driver.kind,
    config,
    describe: driver.describe(config),
    deadline: now,
    createdAt: now,
    revives: 'old-primary',
  };
}

const rejoinHome: DrillStep = {
  name: 'rejoin',
  plan: (phase) => {
    const { from, to } = regionsOf(phase);
    return `make the node in region ${to} a standby of the one in region ${from}`;
  },
  run: async (course, within) => {
    const { now, next: home } = nodesOf(course);
    await course.deps.store.rejoin(home, now, within, course.context.undo);
    if (course.context.undo.promotion(course.phase.store) !== undefined) {
      mark(course, now, [], `Node ${home} follows ${now} again. Run the failback to make it primary.`);
    }
    return { detail: `node ${home} streams from ${now}` };
  },
};

/** Runbook of a failback: the region that was lost rejoins, and a planned switchover makes it primary again. */
export const failback: readonly DrillStep[] = [
  checks,
  readBounds,
  observe,
  restore,
  rejoinHome,
  lead,
  ready,
  decideMove,
  demote,
  promote,
  rejoinOther,
  routeToAll,
  recover,
  readBack,
];
