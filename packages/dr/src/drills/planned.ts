import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { mark, mustObserve, reach, regionsOf, timed, type Course } from './course.ts';
import { whyNotBegin } from './may-begin.ts';
import { notBegun, reasonsWithin, refuse, standbyRefusals, unlessSo } from './refuse.ts';
import type { DrillStep } from './steps.ts';
import { beginLook, endLook, lookBefore } from './log-positions.ts';
import { isStopped } from './writers.ts';

/*
 * Steps of a planned move of the primary from region `from` to region `to`, in which nothing may be lost. They belong
 * to the switchover, the evacuation, the return and the failback alike.
 */

const readyWithinMs = 30_000;
/** So often nodes are asked whether they take writes while one hands over to another. */
const CLOSELY_MS = 20;

/** The nodes of a planned move: `now` is the primary, `next` becomes it. */
export function nodesOf(course: Course): { from: string; to: string; now: string; next: string } {
  const { from, to } = regionsOf(course.phase);
  return { from, to, now: course.deps.nodeOf(from), next: course.deps.nodeOf(to) };
}

/** Refuses unless there is something to move to. Nothing was touched by then. */
export const checkMove: DrillStep = {
  name: 'check',
  plan: (phase) => {
    const { from, to } = regionsOf(phase);
    return `refuse unless region ${from} has the primary, its standby in region ${to} follows closely, and both can take traffic`;
  },
  run: async (course, within) => {
    const { now, next } = nodesOf(course);
    refuse(course, await whyNotBegin(course, within));
    return { detail: `${next} can take over from ${now}` };
  },
  wayBack: () => 'nothing was touched, so nothing is put back',
};

/** Everything that can be waited for before anybody is without a writer is waited for here. */
export const ready: DrillStep = {
  name: 'ready',
  plan: (phase) =>
    `once more ${unlessSo(phase, `the standby in region ${regionsOf(phase).to} follows closely`)}`,
  run: async (course, within) => {
    const { now, next } = nodesOf(course);
    const reasons = await reasonsWithin(within, readyWithinMs, () =>
      standbyRefusals(course, within, { primary: now, standby: next }),
    );
    if (reasons.length > 0) throw notBegun(course, reasons);
    return { detail: `node ${next} follows ${now}` };
  },
};

/** The planned start of an evacuation: traffic leaves the region before its primary does. */
export const drain: DrillStep = {
  name: 'drain',
  plan: (phase) => {
    const { from, to } = regionsOf(phase);
    return `lead all traffic to region ${to}; from here on clients may notice, so the time counts from here (region ${from} stays up)`;
  },
  run: async (course, within) => {
    const { to } = nodesOf(course);
    mustObserve(course);
    begin(course);
    course.drained = true;
    const at = await timed(course, async () => await course.deps.route.switch([to], within));
    reach(course, 'routed', at, `all traffic goes to region ${to}`);
    return { detail: `all traffic goes to region ${to}` };
  },
  wayBack: () => 'traffic is led to all regions again, but for those that only stand by',
};

/** Where traffic goes when nothing is wrong, in words. */
function usualRegions({ deps: { regions } }: Course): string {
  return regions.length === 1 ? `region ${regions[0]}` : `regions ${regions.join(' and ')}`;
}

/** From here on clients may fail, so the recovery time is counted from here, or from before. */
export const demote: DrillStep = {
  name: 'demote',
  plan: (phase) =>
    `stop the primary in region ${regionsOf(phase).from} cleanly, so that its standby has everything`,
  run: async (course, within) => {
    const { now, next } = nodesOf(course);
    mustObserve(course);
    const { kind } = course.phase.drill;
    const lead = kind === 'evacuate' ? `, lead traffic to ${usualRegions(course)}` : '';
    const nextStep =
      `Node ${now} is handing over to ${next}. If ${next} accepts writes, rejoin ${now} as its standby. ` +
      `If ${next} is seen to refuse writes, promote ${now} again (it has everything)${lead}, then run the ${kind} ` +
      `again. While ${next} does not answer do neither: it may be the writer.`;
    mark(course, now, [], nextStep, next);
    course.stage = 'demoting';
    await lookBefore(course, within);
    const { handsOverBy } = course.deps.store;
    const before = course.context.clock.now();
    if (handsOverBy !== undefined) await course.writers?.look(next);
    begin(course);
    const at = await timed(course, () => demoteWatched(course, within, now, next));
    reach(course, 'fenced', at, `node ${now} has stopped, and ${next} has everything`);
    isStopped(course, now, at);
    beginLook(course, within);
    if (handsOverBy !== undefined) {
      const handing = { low: before, high: at.high };
      course.writers?.handedOver({ from: now, to: next, at: handing, by: handsOverBy });
    }
    return { detail: `node ${now} has stopped cleanly and is fenced; ${next} has everything` };
  },
  wayBack: (phase) =>
    `the primary in region ${regionsOf(phase).from} is started as such again, unless the store has handed over already`,
};

