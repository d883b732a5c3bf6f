import type { StoreNode } from '@ordeal/shared/drivers/store';
import { check, mark, mustObserve, reach, timed, type Course } from './course.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import type { DrillStep } from './steps.ts';

const pollMs = 50;
/** A standby further behind than this is no standby to lose a region with. Seconds. */
const mostLagSeconds = 5;
/** How long the standby may take to be so, for instance after an earlier experiment. */
const readyWithinMs = 15_000;

/** The regions of a failover, with the nodes in them. */
function roles(course: Course): { from: string; to: string; old: string; next: string } {
  const { from, to } = course.phase.drill;
  return { from, to, old: course.deps.nodeOf(from), next: course.deps.nodeOf(to) };
}

/** Refuses unless there is something to fail over to. */
const checks: DrillStep = {
  name: 'check',
  plan: ({ drill }) => `refuse unless the standby in region ${drill.to} follows closely and takes traffic`,
  target: () => null,
  run: async (course) => {
    const { store, route } = course.deps;
    const { clock, signal } = course.context;
    const { from, to, old, next } = roles(course);
    const deadline = clock.now() + readyWithinMs;
    for (;;) {
      const { nodes } = await store.status(course.driver);
      const why = notReady(nodes, old, next);
      if (why === undefined || clock.now() > deadline) {
        check(course, 'standby follows', why === undefined, why ?? `${next} streams from ${old}`);
        break;
      }
      await clock.sleep(250, signal);
    }
    const [{ regions }, health] = [await route.status(course.driver), await route.health(course.driver)];
    check(
      course,
      'route leads to both regions',
      regions[from] === 'active' && regions[to] === 'active',
      `${from} is ${regions[from]}, ${to} is ${regions[to]}`,
    );
    for (const region of [from, to]) {
      const { up, total } = health[region] ?? { up: 0, total: 0 };
      check(course, `region ${region} is healthy`, up > 0, `${up} of ${total} servers are up`);
    }
    return { detail: `${next} can take over from ${old}` };
  },
};

function notReady(nodes: readonly StoreNode[], old: string, next: string): string | undefined {
  const [primary, standby] = [old, next].map((name) => nodes.find((node) => node.name === name));
  if (!primary?.reachable) return `node ${old} does not answer (${primary?.reason ?? 'unknown node'})`;
  if (primary.role !== 'primary') return `node ${old} is no primary, so losing its region is no failover`;
  if (!standby?.reachable) return `node ${next} does not answer (${standby?.reason ?? 'unknown node'})`;
  if (standby.role !== 'standby') return `node ${next} is no standby`;
  if (standby.lagSeconds === undefined) return `node ${next} does not replicate`;
  if (standby.timeline !== primary.timeline) {
    return `node ${next} is on timeline ${standby.timeline}, ${old} on ${primary.timeline}`;
  }
  return standby.lagSeconds <= mostLagSeconds
    ? undefined
    : `node ${next} is ${standby.lagSeconds.toFixed(1)} s behind (at most ${mostLagSeconds} s)`;
}

const lose: DrillStep = {
  name: 'lose',
  plan: ({ drill }) =>
    `inject the fault ${drill.kind === 'failover' ? drill.lose : drill.restore}: region ${drill.from} is gone`,
  target: () => null,
  run: async (course) => {
    const { phase, context, deps } = course;
    const { driver, config, name } = deps.fault;
    mustObserve(course);
    const worstMs = (phase.deadline + phase.stableFor + 120) * 1000;
    course.entry = context.undo.push({
      driver: driver.kind,
      config,
      describe: driver.describe(config),
      deadline: new Date(context.clock.wall() + worstMs).toISOString(),
      revives: 'old-primary',
    });
    const event = { phase: phase.name, fault: name };
    context.journal.append({ type: 'fault-injecting', ...event, undo: course.entry.id });
    const acknowledgements = await driver.inject(config, course.driver);
    if (acknowledgements.length === 0) throw new Error(`the fault ${name} hit no target`);
    course.t0 = {
      low: Math.min(...acknowledgements.map((one) => one.sent)),
      high: Math.max(...acknowledgements.map((one) => one.confirmed)),
    };
    context.journal.append({ type: 'fault-injected', ...event, acknowledgements });
    return { detail: acknowledgements.map((one) => `${one.target}: ${one.detail}`).join('; ') };
  },
};

