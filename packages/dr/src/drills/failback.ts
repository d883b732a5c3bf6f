import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { check, mark, mustObserve, reach, timed, type Course } from './course.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import type { DrillStep } from './steps.ts';

/** A standby may be so far behind when the switchover begins: it has to catch up while nobody can write. */
const mostLagSeconds = 1;
const readyWithinMs = 30_000;

/** The regions of a failback: `from` has the primary now, `to` had it before and gets it again. */
function roles(course: Course): { from: string; to: string; now: string; home: string } {
  const { from, to } = course.phase.drill;
  return { from, to, now: course.deps.nodeOf(from), home: course.deps.nodeOf(to) };
}

const checks: DrillStep = {
  name: 'check',
  plan: ({ drill }) => `refuse unless region ${drill.from} has the primary and region ${drill.to} does not`,
  target: () => null,
  run: async (course) => {
    const { from, to, now, home } = roles(course);
    const { nodes } = await course.deps.store.status(course.driver);
    const [primary, other] = [now, home].map((name) => nodes.find((node) => node.name === name));
    const isPrimary = primary?.reachable === true && primary.role === 'primary';
    check(course, `region ${from} has the primary`, isPrimary, describe(primary));
    const rival = other?.reachable === true && other.role === 'primary';
    check(course, `region ${to} has no writer`, !rival, describe(other));
    return { detail: `${now} is the primary` };
  },
};

function describe(
  node: Awaited<ReturnType<Course['deps']['store']['status']>>['nodes'][number] | undefined,
): string {
  if (node === undefined) return 'the store has no such node';
  return node.reachable
    ? `node ${node.name} is ${node.role}`
    : `node ${node.name} does not answer: ${node.reason}`;
}

/** The region may only come back with its old primary fenced, so that is made sure of once more. */
const restore: DrillStep = {
  name: 'restore',
  plan: ({ drill }) => `fence the old primary in region ${drill.to} again, then start the region`,
  target: () => null,
  run: async (course) => {
    const { phase, context, deps } = course;
    const { to, now, home } = roles(course);
    const { driver, name } = deps.fault;
    const before = (await deps.store.status(course.driver)).nodes.find((node) => node.name === home);
    if (before?.reachable !== true) await deps.store.fence(home, course.driver);
    course.entry = context.undo
      .open()
      .find((entry) => entry.driver === driver.kind && entry.revives === 'old-primary');
    await driver.heal(course.entry ?? standIn(course), course.driver);
    context.journal.append({ type: 'fault-healed', phase: phase.name, fault: name, by: 'run' });
    const after = (await deps.store.status(course.driver)).nodes.find((node) => node.name === home);
    if (after?.reachable === true && after.role === 'primary') {
      await deps.store.fence(home, course.driver);
      throw new Error(
        `region ${to} came back with node ${home} accepting writes beside ${now}; it was fenced at once, and what ` +
          'it took meanwhile is lost',
      );
    }
    return { detail: `region ${to} runs again, ${describe(after)}` };
  },
};

/** A failback in a run of its own has no open entry: what heals the fault is the same. */
function standIn(course: Course): UndoEntry {
  const { driver, config } = course.deps.fault;
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
  plan: ({ drill }) => `make the node in region ${drill.to} a standby of the one in region ${drill.from}`,
  target: () => null,
  run: async (course) => {
    const { now, home } = roles(course);
    await course.deps.store.rejoin(home, now, course.driver);
    if (course.context.undo.promotion() !== undefined) {
      mark(course, now, [], `Node ${home} follows ${now} again. Run the failback to make it primary.`);
    }
    return { detail: `node ${home} streams from ${now}` };
  },
};

/** Everything that can be waited for before anybody is without a writer is waited for here. */
const ready: DrillStep = {
  name: 'ready',
  plan: ({ drill }) => `refuse unless the standby in region ${drill.to} follows within ${mostLagSeconds} s`,
  target: () => null,
  run: async (course) => {
    const { clock, signal } = course.context;
    const { now, home } = roles(course);
    const deadline = clock.now() + readyWithinMs;
    for (;;) {
      const { nodes } = await course.deps.store.status(course.driver);
      const standby = nodes.find((node) => node.name === home);
      const lag = standby?.reachable === true && standby.role === 'standby' ? standby.lagSeconds : undefined;
      const held = lag !== undefined && lag <= mostLagSeconds;
      if (held || clock.now() > deadline) {
        const detail = lag === undefined ? `node ${home} does not replicate` : `${lag.toFixed(2)} s behind`;
        check(course, 'standby follows', held, detail);
        return { detail: `node ${home} follows ${now}, ${detail}` };
      }
      await clock.sleep(250, signal);
    }
  },
};

