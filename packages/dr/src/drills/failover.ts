import { readBounds } from './configured-times.ts';
import { mark, reach, regionsOf, timed, type Course } from './course.ts';
import { decidePromotion } from './decide.ts';
import { detect, lose } from './lose.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import { whyNotBegin } from './may-begin.ts';
import { notBegun, reasonsWithin, refuse, standbyRefusals } from './refuse.ts';
import type { DrillStep } from './steps.ts';
import { mustStillBeLost } from './still-in.ts';
import { beginLook, endLook } from './log-positions.ts';
import { isStopped } from './writers.ts';

/** How long the standby may take to be so, for instance after an earlier experiment. */
const readyWithinMs = 15_000;

/** The regions of a failover, with the nodes in them. */
function roles(course: Course): { from: string; to: string; old: string; next: string } {
  const { from, to } = regionsOf(course.phase);
  return { from, to, old: course.deps.nodeOf(from), next: course.deps.nodeOf(to) };
}

/** Refuses unless there is something to fail over to. Nothing was touched by then. */
const checks: DrillStep = {
  name: 'check',
  plan: (phase) =>
    `refuse unless the standby in region ${regionsOf(phase).to} follows closely and can take traffic`,
  run: async (course, within) => {
    const { old, next } = roles(course);
    refuse(course, await whyNotBegin(course, within));
    return { detail: `${next} can take over from ${old}` };
  },
  wayBack: () => 'nothing was touched, so nothing is put back',
};

/** What held before the observers were started may no longer do. */
const ready: DrillStep = {
  name: 'ready',
  plan: (phase) => `once more refuse unless the standby in region ${regionsOf(phase).to} follows closely`,
  run: async (course, within) => {
    const { old, next } = roles(course);
    const reasons = await reasonsWithin(within, readyWithinMs, () =>
      standbyRefusals(course, within, { primary: old, standby: next }),
    );
    if (reasons.length > 0) throw notBegun(course, reasons);
    return { detail: `${next} streams from ${old}` };
  },
};

/**
 * The point of no return comes with the mark, before anything is asked of the store: once it is on disk, nobody
 * heals the fault, whatever dies, because that could bring back a second writer.
 */
const fence: DrillStep = {
  name: 'fence',
  plan: (phase) =>
    `note the point of no return, then fence the old primary in region ${regionsOf(phase).from}`,
  run: async (course, within) => {
    const { from, to, old, next } = roles(course);
    // Until the mark the lost region can simply be restored.
    await mustStillBeLost(course, old, within);
    mark(
      course,
      next,
      [],
      `Fence node ${old} (it may not be fenced yet), promote ${next}, and lead all traffic to region ${to}.`,
    );
    course.stage = 'no-return';
    beginLook(course, within);
    const at = await timed(course, async () => await course.deps.store.fence(old, within));
    reach(course, 'fenced', at, `node ${old} cannot accept writes, nor after a restart`);
    isStopped(course, old, at);
    mark(
      course,
      next,
      [old],
      `Promote node ${next}, and lead all traffic to region ${to}. Keep ${old} fenced.`,
    );
    return { detail: `node ${old} of region ${from} is fenced` };
  },
  wayBack: (phase) =>
    `nothing is put back: region ${regionsOf(phase).to} is the only one that may write, and \`ordeal recover\` says what is next`,
};

const promote: DrillStep = {
  name: 'promote',
  plan: (phase) => `promote the standby in region ${regionsOf(phase).to}`,
  run: async (course, within) => {
    const { to, old, next } = roles(course);
    await course.writers?.look(next);
    await endLook(course);
    const at = await timed(course, async () => await course.deps.store.promote(next, within));
    reach(course, 'promoted', at, `node ${next} accepts writes`);
    mark(
      course,
      next,
      [old],
      `Lead all traffic to region ${to}, then run the failback. Keep ${old} fenced until then.`,
    );
    return { detail: `node ${next} is the primary` };
  },
};

const route: DrillStep = {
  name: 'route',
  plan: (phase) => `lead all traffic to region ${regionsOf(phase).to}`,
  run: async (course, within) => {
    const { from, to, old, next } = roles(course);
    const at = await timed(course, async () => await course.deps.route.switch([to], within));
    reach(course, 'routed', at, `all traffic goes to region ${to}`);
    mark(
      course,
      next,
      [old],
      `Run the failback: it brings region ${from} back, rejoins ${old} as a standby and makes it primary again. ` +
        `Until ${old} has rejoined it must stay fenced.`,
    );
    return { detail: `all traffic goes to region ${to}` };
  },
};

/** Runbook of an unplanned failover: a region is lost, the other one takes over. */
export const failover: readonly DrillStep[] = [
  checks,
  readBounds,
  observe,
  lead,
  ready,
  lose,
  detect,
  decidePromotion,
  fence,
  promote,
  route,
  recover,
  readBack,
];
