import { faultOf as named } from '@ordeal/shared/scenario/drill-parts';
import { faultOf, mustObserve, reach, type Course } from './course.ts';
import { lookBefore } from './log-positions.ts';
import { stableAttempts, stableSeconds } from './stable.ts';
import type { DrillStep } from './steps.ts';

const pollMs = 50;
/** Beside what the phase may take: for injecting, and for healing. */
const slackSeconds = 120;

export const lose: DrillStep = {
  name: 'lose',
  plan: ({ drill }) => `inject the fault ${named(drill)?.fault}: region ${drill.from} is gone`,
  run: async (course, within) => {
    const { phase, context } = course;
    const { driver, config, name, revives = 'old-primary' } = faultOf(course);
    mustObserve(course);
    await lookBefore(course, within);
    course.entry = context.undo.push({
      driver: driver.kind,
      config,
      describe: driver.describe(config),
      deadline: new Date(context.clock.wall() + worstSeconds(course) * 1000).toISOString(),
      // What Ordeal promotes beside it must stay the only writer; a platform that recovers by itself sees to that itself.
      revives: phase.drill.kind === 'failover' ? 'old-primary' : revives,
    });
    const event = { phase: phase.name, fault: name };
    context.journal.append({ type: 'fault-injecting', ...event, undo: course.entry.id });
    const acknowledgements = await driver.inject(config, within);
    if (acknowledgements.length === 0) throw new Error(`the fault ${name} hit no target`);
    course.t0 = {
      low: Math.min(...acknowledgements.map((one) => one.sent)),
      high: Math.max(...acknowledgements.map((one) => one.confirmed)),
    };
    context.journal.append({ type: 'fault-injected', ...event, acknowledgements });
    return { detail: acknowledgements.map((one) => `${one.target}: ${one.detail}`).join('; ') };
  },
  wayBack: ({ drill }) => `the fault is healed: region ${drill.from} comes back as it was`,
};

/**
 * Nobody else heals the fault before that: a drill that waits for a person, or for clients to be well for long, still has
 * it in. It is for a runner that hangs.
 */
function worstSeconds(course: Course): number {
  const { phase, deps } = course;
  const asks = deps.approve !== undefined || deps.beforeStep !== undefined;
  const confirm = Math.max(stableSeconds(course), stableAttempts(course) * phase.probeEvery);
  return (
    phase.deadline + 2 * (confirm + phase.probeTimeout) + slackSeconds + (asks ? deps.mostRunSeconds : 0)
  );
}

/** The route's own health checks are the platform's detection: nothing is told of the fault. */
export const detect: DrillStep = {
  name: 'detect',
  plan: ({ drill }) => `wait until the route finds all servers of region ${drill.from} down`,
  run: async (course, within) => {
    const { clock, signal } = within;
    const { from } = course.phase.drill;
    const deadline = clock.now() + course.phase.deadline * 1000;
    let low = course.t0?.low ?? clock.now();
    for (;;) {
      const asked = clock.now();
      const { up, total } = (await course.deps.route.health(within))[from] ?? { up: 0, total: 0 };
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