/** The route's own health checks are the platform's detection: nothing is told of the fault. */
const detect: DrillStep = {
  name: 'detect',
  plan: ({ drill }) => `wait until the route finds all servers of region ${drill.from} down`,
  target: (phase) => phase.targets.detection,
  run: async (course) => {
    const { clock, signal } = course.context;
    const { from } = roles(course);
    const deadline = clock.now() + course.phase.deadline * 1000;
    let low = course.t0?.low ?? clock.now();
    for (;;) {
      const asked = clock.now();
      const { up, total } = (await course.deps.route.health(course.driver))[from] ?? { up: 0, total: 0 };
      const now = clock.now();
      if (up === 0 && total > 0) {
        reach(course, 'detected', { low, high: now }, `all ${total} servers of region ${from} are down`);
        return { detail: `the route finds all ${total} servers of region ${from} down` };
      }
      if (now > deadline) {
        throw new Error(
          `the route still finds ${up} of ${total} servers of region ${from} up after ${course.phase.deadline} s`,
        );
      }
      low = asked;
      await clock.sleep(pollMs, signal);
    }
  },
};

const decide: DrillStep = {
  name: 'decide',
  plan: ({ drill }) =>
    `decide to promote region ${drill.to} (the last moment at which region ${drill.from} can simply be restored)`,
  target: () => null,
  run: async (course) => {
    const { clock, signal } = course.context;
    const { approve } = course.deps;
    // A failover that nobody measures is not worth having: the region can still simply be restored.
    mustObserve(course);
    const { from, to } = roles(course);
    const asked = clock.now();
    const question = `Region ${from} is lost. Promote region ${to}? What ${from} had not replicated is then given up.`;
    const approval = (await approve?.(question, signal)) ?? { approved: true, by: 'the drill itself' };
    const now = clock.now();
    if (!approval.approved) throw new Error(`${approval.by} decided against promoting region ${to}`);
    reach(course, 'decided', { low: asked, high: now }, `by ${approval.by}`);
    return {
      detail: `decided by ${approval.by}`,
      waitedOnHuman: approve === undefined ? 0 : (now - asked) / 1000,
    };
  },
};

/**
 * The point of no return comes with the mark, before anything is asked of the store: once it is on disk, nobody
 * heals the fault, whatever dies, because that could bring back a second writer.
 */
const fence: DrillStep = {
  name: 'fence',
  plan: ({ drill }) => `note the point of no return, then fence the old primary in region ${drill.from}`,
  target: () => null,
  run: async (course) => {
    const { from, to, old, next } = roles(course);
    mark(
      course,
      next,
      [],
      `Fence node ${old} (it may not be fenced yet), promote ${next}, and lead all traffic to region ${to}.`,
    );
    course.stage = 'no-return';
    const at = await timed(course, async () => await course.deps.store.fence(old, course.driver));
    reach(course, 'fenced', at, `node ${old} cannot accept writes, nor after a restart`);
    mark(
      course,
      next,
      [old],
      `Promote node ${next}, and lead all traffic to region ${to}. Keep ${old} fenced.`,
    );
    return { detail: `node ${old} of region ${from} is fenced` };
  },
};

const promote: DrillStep = {
  name: 'promote',
  plan: ({ drill }) => `promote the standby in region ${drill.to}`,
  target: () => null,
  run: async (course) => {
    const { to, old, next } = roles(course);
    const at = await timed(course, async () => await course.deps.store.promote(next, course.driver));
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
  plan: ({ drill }) => `lead all traffic to region ${drill.to}`,
  // Detected to routed, as the target is meant; it is shown at the step that ends it.
  target: (phase) => phase.targets.failover,
  run: async (course) => {
    const { from, to, old, next } = roles(course);
    const at = await timed(course, async () => await course.deps.route.switch([to], course.driver));
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
  observe,
  lead,
  checks,
  lose,
  detect,
  decide,
  fence,
  promote,
  route,
  recover,
  readBack,
];