/** Some stores promote another node in the same breath. A stop and a promotion lie a tenth of a second apart then. */
async function demoteWatched(
  course: Course,
  within: DriverContext,
  node: string,
  heir: string,
): Promise<void> {
  course.writers?.askEvery(CLOSELY_MS);
  try {
    await course.deps.store.demote(node, heir, within);
  } finally {
    course.writers?.askEvery();
  }
}

function begin(course: Course): void {
  if (course.t0 !== undefined) return;
  const start = course.context.clock.now();
  course.t0 = { low: start, high: start };
  reach(course, 'decided', course.t0, 'the planned start');
}

/** Notes that the node moved to is the writer, and what is left to be done. */
export function markPromoted(course: Course): void {
  const { now, next } = nodesOf(course);
  mark(
    course,
    next,
    [now],
    `Rejoin node ${now} as a standby of ${next}, and ${trafficAfterwards(course)}. Keep ${now} fenced until it has ` +
      'rejoined.',
  );
}

function trafficAfterwards(course: Course): string {
  const { to } = nodesOf(course);
  return `lead traffic to ${course.phase.drill.kind === 'evacuate' ? `region ${to}` : usualRegions(course)}`;
}

export const promote: DrillStep = {
  name: 'promote',
  plan: (phase) => `promote the standby in region ${regionsOf(phase).to}`,
  run: async (course, within) => {
    const { now, next } = nodesOf(course);
    const lead = trafficAfterwards(course);
    mark(
      course,
      next,
      [now],
      `Promote node ${next}, rejoin ${now} as its standby, and ${lead}. Keep ${now} fenced until it has rejoined.`,
    );
    course.stage = 'no-return';
    await course.writers?.look(next);
    await endLook(course);
    const at = await timed(course, async () => await course.deps.store.promote(next, within));
    reach(course, 'promoted', at, `node ${next} accepts writes`);
    markPromoted(course);
    return { detail: `node ${next} is the primary` };
  },
  wayBack: (phase) =>
    `nothing is put back: region ${regionsOf(phase).to} is the only one that may write, and \`ordeal recover\` says what is next`,
};

/**
 * The standby comes before the route. Where commits wait for a standby, the platform takes no write before
 * this is done; and until then a loss of the new primary would lose everything since its promotion.
 */
export const rejoinOther: DrillStep = {
  name: 'rejoin standby',
  plan: (phase) => `make the node in region ${regionsOf(phase).from} its standby`,
  run: async (course, within) => {
    const { now, next, from } = nodesOf(course);
    await course.deps.store.rejoin(now, next, within, course.context.undo);
    mark(
      course,
      next,
      [],
      course.phase.drill.kind === 'evacuate'
        ? `Region ${from} is evacuated: node ${now} follows ${next}. Run the return when region ${from} may serve again.`
        : `Lead traffic to ${usualRegions(course)}.`,
    );
    return { detail: `node ${now} streams from ${next}` };
  },
};

/**
 * Traffic goes to a restored region last. The region that serves all along reaches the new primary as well as
 * the restored one does, so moving traffic shortens no outage; moving it earlier would send clients to servers
 * that have just been started, while nothing accepts writes.
 */
export const routeToAll: DrillStep = {
  name: 'route',
  plan: () => 'lead traffic to all regions again, but for those that only stand by',
  run: async (course, within) => {
    const { regions } = course.deps;
    const at = await timed(course, async () => await course.deps.route.switch(regions, within));
    reach(course, 'routed', at, `traffic goes to ${usualRegions(course)}`);
    // A primary, a standby that follows it, and traffic everywhere: nothing needs care if the run ends now.
    course.context.undo.clearPromotion(course.phase.store);
    course.stage = 'settled';
    if (course.entry !== undefined) course.context.undo.settle(course.entry.id, 'run');
    course.entry = undefined;
    return { detail: `traffic goes to ${usualRegions(course)}` };
  },
};