/** The planned start: from here on clients may fail, so the recovery time is counted from here. */
const demote: DrillStep = {
  name: 'demote',
  plan: ({ drill }) => `stop the primary in region ${drill.from} cleanly, so that its standby has everything`,
  target: () => null,
  run: async (course) => {
    const { now, home } = roles(course);
    mustObserve(course);
    const nextStep =
      `Node ${now} is being stopped for the switchover to ${home}. If nothing accepts writes: promote ${now} again ` +
      '(it has everything), then run the failback again.';
    mark(course, now, [], nextStep);
    course.stage = 'demoting';
    const start = course.context.clock.now();
    course.t0 = { low: start, high: start };
    reach(course, 'decided', course.t0, 'the planned start');
    const at = await timed(course, async () => await course.deps.store.demote(now, course.driver));
    reach(course, 'fenced', at, `node ${now} has stopped, and ${home} has everything`);
    return { detail: `node ${now} has stopped cleanly and is fenced; ${home} has everything` };
  },
};

const promote: DrillStep = {
  name: 'promote',
  plan: ({ drill }) => `promote the standby in region ${drill.to}`,
  target: () => null,
  run: async (course) => {
    const { now, home, to, from } = roles(course);
    mark(
      course,
      home,
      [now],
      `Promote node ${home}, rejoin ${now} as its standby, and lead traffic to regions ${to} and ${from}. Keep ${now} fenced until it has rejoined.`,
    );
    course.stage = 'no-return';
    const at = await timed(course, async () => await course.deps.store.promote(home, course.driver));
    reach(course, 'promoted', at, `node ${home} accepts writes`);
    mark(
      course,
      home,
      [now],
      `Rejoin node ${now} as a standby of ${home}, and lead traffic to regions ${to} and ${from}. Keep ${now} fenced until it has rejoined.`,
    );
    return { detail: `node ${home} is the primary` };
  },
};

/**
 * The standby comes before the route. Where commits wait for a standby, the platform takes no write before
 * this is done; and until then a loss of the new primary would lose everything since its promotion.
 */
const rejoinOther: DrillStep = {
  name: 'rejoin standby',
  plan: ({ drill }) => `make the node in region ${drill.from} its standby`,
  target: () => null,
  run: async (course) => {
    const { now, home, to, from } = roles(course);
    await course.deps.store.rejoin(now, home, course.driver);
    mark(course, home, [], `Lead traffic to regions ${to} and ${from}.`);
    return { detail: `node ${now} streams from ${home}` };
  },
};

/**
 * Traffic goes to the restored region last. The region that serves all along reaches the new primary as well as
 * the restored one does, so moving traffic shortens no outage; moving it earlier would send clients to servers
 * that have just been started, while nothing accepts writes.
 */
const route: DrillStep = {
  name: 'route',
  plan: ({ drill }) => `lead traffic to regions ${drill.to} and ${drill.from}`,
  target: (phase) => phase.targets.failover,
  run: async (course) => {
    const { regions } = course.deps;
    const at = await timed(course, async () => await course.deps.route.switch(regions, course.driver));
    reach(course, 'routed', at, `traffic goes to regions ${regions.join(', ')}`);
    // Everything is where it was before the failover, so nothing needs care if the run ends now.
    course.context.undo.clearPromotion();
    course.stage = 'settled';
    if (course.entry !== undefined) course.context.undo.settle(course.entry.id, 'run');
    course.entry = undefined;
    return { detail: `traffic goes to regions ${regions.join(', ')}` };
  },
};

/** Runbook of a failback: the region that was lost rejoins, and a planned switchover makes it primary again. */
export const failback: readonly DrillStep[] = [
  observe,
  checks,
  restore,
  rejoinHome,
  lead,
  ready,
  demote,
  promote,
  rejoinOther,
  route,
  recover,
  readBack,
];
