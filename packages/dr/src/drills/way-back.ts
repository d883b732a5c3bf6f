import { reasonOf } from '@ordeal/shared/reason-of';
import { isReturn } from '@ordeal/shared/scenario/drill-parts';
import { driverContext, faultOf, mark, type Course } from './course.ts';
import { inWords } from './may-begin.ts';
import { markPromoted, nodesOf } from './planned.ts';
import { primariesIn } from './primaries.ts';
import { settledStatus } from './settled.ts';

/** Restoring has time of its own: it must not end with what ended the drill. */
const withinMs = 120_000;
/** So long what was started again may take to be a primary. */
const backWithinMs = 15_000;
const LOOK_AGAIN_MS = 250;

/**
 * Leaves a drill that ended early in a defined state, and says in a sentence which.
 *
 * Before a promotion was requested everything is put back as it was. After it, nothing is: the old primary stays
 * fenced, and the promotion mark says who writes and what to do next.
 */
export async function takeWayBack(course: Course): Promise<string> {
  const { kind } = course.phase.drill;
  const standing = course.context.undo.promotion(course.phase.store);
  // A failover's own mark can be on disk although writing it was reported to have failed.
  if (course.stage === 'no-return' || (kind === 'failover' && standing !== undefined)) {
    return `promotion was requested, so nothing was put back. ${standing?.nextStep ?? ''}`.trim();
  }
  try {
    switch (kind) {
      case 'failover':
      case 'observe':
        return await restoreRegion(course);
      case 'failback':
      case 'switchover':
      case 'evacuate':
      case 'return':
        return await restoreMove(course);
    }
  } catch (error) {
    const message = `what was begun could not be put back: ${reasonOf(error)}`;
    course.context.journal.append({ type: 'warning', message });
    return message;
  }
}

async function restoreRegion(course: Course): Promise<string> {
  const { entry, context, phase } = course;
  const { from } = phase.drill;
  if (entry === undefined)
    return course.healed === undefined ? 'nothing was touched' : 'the fault was healed before';
  const { driver, name } = faultOf(course);
  await driver.heal(entry, driverContext(context, AbortSignal.timeout(withinMs)));
  context.undo.settle(entry.id, 'run');
  course.entry = undefined;
  context.journal.append({ type: 'fault-healed', phase: phase.name, fault: name, by: 'run' });
  return phase.drill.kind === 'observe'
    ? `the fault ${name} was healed`
    : `region ${from} was restored, and its node ${await howItStands(course, course.deps.nodeOf(from))}`;
}

/** What was lost has just been started; and who is the primary by now somebody else may have settled meanwhile. */
async function howItStands({ deps, context }: Course, home: string): Promise<string> {
  const { clock } = context;
  const within = driverContext(context, AbortSignal.timeout(withinMs));
  const deadline = clock.now() + backWithinMs;
  for (;;) {
    let seen: string;
    let isSettled = false;
    try {
      const status = await deps.store.status(within);
      const primaries = primariesIn(status);
      isSettled = primaries.length === 1;
      if (isSettled && primaries[0]?.name === home) return `${home} is the primary as before`;
      seen = status.nodes.map(inWords).join(', ');
    } catch (error) {
      seen = `the store cannot be asked (${reasonOf(error)})`;
    }
    if (isSettled || clock.now() >= deadline) {
      return `${home} is not the primary as before: ${seen}. See which of them may write before anything else is done`;
    }
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

async function restoreMove(course: Course): Promise<string> {
  if (course.stage !== 'demoting') return await restoreTraffic(course, 'the primary was not touched');
  const { context, deps } = course;
  const { now, next } = nodesOf(course);
  const nextStep = (): string => context.undo.promotion(course.phase.store)?.nextStep ?? '';
  const { nodes } = await settledStatus(
    deps.store,
    [now, next],
    driverContext(context, AbortSignal.timeout(withinMs)),
  ).catch((error: unknown) => {
    throw new Error(`${reasonOf(error)}. ${nextStep()}`.trim(), { cause: error });
  });
  const roleOf = (name: string): 'primary' | 'standby' | 'silent' => {
    const node = nodes.find((one) => one.name === name);
    return node?.reachable === true ? node.role : 'silent';
  };
  const [old, heir] = [roleOf(now), roleOf(next)];
  // A store that hands over by itself may have done so before it was told to stop. To go back is another move then.
  if (heir === 'primary' && old === 'standby') {
    markPromoted(course);
    course.stage = 'no-return';
    return `node ${next} had taken over already and is the only writer, so nothing was put back. ${nextStep()}`.trim();
  }
  // A node that is not seen may be the writer by now: to promote the other one on that doubt makes two.
  const mayHaveHandedOver = deps.store.handsOverBy !== undefined && old !== 'primary' && heir !== 'standby';
  if (heir === 'primary' || mayHaveHandedOver) {
    throw new Error(
      `node ${now} is ${old} and node ${next} is ${heir}, so which of them is the only writer is not known. ` +
        nextStep(),
    );
  }
  return await restoreTraffic(course, await restorePrimary(course));
}

/** A primary that was stopped for a switchover which did not come is promoted again: it has everything. */
async function restorePrimary(course: Course): Promise<string> {
  const { context, deps, phase } = course;
  const { kind, from } = phase.drill;
  const node = deps.nodeOf(from);
  const driver = driverContext(context, AbortSignal.timeout(withinMs));
  await deps.store.promote(node, driver);
  // What an earlier drill left is still to be resolved; a move from a sound platform leaves it as it was.
  if (isReturn(phase.drill)) {
    mark(course, node, [], `Node ${node} is the primary, as before the switchover. Run the ${kind} again.`);
  } else context.undo.clearPromotion(phase.store);
  return `node ${node} is the primary again`;
}

async function restoreTraffic(course: Course, primary: string): Promise<string> {
  if (!course.drained) return primary;
  const { regions, route } = course.deps;
  await route.switch(regions, driverContext(course.context, AbortSignal.timeout(withinMs)));
  course.drained = false;
  return `${primary}, and traffic goes to regions ${regions.join(', ')} again`;
}
